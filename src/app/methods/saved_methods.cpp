#include "app/methods/saved_methods.h"

#include <algorithm>

#include "app/calls/accounts.h"
#include "app/calls/driver.h"
#include "app/calls/recovery.h"
#include "app/methods/ask_there.h"
#include "app/methods/copies.h"
#include "app/pipeline/guards.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Customer;
using domain::MethodStatus;
using domain::PaymentMethod;
using domain::Refusal;
using domain::RefusalCode;
using ports::Changes;
using ports::Loaded;

constexpr base::Duration kLook = std::chrono::milliseconds(50);  // between looks while waiting

ports::CustomerRef customer_ref(const Caller& caller, domain::GatewayName gateway) {
  return {gateway, caller.tenant_id, caller.sub};
}

// Of a call that somebody waited for.
Refusal still_unknown(const Context& context, domain::GatewayName gateway) {
  if (auto refusal = wrong_account(context, gateway)) return std::move(*refusal);
  return {.code = RefusalCode::outcome_unknown,
          .message = "The gateway did not answer; try again shortly.",
          .retry_after_s = 5};
}

std::string by(const Caller& caller) {
  return is_trusted(caller) ? "admin" : "user";
}

Customer make_customer(const Caller& caller, domain::GatewayName gateway, domain::Moment& moment) {
  return {.id = moment.ids.next<domain::CustomerId>(),
          .gateway = gateway,
          .user_id = caller.sub,
          .tenant_id = caller.tenant_id,
          .email = caller.email,
          .name = caller.name,
          .created_at = moment.now,
          .updated_at = moment.now};
}

PaymentMethod make_method(const Customer& customer, const std::string& token, const domain::Moment&,
                          domain::PaymentMethodId id, base::Timestamp now) {
  return {.id = id,
          .customer_id = customer.id,
          .user_id = customer.user_id,
          .tenant_id = customer.tenant_id,
          .gateway = customer.gateway,
          .gateway_payment_method_id = token,
          .gateway_customer_id = *customer.gateway_customer_id,
          .created_at = now,
          .updated_at = now};
}

// What one request waits for that somebody else drives, or did until it died.
class Waiting {
 public:
  explicit Waiting(Context& context) : context_(context) {}

  [[nodiscard]] bool has_time() const { return context_.clock.now() < *context_.until; }

  // Asks once what became of the call, when nobody waits for its answer any more, and takes it over
  // once. Else waits a moment for its end. False: no more can be learned of it now.
  base::Task<bool> look(domain::GatewayCall sent) {
    if (!sent.unknown && context_.clock.now() < sent.deadline) {
      co_await context_.clock.sleep(kLook);
      co_return true;
    }
    if (asked_ == sent.id) co_return false;
    asked_ = sent.id;
    co_await settle_call(context_, std::move(sent));
    co_return true;
  }

 private:
  Context& context_;
  std::optional<domain::CallId> asked_;
};

struct Step {
  std::optional<Customer> customer;            // there
  std::optional<PaymentMethod> method;         // attached
  std::optional<domain::GatewayCall> waiting;  // of somebody else
  std::optional<domain::GatewayCall> send;     // ours, committed
};

base::Result<Changes, Refusal> open_customer(Context& context, const Caller& caller,
                                             domain::GatewayName gateway, const Loaded& loaded,
                                             domain::Moment moment, Step& step) {
  step = {};
  Changes changes;
  if (loaded.customer && loaded.customer->gateway_customer_id) {
    step.customer = loaded.customer;
    return changes;
  }
  auto customer = loaded.customer ? *loaded.customer : make_customer(caller, gateway, moment);
  if (const auto* open = open_call_of(loaded, customer.id.uuid)) {
    step.waiting = *open;
    return changes;
  }
  const ports::CreateCustomerCommand command{customer.id, customer.user_id, customer.email,
                                             customer.name};
  COBRO_TRY_INTO(auto sent, make_call(context, {gateway, customer.id.uuid, customer.calls}, command,
                                      by(caller), moment));
  customer.updated_at = moment.now;
  loaded.customer ? changes.update(std::move(customer)) : changes.insert(std::move(customer));
  changes.insert(sent);
  step.send = std::move(sent);
  return changes;
}

