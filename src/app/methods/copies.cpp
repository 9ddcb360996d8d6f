#include "app/methods/copies.h"

#include <algorithm>
#include <tuple>

#include "app/calls/accounts.h"
#include "app/calls/object_query.h"
#include "app/pipeline/pipeline.h"

namespace cobro::app {

namespace {

using domain::Customer;
using domain::MethodStatus;
using domain::PaymentMethod;
using domain::Refusal;
using domain::SubscriptionStatus;
using ports::Changes;
using ports::Loaded;

// A method leaves the list; were it the default, another one is.
void leave(const Loaded& loaded, const PaymentMethod& method, base::Timestamp now,
           Changes& changes) {
  auto detached = method;
  detached.status = MethodStatus::detached;
  detached.updated_at = now;
  changes.update(std::move(detached));
  if (!loaded.customer || loaded.customer->default_method_id != method.id) return;
  auto customer = *loaded.customer;
  customer.default_method_id.reset();
  for (const auto& other : loaded.methods)
    if (other.id != method.id && other.status == MethodStatus::attached)
      customer.default_method_id = other.id;
  customer.updated_at = now;
  changes.update(std::move(customer));
}

Changes forget_customer(const Loaded& loaded, const std::string& gone, base::Timestamp now) {
  Changes changes;
  // Somebody else was faster, or it was made again already.
  if (!loaded.customer || loaded.customer->gateway_customer_id != gone) return changes;
  auto customer = *loaded.customer;
  customer.gateway_customer_id.reset();
  customer.default_method_id.reset();
  customer.updated_at = now;
  changes.update(std::move(customer));
  for (auto method : loaded.methods) {
    if (method.status != MethodStatus::attached || method.gateway_customer_id != gone) continue;
    method.status = MethodStatus::detached;
    method.updated_at = now;
    changes.update(std::move(method));
  }
  return changes;
}

// Those of the customer that have not ended, or of these only the ones that our rows say are paid
// with `method`: what became of them is for the gateway to say.
base::Task<void> fetch_subscriptions_of(Context& context, const Customer& customer,
                                        std::optional<std::string> method = {}) {
  const auto is_meant = [&](const domain::Subscription& row) {
    return row.gateway == customer.gateway &&
           row.gateway_customer_id == customer.gateway_customer_id &&
           (!method || row.gateway_payment_method_id == method);
  };
  const ports::SubscriptionFilter filter{
      .tenant = ports::TenantScope{customer.tenant_id},
      .user_id = customer.user_id,
      .statuses = {SubscriptionStatus::incomplete, SubscriptionStatus::trialing,
                   SubscriptionStatus::active, SubscriptionStatus::past_due,
                   SubscriptionStatus::unpaid, SubscriptionStatus::paused}};
  ports::Page page{.limit = 100};
  while (true) {
    const auto listed = co_await context.store.list_subscriptions(filter, page);
    for (const auto& row : listed.items)
      if (is_meant(row)) (void)co_await context.handlers->refresh_subscription(context, row.id);
    if (!listed.more) co_return;
    page.after = listed.items.back().id.uuid;
  }
}

void log_gone(Context& context, std::string_view what, const std::string& id) {
  context.log.write(ports::LogLevel::warning, "what we keep a copy of is gone at the gateway",
                    {{"what", what}, {"id", id}});
}

base::Task<bool> write(Context& context, ports::Reads reads, DecideChanges decide) {
  auto committed = co_await commit(context, std::move(reads), std::move(decide));
  if (!committed)
    context.log.write(ports::LogLevel::warning,
                      "what is gone at the gateway could not be marked so",
                      {{"reason", committed.error().message}});
  co_return committed.has_value();
}

// What the gateway says of a copy. Nothing is concluded where it gave no answer, or where what it
// does not know may be another account's.
struct Seen {
  bool answered = false;
  bool gone = false;
  std::optional<domain::GatewayMethod> method = {};
};

base::Task<Seen> look(Context& context, domain::GatewayName gateway, domain::Operation operation,
                      std::string id) {
  auto found = co_await fetch_object(context, gateway, operation, std::move(id));
  Seen seen{.answered = found.answered, .gone = found.missing};
  if (auto* snapshot = std::get_if<domain::GatewayMethod>(&found.object))
    seen.method = std::move(*snapshot);
  if (seen.gone && !co_await is_our_account(context, gateway)) co_return Seen{};
  co_return seen;
}

Changes follow_method(const Loaded& loaded, domain::PaymentMethodId id, const Seen& seen,
                      base::Timestamp now) {
  Changes changes;
  for (auto row : loaded.methods) {
    if (row.id != id || row.status != MethodStatus::attached) continue;
    if (seen.gone) {
      leave(loaded, row, now, changes);
    } else if (follow(row, *seen.method)) {
      row.updated_at = now;
      changes.update(std::move(row));
    }
  }
  return changes;
}

}  // namespace

base::Task<std::optional<bool>> is_still_there(Context& context, domain::GatewayCall call,
                                               ports::GatewayObject made) {
  if (const auto* customer = std::get_if<domain::GatewayCustomer>(&made)) {
    const auto seen = co_await look(context, call.gateway, domain::Operation::create_customer,
                                    customer->gateway_customer_id);
    co_return seen.answered ? std::optional(!seen.gone) : std::nullopt;
  }
  const auto* method = std::get_if<domain::GatewayMethod>(&made);
  if (method == nullptr) co_return true;
  const auto seen = co_await look(context, call.gateway, domain::Operation::detach_method,
                                  method->gateway_payment_method_id);
  if (!seen.answered || (!seen.gone && !seen.method)) co_return std::nullopt;
  co_return !seen.gone && seen.method->gateway_customer_id == call.target;
}

bool follow(PaymentMethod& method, const domain::GatewayMethod& snapshot) {
  const auto shown = [](const PaymentMethod& row) {
    return std::tie(row.gateway_payment_method_id, row.type, row.brand, row.last4, row.exp_month,
                    row.exp_year);
  };
  const auto before = method;
  method.gateway_payment_method_id = snapshot.gateway_payment_method_id;
  method.type = snapshot.type;
  method.brand = snapshot.brand;
  method.last4 = snapshot.last4;
  method.exp_month = snapshot.exp_month;
  method.exp_year = snapshot.exp_year;
  return shown(before) != shown(method);
}

// Its subscriptions first: whoever dies in between leaves a customer that is looked at again. The
// same of a method.
base::Task<bool> check_customer(Context& context, ports::Reads::Customer ref) {
  const auto loaded = co_await context.store.load({.customer = ref});
  if (!loaded.customer || !loaded.customer->gateway_customer_id) co_return true;
  const auto& customer = *loaded.customer;
  const auto id = *customer.gateway_customer_id;
  const auto seen =
      co_await look(context, customer.gateway, domain::Operation::create_customer, id);
  if (!seen.answered || !seen.gone) co_return seen.answered;
  log_gone(context, "customer", id);
  co_await fetch_subscriptions_of(context, customer);
  const DecideChanges decide = [&](const Loaded& row,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    return forget_customer(row, id, moment.now);
  };
  co_return co_await write(context, {.customer = customer.id}, decide);
}

base::Task<bool> check_method(Context& context, domain::PaymentMethodId id) {
  const auto loaded = co_await context.store.load({.customer = id});
  const auto method = std::ranges::find(loaded.methods, id, &PaymentMethod::id);
  if (method == loaded.methods.end() || method->status != MethodStatus::attached) co_return true;
  auto seen = co_await look(context, method->gateway, domain::Operation::detach_method,
                            method->gateway_payment_method_id);
  if (!seen.answered || (!seen.gone && !seen.method)) co_return false;
  seen.gone = seen.gone || seen.method->gateway_customer_id != method->gateway_customer_id;
  if (seen.gone) {
    log_gone(context, "payment method", method->gateway_payment_method_id);
    co_await fetch_subscriptions_of(context, *loaded.customer, method->gateway_payment_method_id);
  }
  const DecideChanges decide = [&](const Loaded& row,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    return follow_method(row, id, seen, moment.now);
  };
  co_return co_await write(context, {.customer = id}, decide);
}

base::Task<void> fetch_paid_with(Context& context, domain::PaymentMethodId id) {
  const auto loaded = co_await context.store.load({.customer = id});
  const auto method = std::ranges::find(loaded.methods, id, &PaymentMethod::id);
  if (method != loaded.methods.end())
    co_await fetch_subscriptions_of(context, *loaded.customer, method->gateway_payment_method_id);
}

base::Task<void> check_blamed(Context& context, ports::Reads::Customer ref, ports::Fault fault,
                              std::optional<std::string> gateway_method) {
  if (fault == ports::Fault::customer) (void)co_await check_customer(context, ref);
  if (fault != ports::Fault::payment_method || !gateway_method) co_return;
  const auto loaded = co_await context.store.load({.customer = ref});
  for (const auto& method : loaded.methods) {
    if (method.status != MethodStatus::attached ||
        method.gateway_payment_method_id != *gateway_method)
      continue;
    (void)co_await check_method(context, method.id);
    // It may have gone with its customer.
    (void)co_await check_customer(context, ref);
    co_return;
  }
}

base::Task<bool> is_replaced(Context& context, ports::Reads::Customer ref, std::string used) {
  const auto loaded = co_await context.store.load({.customer = std::move(ref)});
  co_return loaded.customer&& loaded.customer->gateway_customer_id != used;
}

base::Task<bool> has_left(Context& context, ports::Reads::Customer ref,
                          std::string gateway_method) {
  const auto loaded = co_await context.store.load({.customer = std::move(ref)});
  co_return std::ranges::none_of(loaded.methods, [&](const PaymentMethod& method) {
    return method.status == MethodStatus::attached &&
           method.gateway_payment_method_id == gateway_method;
  });
}

}  // namespace cobro::app
