#include "app/methods/method_calls.h"

#include "app/calls/accounts.h"
#include "app/calls/driver.h"
#include "app/calls/object_query.h"
#include "app/calls/review.h"
#include "app/methods/copies.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::MethodStatus;
using domain::Operation;
using ports::Changes;
using ports::Fault;
using ports::GatewayAnswer;
using ports::GatewayObject;
using ports::Loaded;

// One completion in one decision.
struct Step {
  const Loaded& loaded;
  base::Timestamp now;
  const GatewayAnswer& answer;
  Changes& changes;
  Completed& after;

  void make_customer() const {
    auto& customer = *after.customer;
    customer.gateway_customer_id =
        std::get<domain::GatewayCustomer>(answer.snapshot).gateway_customer_id;
    customer.updated_at = now;
    changes.update(customer);
  }

  void set_default(std::optional<domain::PaymentMethodId> id) const {
    after.customer->default_method_id = id;
    after.customer->updated_at = now;
    changes.update(*after.customer);
  }

  // Whether it was attached to a customer that was deleted before we heard of it.
  [[nodiscard]] bool was_undone() const {
    return after.call.operation == Operation::attach_method &&
           after.customer->gateway_customer_id != after.method->gateway_customer_id;
  }

  void attach(CallStatus status) const {
    auto& method = *after.method;
    method.updated_at = now;
    method.status = status == CallStatus::accepted ? MethodStatus::attached : MethodStatus::refused;
    if (status == CallStatus::accepted) {
      (void)follow(method, std::get<domain::GatewayMethod>(answer.snapshot));
      if (!after.customer->default_method_id) set_default(method.id);
    }
    changes.update(method);
  }

  void detach() const {
    auto& method = *after.method;
    method.status = MethodStatus::detached;
    method.updated_at = now;
    changes.update(method);
    if (after.customer->default_method_id != method.id) return;
    std::optional<domain::PaymentMethodId> next;
    for (const auto& other : loaded.methods)
      if (other.id != method.id && other.status == MethodStatus::attached) next = other.id;
    set_default(next);
  }

  void apply(Operation operation, CallStatus status) const {
    const bool accepted = status == CallStatus::accepted;
    if (operation == Operation::create_customer && accepted) make_customer();
    if (operation == Operation::attach_method) attach(status);
    if (operation == Operation::detach_method && accepted) detach();
  }
};

class MethodCompletion final : public Completion {
 public:
  MethodCompletion(const GatewayCall& call, const GatewayAnswer& answer)
      : call_(call), answer_(answer) {}

  // After a send whose answer was lost, the next one tells how things were. What was made then may
  // be gone by now, and its event may have come when nobody here knew of it. What was detached pays
  // no subscription any more.
  base::Task<bool> prepare(Context& context) override {
    if (call_.operation == Operation::detach_method &&
        answer_.kind == ports::AnswerKind::accepted) {
      co_await fetch_paid_with(context, domain::PaymentMethodId{call_.subject_id});
      co_return true;
    }
    const bool made = call_.operation == Operation::create_customer ||
                      call_.operation == Operation::attach_method;
    const bool may_be_old = !call_.every_send_not_executed;
    if (!made || answer_.kind != ports::AnswerKind::accepted || !may_be_old) co_return true;
    const auto there = co_await is_still_there(context, call_, answer_.snapshot);
    is_gone_ = there == false;
    co_return there.has_value();
  }
  void add_reads(ports::Reads&) const override {}
  [[nodiscard]] bool is_stale(const Loaded&) const override { return false; }
  bool complete(const Loaded& loaded, domain::Moment moment, const Verdict& verdict,
                Changes& changes, Completed& after) override {
    const Step step{loaded, moment.now, verdict.answer, changes, after};
    auto status = verdict.status;
    // Nothing is left of it: who asked for it may ask for it again, for the new customer.
    if (status == CallStatus::accepted && (is_gone_ || step.was_undone()))
      status = CallStatus::not_executed;
    step.apply(after.call.operation, status);
    end_call(after.call, status, verdict.answer.decline, moment.now, changes);
    return true;
  }

 private:
  const GatewayCall& call_;
  const GatewayAnswer& answer_;
  bool is_gone_ = false;
};

// What the gateway calls it; nothing for a customer that is to be made.
std::optional<std::string> gateway_id_of(const Loaded& loaded, const GatewayCall& call) {
  for (const auto& method : loaded.methods)
    if (method.id.uuid == call.subject_id) return method.gateway_payment_method_id;
  return std::nullopt;
}

// The customer that our row says the method is attached to.
std::optional<std::string> owner_of(const Loaded& loaded, const GatewayCall& call) {
  for (const auto& method : loaded.methods)
    if (method.id.uuid == call.subject_id) return method.gateway_customer_id;
  return std::nullopt;
}