// Opens the call that attaches `token` to the loaded customer.
base::Result<domain::GatewayCall, Refusal> open_attach(const Context& context, const Caller& caller,
                                                       const Loaded& loaded,
                                                       const std::string& token,
                                                       domain::Moment& moment, Changes& changes) {
  const auto id = moment.ids.next<domain::PaymentMethodId>();
  auto method = make_method(*loaded.customer, token, moment, id, moment.now);
  const ports::AttachMethodCommand command{token, *loaded.customer->gateway_customer_id};
  COBRO_TRY_INTO(auto sent, make_call(context, {method.gateway, id.uuid, method.calls}, command,
                                      by(caller), moment));
  changes.insert(std::move(method));
  changes.insert(sent);
  return sent;
}

bool is_our_id(const std::string& named) {
  return domain::PaymentMethodId::parse(named).has_value();
}

// One that is being attached under the same token right now.
const domain::GatewayCall* being_attached(const Loaded& loaded, const std::string& token) {
  for (const auto& method : loaded.methods)
    if (method.status == MethodStatus::attaching && method.gateway_payment_method_id == token)
      return open_call_of(loaded, method.id.uuid);
  return nullptr;
}

bool is_attached(const Loaded& loaded, domain::PaymentMethodId id) {
  return std::ranges::any_of(loaded.methods, [&](const PaymentMethod& row) {
    return row.id == id && row.status == MethodStatus::attached;
  });
}

// Waits for the end of the call that attaches a method. What that is called then may be another
// token: its own id names it. False: that end is not known.
base::Task<bool> wait_for_method(Context& context, Waiting& waiting, domain::GatewayCall sent,
                                 std::string& named) {
  const domain::PaymentMethodId id{sent.subject_id};
  while (waiting.has_time()) {
    const auto loaded = co_await context.store.load({.customer = id});
    const auto* open = open_call_of(loaded, id.uuid);
    if (open == nullptr) {
      if (is_attached(loaded, id)) named = id.to_string();
      co_return true;
    }
    if (!co_await waiting.look(*open)) co_return false;
  }
  co_return false;
}

// The customer is there, at the gateway too.
bool is_made(const Loaded& loaded) {
  return loaded.customer && loaded.customer->gateway_customer_id;
}

// Performs a call for a caller that goes on with something else after it. Nothing: done.
base::Task<std::optional<Refusal>> run(Context& context, Caller caller, domain::GatewayCall sent,
                                       std::optional<PaymentMethod>* method) {
  auto done = co_await perform_first(context, std::move(caller), std::move(sent));
  if (!done) co_return std::move(done).error();
  if (method != nullptr) *method = std::move(done->method);
  co_return std::nullopt;
}

}  // namespace

SavedMethods saved_methods_of(const Loaded& loaded) {
  SavedMethods saved{.customer = loaded.customer};
  for (const auto& method : loaded.methods)
    if (method.status == MethodStatus::attached) saved.methods.push_back(method);
  return saved;
}

const PaymentMethod* find_method(const SavedMethods& saved, const std::string& named) {
  const auto id = domain::PaymentMethodId::parse(named);
  for (const auto& method : saved.methods)
    if (method.id == id || method.gateway_payment_method_id == named) return &method;
  return nullptr;
}

bool is_being_removed(const Loaded& loaded, const PaymentMethod& method) {
  return open_call_of(loaded, method.id.uuid) != nullptr;
}

const domain::GatewayCall* removal_of(const Loaded& loaded, const std::string& named) {
  const auto saved = saved_methods_of(loaded);
  const auto* method = find_method(saved, named);
  return method == nullptr ? nullptr : open_call_of(loaded, method->id.uuid);
}

Refusal no_such_method() {
  return invalid_field("payment_method_id", "not_found", "is no payment method of yours");
}

Refusal being_removed() {
  return invalid_state("The payment method is being removed.");
}

const PaymentMethod* default_method(const SavedMethods& saved) {
  for (const auto& method : saved.methods)
    if (saved.customer && saved.customer->default_method_id == method.id) return &method;
  return nullptr;
}

