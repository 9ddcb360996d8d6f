#include "app/calls/driver.h"
#include "app/methods/copies.h"
#include "app/methods/saved_methods.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscription_guards.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Loaded;

struct Terms {
  const Subscribe& command;
  const std::vector<domain::Plan>& plans;
};

// What must be there before the subscription can be asked for.
enum class Missing { nothing, customer, method };

domain::Subscription make_subscription(const Terms& terms, const domain::Customer& customer,
                                       const domain::PaymentMethod* method,
                                       domain::Moment& moment) {
  const auto& command = terms.command;
  domain::Subscription row{.id = moment.ids.next<domain::SubscriptionId>(),
                           .user_id = customer.user_id,
                           .tenant_id = customer.tenant_id,
                           .gateway = command.gateway,
                           .customer_id = customer.id,
                           .gateway_customer_id = *customer.gateway_customer_id,
                           .gateway_price_id = command.price_id,
                           .trial_days = command.trial_days,
                           .created_at = moment.now,
                           .updated_at = moment.now};
  if (method != nullptr) row.gateway_payment_method_id = method->gateway_payment_method_id;
  for (const auto& plan : terms.plans) {
    if (plan.gateway_price_id != command.price_id) continue;
    row.plan_id = plan.id;
    row.plan_code = plan.code;
    row.price = plan.price;
    row.billing_cycle = plan.billing_cycle;
    row.interval_count = plan.interval_count;
  }
  return row;
}

ports::CreateSubscriptionCommand command_of(const domain::Subscription& row,
                                            std::optional<ports::CheckoutPage> page) {
  return {.subscription = row.id,
          .gateway_customer_id = row.gateway_customer_id,
          .gateway_price_id = row.gateway_price_id,
          .gateway_payment_method_id = row.gateway_payment_method_id,
          .trial_days = row.trial_days,
          .page = std::move(page)};
}

base::Result<Decided, Refusal> decide(const Context& context, const Call& call, const Terms& terms,
                                      const Loaded& loaded, domain::Moment moment,
                                      Missing& missing) {
  missing = Missing::nothing;
  Decided decided;
  const auto& command = terms.command;
  const auto saved = saved_methods_of(loaded);
  if (!saved.customer || !saved.customer->gateway_customer_id) missing = Missing::customer;
  const auto* method =
      command.payment_method ? find_method(saved, *command.payment_method) : nullptr;
  if (command.payment_method && method == nullptr && missing == Missing::nothing)
    missing = Missing::method;
  if (missing != Missing::nothing) {
    decided.again = true;
    return decided;
  }
  if (method != nullptr && is_being_removed(loaded, *method))
    return std::unexpected(being_removed());
  if (method != nullptr) decided.changes.update(*method);
  auto row = make_subscription(terms, *saved.customer, method, moment);
  const auto order = command_of(row, page_of(context, command.checkout, moment.now));
  COBRO_TRY_INTO(auto sent, make_call(context, {command.gateway, row.id.uuid, row.calls}, order,
                                      changed_by(call.caller), moment));
  if (command.checkout) decided.changes.insert(make_checkout(*command.checkout, row, moment.now));
  domain::SubscriptionBooks books(std::move(moment), std::move(row), terms.plans);
  books.create(changed_by(call.caller));
  collect(books, decided.changes);
  auto& made = decided.changes.rows.of<domain::Subscription>();
  made.inserted = std::exchange(made.updated, {});
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

}  // namespace

base::Task<Answer> decline(Context& context, const Call& call, Refusal refusal,
                           const RenderLoaded& completed) {
  const Decide decide = [&](const Loaded&, domain::Moment) -> base::Result<Decided, Refusal> {
    Decided decided;
    decided.reply = call.render_refusal(refusal);
    return decided;
  };
  auto decided = co_await idempotently(context, call, {}, decide, completed);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

base::Task<Answer> subscribe(Context& shared, Call call, Subscribe command,
                             RenderSubscription render) {
  auto context = within_one_deadline(shared);
  const auto plans = co_await context.store.plans();
  const Terms terms{command, plans};
  const RenderCompleted render_made = [render](const Completed& completed) {
    return render(*completed.subscription);
  };
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_made);
  };
  Missing missing = Missing::nothing;
  std::string used;  // what the gateway calls the customer
  const Decide decide_once = [&](const Loaded& loaded, domain::Moment moment) {
    if (loaded.customer) used = loaded.customer->gateway_customer_id.value_or("");
    return decide(context, call, terms, loaded, std::move(moment), missing);
  };
  const ports::CustomerRef saved{command.gateway, call.caller.tenant_id, call.caller.sub};
  bool tried = false;
  // Once for the customer, once for the method; what was attached may be called otherwise. And
  // all that again where the gateway does not know the customer any more.
  for (int i = 0; i < 8; ++i) {
    auto decided =
        co_await idempotently(context, call, {.customer = saved}, decide_once, completed);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!decided->calls.empty()) {
      auto answer =
          co_await perform(context, &call, std::move(decided->calls.front()), render_made);
      if (answer || std::exchange(tried, true) || !co_await is_replaced(context, saved, used))
        co_return answer;
      continue;
    }
    if (missing == Missing::customer) {
      auto customer = co_await ensure_customer(context, call.caller, command.gateway);
      if (!customer) co_return std::unexpected(std::move(customer).error());
    } else {
      auto method =
          co_await ensure_method(context, call.caller, command.gateway, *command.payment_method);
      if (!method && method.error().code == RefusalCode::payment_declined)
        co_return co_await decline(context, call, std::move(method).error(), completed);
      if (!method) co_return std::unexpected(std::move(method).error());
      command.payment_method = method->id.to_string();
    }
  }
  co_return std::unexpected(Refusal{.code = RefusalCode::unavailable,
                                    .message = "The payment method is being changed; try again.",
                                    .retry_after_s = 1});
}

}  // namespace cobro::app
