// A refund that ends the subscription whose payment it gives back.
#include <fmt/format.h>

#include <algorithm>

#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_guards.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Loaded;

// The subscription that the payment is of.
base::Task<base::Result<domain::SubscriptionId, Refusal>> subscription_of(Context& context,
                                                                          Caller caller,
                                                                          ports::PaymentRef named) {
  const auto payment = co_await get_payment(context, std::move(caller), named);
  if (!payment) co_return std::unexpected(payment.error());
  if (payment->subscription_id) co_return *payment->subscription_id;
  co_return std::unexpected(
      invalid_field("cancel_subscription", "not_allowed", "the payment is of no subscription"));
}

// One that has ended is as it should be.
base::Result<void, Refusal> permit_end(const Loaded& loaded) {
  if (domain::is_terminal(loaded.subscription->status)) return {};
  return check_changeable(loaded);
}

bool is_ending(const Loaded& loaded) {
  return std::ranges::any_of(loaded.open_calls, [&](const domain::GatewayCall& open) {
    return open.subject_id == loaded.subscription->id.uuid &&
           open.operation == domain::Operation::end_now;
  });
}

// It does not tell its reader to send the request again: without a key that would pay again.
Refusal may_have_ended() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "It is not known yet whether the subscription has ended; it will be resolved. Look "
              "at the subscription."};
}

// What a refused end means, given how things are since. A row that could not be written may have
// been, and recovery sends the call then.
std::optional<Refusal> why_not_ended(const Loaded& loaded, const Refusal& refusal) {
  if (domain::is_terminal(loaded.subscription->status)) return std::nullopt;
  const bool unknown =
      refusal.code == RefusalCode::outcome_unknown || refusal.code == RefusalCode::unavailable;
  if (unknown || is_ending(loaded)) return may_have_ended();
  return Refusal{.code = refusal.code,
                 .message = fmt::format("The subscription was not ended. {}", refusal.message)};
}

// Ends it, or says why not. Never throws: the refund was made, and its caller must hear of it.
base::Task<std::optional<Refusal>> end(Context& context, Call call, domain::SubscriptionId id) {
  std::string failure;
  try {
    const auto ended =
        co_await end_subscription(context, std::move(call), {.subscription = id, .immediate = true},
                                  [](const domain::Subscription&) { return StoredReply{}; });
    if (ended) co_return std::nullopt;
    co_return why_not_ended(co_await context.store.load({.subscription = id}), ended.error());
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::error, "a refund was made and its subscription not ended",
                    {{"subscription", id.to_string()}, {"reason", failure}});
  co_return may_have_ended();
}

// Whether the refund that a replayed reply tells of has failed.
base::Task<bool> has_failed(Context& context, const std::optional<Idempotency>& key,
                            ports::PaymentRef payment) {
  if (!key) co_return false;
  const auto loaded = co_await context.store.load(
      {.root = payment, .parts = {.refunds = true}, .record_key = key->record_key});
  if (!loaded.record_call || !loaded.record_call->refund_id) co_return false;
  const auto refund =
      std::ranges::find(loaded.refunds, *loaded.record_call->refund_id, &domain::Refund::id);
  co_return refund != loaded.refunds.end() && refund->status == domain::RefundStatus::failed;
}

}  // namespace

base::Task<Answer> refund_and_end(Context& context, Call call, RefundPayment command,
                                  RenderRefund render, RenderRefundAndEnd render_both) {
  const auto subscription = co_await subscription_of(context, call.caller, command.payment);
  if (!subscription) co_return std::unexpected(subscription.error());
  co_await settle_open_call(context, *subscription);
  command.beside = *subscription;
  command.permit = &permit_end;
  const auto payment = command.payment;
  auto to_end = call;
  to_end.idempotency.reset();
  const auto key = call.idempotency;
  std::optional<domain::RefundStatus> status;
  const RenderRefund render_and_note = [&](const domain::Refund& refund,
                                           const domain::Payment& of) {
    status = refund.status;
    return render(refund, of);
  };
  auto refunded =
      co_await refund_payment(context, std::move(call), std::move(command), render_and_note);
  // A refund that was declined, or failed at once, leaves the subscription alone.
  if (!refunded || refunded->status != 200) co_return refunded;
  // What was noted then is of a try that was not committed.
  if (refunded->headers.find("Idempotent-Replayed")) status.reset();
  if (status ? *status == domain::RefundStatus::failed : co_await has_failed(context, key, payment))
    co_return refunded;
  const auto not_ended = co_await end(context, std::move(to_end), *subscription);
  co_return render_both(std::move(*refunded), not_ended);
}

}  // namespace cobro::app