base::Task<base::Result<Customer, Refusal>> ensure_customer(Context& shared, Caller caller,
                                                            domain::GatewayName gateway) {
  auto context = within_one_deadline(shared);
  Waiting waiting(context);
  while (waiting.has_time()) {
    Step step;
    const DecideChanges decide = [&](const Loaded& loaded, domain::Moment moment) {
      return open_customer(context, caller, gateway, loaded, std::move(moment), step);
    };
    auto committed = co_await commit(context, {.customer = customer_ref(caller, gateway)}, decide);
    if (!committed) co_return std::unexpected(std::move(committed).error());
    if (step.customer) co_return std::move(*step.customer);
    if (step.waiting) {
      if (!co_await waiting.look(std::move(*step.waiting))) break;
    } else if (!step.send) {
      continue;  // an earlier try held, of which this one knows nothing
    } else if (auto failed = co_await run(context, caller, std::move(*step.send), nullptr)) {
      co_return std::unexpected(std::move(*failed));
    }
  }
  co_return std::unexpected(still_unknown(context, gateway));
}

base::Task<base::Result<PaymentMethod, Refusal>> ensure_method(Context& shared, Caller caller,
                                                               domain::GatewayName gateway,
                                                               std::string named) {
  auto context = within_one_deadline(shared);
  Waiting waiting(context);
  bool tried = false;
  while (waiting.has_time()) {
    auto customer = co_await ensure_customer(context, caller, gateway);
    if (!customer) co_return std::unexpected(std::move(customer).error());
    Step step;
    const DecideChanges decide = [&](const Loaded& loaded,
                                     domain::Moment moment) -> base::Result<Changes, Refusal> {
      step = {};
      Changes changes;
      if (!is_made(loaded)) return changes;
      const auto saved = saved_methods_of(loaded);
      if (const auto* known = find_method(saved, named)) {
        step.method = *known;
        return changes;
      }
      if (is_our_id(named)) return std::unexpected(no_such_method());
      if (const auto* open = being_attached(loaded, named)) {
        step.waiting = *open;
        return changes;
      }
      COBRO_TRY_INTO(step.send, open_attach(context, caller, loaded, named, moment, changes));
      return changes;
    };
    auto committed = co_await commit(context, {.customer = customer_ref(caller, gateway)}, decide);
    if (!committed) co_return std::unexpected(std::move(committed).error());
    if (step.method) co_return std::move(*step.method);
    if (step.waiting) {
      if (!co_await wait_for_method(context, waiting, std::move(*step.waiting), named)) break;
      continue;
    }
    if (!step.send) continue;  // the customer was found gone meanwhile
    const auto owner = step.send->target.value_or("");
    std::optional<PaymentMethod> method;
    if (auto failed = co_await run(context, caller, std::move(*step.send), &method)) {
      const bool again = !std::exchange(tried, true) &&
                         co_await is_replaced(context, customer_ref(caller, gateway), owner);
      if (again) continue;
      co_return std::unexpected(std::move(*failed));
    }
    if (method) co_return std::move(*method);
  }
  co_return std::unexpected(still_unknown(context, gateway));
}

base::Task<SavedMethods> list_methods(Context& context, Caller caller,
                                      domain::GatewayName gateway) {
  co_return saved_methods_of(
      co_await context.store.load({.customer = customer_ref(caller, gateway)}));
}

base::Task<Answer> save_method(Context& shared, Call call, SaveMethod command,
                               RenderMethod render) {
  const RenderCompleted render_saved = [render](const Completed& completed) {
    return render(*completed.method, completed.customer->default_method_id == completed.method->id);
  };
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_saved);
  };
  auto context = within_one_deadline(shared);
  Waiting waiting(context);
  bool tried = false;
  std::optional<domain::GatewayCall> other;
  AskThere ask;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    other.reset();
    Decided decided;
    if (!is_made(loaded)) {
      decided.again = true;
      return decided;
    }
    const auto saved = saved_methods_of(loaded);
    if (const auto* known = find_method(saved, command.payment_method)) {
      if (!ask.asked) return ask_first(ask, {}, known->id);
      decided.reply = render(*known, saved.customer->default_method_id == known->id);
      return decided;
    }
    if (is_our_id(command.payment_method)) return std::unexpected(no_such_method());
    if (const auto* open = being_attached(loaded, command.payment_method)) {
      other = *open;
      decided.again = true;
      return decided;
    }
    COBRO_TRY_INTO(auto sent, open_attach(context, call.caller, loaded, command.payment_method,
                                          moment, decided.changes));
    decided.calls.push_back(std::move(sent));
    return decided;
  };
  while (waiting.has_time()) {
    auto decided = co_await idempotently_asking(
        context, call, {.customer = customer_ref(call.caller, command.gateway)}, decide, completed,
        ask);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!decided->calls.empty()) {
      const auto owner = decided->calls.front().target.value_or("");
      auto answer =
          co_await perform(context, &call, std::move(decided->calls.front()), render_saved);
      if (answer || std::exchange(tried, true) ||
          !co_await is_replaced(context, customer_ref(call.caller, command.gateway), owner))
        co_return answer;
      continue;
    }
    if (other) {
      if (!co_await waiting.look(std::move(*other))) break;
      continue;
    }
    auto customer = co_await ensure_customer(context, call.caller, command.gateway);
    if (!customer) co_return std::unexpected(std::move(customer).error());
  }
  co_return std::unexpected(still_unknown(context, command.gateway));
}

