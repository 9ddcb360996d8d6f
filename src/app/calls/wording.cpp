#include "app/calls/wording.h"

#include <fmt/format.h>

#include "app/pipeline/guards.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::Refusal;
using domain::RefusalCode;
using ports::Fault;

Refusal declined(const domain::GatewayCall& call) {
  const auto decline = call.decline.value_or(domain::Decline{});
  return {.code = RefusalCode::payment_declined,
          .message = decline.message.empty() ? "The payment was declined." : decline.message,
          .decline_code = decline.decline_code.value_or(decline.code)};
}

// What an operation leaves that was not executed. An invoice is paid when another method was set
// for it: that stays.
std::string_view what_was_done(const domain::GatewayCall& call) {
  return call.operation == domain::Operation::pay_invoice
             ? "the payment method was changed, and what is owed was not paid"
             : "nothing was done";
}

Refusal gateway_refused(const Completed& completed) {
  // Its words end at the colon: "Stripe answered 400 resource_missing". What follows is the
  // gateway's own text, which is logged and not passed on.
  const auto& message = completed.answer.message;
  const auto brief = message.substr(0, message.find(':'));
  return {.code = RefusalCode::gateway_refused,
          .message =
              fmt::format("The payment gateway refused the request{}; {}.",
                          brief.empty() ? "" : " (" + brief + ")", what_was_done(completed.call))};
}

// It is not to be changed any more, which the gateway's refusal has just taught us.
std::optional<Refusal> ended_subscription(const Completed& completed) {
  const auto& row = completed.subscription;
  const bool made = completed.call.operation != domain::Operation::create_subscription;
  if (!row || !made || !domain::is_terminal(row->status)) return std::nullopt;
  return invalid_state(fmt::format("The subscription is {}; it has ended for good.",
                                   domain::to_string(row->status)));
}

Refusal not_executed(const Completed& completed) {
  if (completed.answer.busy)
    return {.code = RefusalCode::gateway_busy,
            .message = fmt::format("The payment gateway is busy; {}. Try again shortly.",
                                   what_was_done(completed.call)),
            .retry_after_s = 2};
  if (const auto ended = ended_subscription(completed)) return *ended;
  switch (completed.answer.fault) {
    case Fault::payment_method:
      return invalid_field("payment_method_id", "not_accepted",
                           "is not one that the payment gateway knows or takes");
    case Fault::price:
      return invalid_field("price_id", "unknown", "is no price that the payment gateway knows");
    case Fault::customer:
    case Fault::subscription:
    case Fault::none:
      break;
  }
  return gateway_refused(completed);
}

}  // namespace

Refusal outcome_unknown() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The gateway did not say what became of this; it will be resolved. Repeat "
              "the request with the same Idempotency-Key to learn the outcome."};
}

Answer answer_of(const Call& call, const Completed& completed, const RenderCompleted& render) {
  switch (completed.call.status) {
    case CallStatus::accepted:
      return render(completed);
    case CallStatus::declined:
      return call.render_refusal(declined(completed.call));
    case CallStatus::not_executed:
      return std::unexpected(not_executed(completed));
    case CallStatus::open:
      break;
  }
  return std::unexpected(outcome_unknown());
}

}  // namespace cobro::app