bool shows_done(const GatewayCall& call, const GatewayObject& object) {
  if (const auto* customer = std::get_if<domain::GatewayCustomer>(&object))
    return call.operation == Operation::create_customer && customer->our_customer &&
           customer->our_customer->uuid == call.subject_id;
  const auto* method = std::get_if<domain::GatewayMethod>(&object);
  if (method == nullptr) return false;
  if (call.operation == Operation::detach_method) return !method->gateway_customer_id;
  return call.operation == Operation::attach_method && method->gateway_customer_id &&
         method->gateway_customer_id == call.target;
}

// What a status query was shown of a call's object.
struct Shown {
  bool missing = false;
  std::optional<domain::GatewayMethod> method = {};
};

// Whether the method is of another customer than the call's: of `owner`, or of whom it was to be.
bool is_of_another(const Shown& shown, const std::optional<std::string>& owner) {
  return shown.method && shown.method->gateway_customer_id &&
         shown.method->gateway_customer_id != owner;
}

// Whether the call that was to attach it can do nothing any more, whatever became of it: the
// gateway does not know the method, or has it with somebody else, or has deleted the customer.
// Nothing: the gateway did not say.
base::Task<std::optional<bool>> is_in_vain(Context& context, GatewayCall call, Shown shown) {
  if (is_of_another(shown, call.target)) co_return true;
  if (shown.missing && co_await is_our_account(context, call.gateway)) co_return true;
  const domain::PaymentMethodId id{call.subject_id};
  if (!co_await check_customer(context, id)) co_return std::nullopt;
  co_return co_await is_replaced(context, id, call.target.value_or(""));
}

// Completes the call by what a status query has proven.
base::Task<Sighting> end_as(Context& context, GatewayCall call, GatewayAnswer proof) {
  const bool ended = co_await complete_as(context, std::move(call), std::move(proof));
  // What was found and could not be written is not to be given up.
  co_return ended ? Sighting::seen : Sighting::no_answer;
}

class MethodCalls final : public CallHandler {
 public:
  [[nodiscard]] std::unique_ptr<Completion> completion(const Context&, const GatewayCall& call,
                                                       GatewayAnswer& answer) const override {
    return std::make_unique<MethodCompletion>(call, answer);
  }
  [[nodiscard]] GatewayAnswer parse(const ports::Gateway& gateway, const GatewayCall& call,
                                    const ports::HttpResponse& response) const override {
    return interface_of(gateway, call)->parse(call.operation, response);
  }
  base::Task<Sighting> query(Context& context, GatewayCall call) const override {
    const auto loaded = co_await context.store.load({.call = ports::ref_of(call)});
    if (!loaded.call) co_return Sighting::no_answer;
    Shown shown;
    auto found = co_await find_object(
        context, call, gateway_id_of(loaded, call), [&](const GatewayObject& object) {
          if (const auto* method = std::get_if<domain::GatewayMethod>(&object))
            shown.method = *method;
          return shows_done(call, object);
        });
    if (!found.answered) co_return Sighting::no_answer;
    shown.missing = found.missing;
    // A method that the gateway does not have any more, or not with us, is as good as detached.
    const bool left = call.operation == Operation::detach_method &&
                      (shown.missing || is_of_another(shown, owner_of(loaded, call)));
    if (left || !std::holds_alternative<std::monostate>(found.object))
      co_return co_await end_as(
          context, std::move(call),
          {.kind = ports::AnswerKind::accepted, .snapshot = std::move(found.object)});
    if (call.operation != Operation::attach_method) co_return Sighting::seen;
    const auto in_vain = co_await is_in_vain(context, call, std::move(shown));
    if (!in_vain) co_return Sighting::no_answer;
    if (!*in_vain) co_return Sighting::seen;
    co_return co_await end_as(context, std::move(call),
                              {.kind = ports::AnswerKind::not_executed,
                               .message = "the method cannot be attached to that customer"});
  }
  // The token that is to be attached is nobody's yet.
  base::Task<void> check_copies(Context& context, GatewayCall call, Fault fault) const override {
    if (call.operation != Operation::attach_method) co_return;
    co_await check_blamed(context, domain::PaymentMethodId{call.subject_id}, fault, std::nullopt);
  }
  void ask_a_person(const Loaded& loaded, domain::Moment& moment, const GatewayCall& call,
                    std::string detail, Changes& changes) const override {
    std::optional<Owner> owner;
    if (loaded.customer) owner = Owner{loaded.customer->user_id, loaded.customer->tenant_id};
    changes.insert(review_of(call, owner, std::move(detail), moment));
  }
};

}  // namespace

const CallHandler& method_calls() {
  static const MethodCalls handler;
  return handler;
}
const CallHandler& customer_calls() {
  return method_calls();
}

}  // namespace cobro::app