namespace {

// Whether an active subscription, or one that is being made, is paid with it, by name or as the
// default; or is about to be.
bool is_in_use(const Loaded& loaded, const PaymentMethod& method, bool is_default) {
  const auto& id = method.gateway_payment_method_id;
  const bool paid_with =
      std::ranges::any_of(loaded.customer_subscriptions, [&](const domain::Subscription& row) {
        if (domain::is_active(row.status))
          return row.gateway_payment_method_id ? row.gateway_payment_method_id == id : is_default;
        return !row.gateway_subscription_id && row.gateway_payment_method_id == id;
      });
  return paid_with || std::ranges::any_of(loaded.open_calls, [&](const domain::GatewayCall& call) {
           return call.operation == domain::Operation::set_method && call.target == id;
         });
}

// What may be paid with a method there, whatever our rows say.
std::vector<domain::SubscriptionId> running_there(const Loaded& loaded) {
  std::vector<domain::SubscriptionId> ids;
  for (const auto& row : loaded.customer_subscriptions)
    if (row.gateway_subscription_id || row.gateway_checkout_id) ids.push_back(row.id);
  return ids;
}

Refusal in_use() {
  return {.code = RefusalCode::method_in_use,
          .message =
              "An active subscription is paid with this payment method; give it another "
              "one or end it first."};
}

}  // namespace

base::Task<Answer> remove_method(Context& shared, Call call, NameMethod command,
                                 RenderMethod render) {
  const RenderCompleted render_removed = [render](const Completed& completed) {
    return render(*completed.method, false);
  };
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_removed);
  };
  auto context = within_one_deadline(shared);
  AskThere ask;
  std::optional<PaymentMethod> removed;  // by an earlier request, if the gateway says so
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    Decided decided;
    const auto saved = saved_methods_of(loaded);
    const auto* known = find_method(saved, command.method);
    if (known == nullptr && removed) {
      removed->status = MethodStatus::detached;
      decided.reply = render(*removed, false);
      return decided;
    }
    if (known == nullptr) return std::unexpected(not_found("payment method"));
    if (auto first = ask_first_of_calls(ask, moment.now, {open_call_of(loaded, known->id.uuid)})) {
      removed = *known;
      return std::move(*first);
    }
    auto running = running_there(loaded);
    if (!ask.asked && !running.empty()) return ask_first(ask, std::move(running));
    if (is_in_use(loaded, *known, saved.customer->default_method_id == known->id))
      return std::unexpected(in_use());
    if (is_being_removed(loaded, *known)) return std::unexpected(being_removed());
    auto method = *known;
    const ports::DetachMethodCommand detach{method.gateway_payment_method_id};
    COBRO_TRY_INTO(auto sent, make_call(context, {method.gateway, method.id.uuid, method.calls},
                                        detach, by(call.caller), moment));
    method.updated_at = moment.now;
    decided.changes.update(std::move(method));
    decided.changes.insert(sent);
    decided.calls.push_back(std::move(sent));
    return decided;
  };
  auto decided = co_await idempotently_asking(
      context, call,
      {.customer = customer_ref(call.caller, command.gateway), .customer_subscriptions = true},
      decide, completed, ask);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  co_return co_await perform(context, &call, std::move(decided->calls.front()), render_removed);
}

}  // namespace cobro::app
