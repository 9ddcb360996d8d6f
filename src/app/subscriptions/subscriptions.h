// Use cases about subscriptions that the gateway bills.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/methods/saved_methods.h"
#include "app/payments/checkout_terms.h"
#include "app/payments/payments.h"
#include "app/pipeline/pipeline.h"
#include "domain/proration.h"
#include "domain/subscription.h"

namespace cobro::app {

// Names a subscription by our id, or by the gateway's.
using SubscriptionRef = std::variant<domain::SubscriptionId, ports::RemoteSubscriptionRef>;
using RenderSubscription = std::function<StoredReply(const domain::Subscription& subscription)>;

struct Subscribe {
  domain::GatewayName gateway;
  std::string price_id;  // the gateway's; of a plan of ours or not
  // Our id of a saved one, or the gateway's token, which is saved. Without one it is paid on a
  // page.
  std::optional<std::string> payment_method = {};
  std::int64_t trial_days = 0;
  std::optional<CheckoutTerms> checkout = {};
};
// Subscribes the caller. The subscription may be left `incomplete`, with a next_action that the
// customer must do. Refusals:
// gateway_not_available, validation_failed (price_id, payment_method_id), payment_declined,
// gateway_refused, gateway_busy, outcome_unknown.
base::Task<Answer> subscribe(Context& context, Call call, Subscribe command,
                             RenderSubscription render);

struct EndSubscription {
  SubscriptionRef subscription;
  bool immediate = false;    // else at the period's end
  bool only_unpaid = false;  // one whose first invoice was paid goes on
};
// Ends it, at the gateway too. Asked twice, it answers the same. Refusals: not_found, invalid_state
// (ended), …
base::Task<Answer> end_subscription(Context& context, Call call, EndSubscription command,
                                    RenderSubscription render);
// Takes back an end that is asked for but not reached. Refusals: not_found, invalid_state.
base::Task<Answer> resume_subscription(Context& context, Call call, SubscriptionRef ref,
                                       RenderSubscription render);

// Words the reply of a refund once more, with what became of the end that was asked for with it.
// Nothing: the subscription has ended. outcome_unknown: it may have. Else it goes on.
using RenderRefundAndEnd = std::function<StoredReply(
    StoredReply refunded, const std::optional<domain::Refusal>& not_ended)>;
// Refunds a payment of a subscription, and ends that at once. A subscription that cannot be ended
// now is said before any money moves; once it has moved the answer is the refund's, whatever
// becomes of the end. A refund that was declined or failed leaves the subscription alone. Whoever
// asks again under the same key is told of the same refund, and the end is asked for again.
// Refusals: validation_failed (cancel_subscription), payment_in_progress, invalid_state, those of
// refund_payment.
base::Task<Answer> refund_and_end(Context& context, Call call, RefundPayment command,
                                  RenderRefund render, RenderRefundAndEnd render_both);

struct SetMethod {
  SubscriptionRef subscription;
  // Our id of one that the subscription's user saved, the gateway's, or a token, which is saved.
  std::string payment_method;
};
// Pays it with another method from now on, and tries what is open with that one. Refusals:
// not_found, invalid_state, validation_failed (payment_method_id), payment_declined, …
base::Task<Answer> set_subscription_method(Context& context, Call call, SetMethod command,
                                           RenderSubscription render);
// Makes it the caller's default. Subscriptions that follow the old one (they are paid with it, by
// name or for want of one of their own, or were last asked to be) are paid with the new one, and
// what is open with them is tried. That a payment is declined does not undo it. Asked again, it
// moves those that the gateway did not move before. Refusals: not_found, payment_in_progress.
base::Task<Answer> set_default_method(Context& context, Call call, NameMethod command,
                                      RenderMethod render);

struct ChangePlan {
  SubscriptionRef subscription;
  std::string price_id;
  bool dry_run = false;
  // The moment from which on it is prorated, as a dry run said; now, when none is given.
  std::optional<base::Timestamp> at = {};
};
using RenderPlanChange = std::function<StoredReply(const domain::Subscription& subscription,
                                                   const domain::Proration& proration)>;
// Changes the plan, prorated by the second; a dry run only says what that costs. Refusals:
// not_found, invalid_state, validation_failed (price_id), currency_not_supported (it costs no whole
// amount of its currency).
base::Task<Answer> change_plan(Context& context, Call call, ChangePlan command,
                               RenderPlanChange render);

base::Task<base::Result<domain::Subscription, domain::Refusal>> get_subscription(
    Context& context, Caller caller, SubscriptionRef ref);
base::Task<ports::Listed<domain::Subscription>> list_subscriptions(Context& context, Caller caller,
                                                                   ports::SubscriptionFilter filter,
                                                                   ports::Page page);
// Gives the caller's newest active subscription, else the newest unpaid or paused one, else the
// newest incomplete one. Refusals: not_found.
base::Task<base::Result<domain::Subscription, domain::Refusal>> current_subscription(
    Context& context, Caller caller);
base::Task<base::Result<ports::Listed<domain::StatusChange>, domain::Refusal>> list_status_changes(
    Context& context, Caller caller, SubscriptionRef ref, ports::Page page);
base::Task<std::vector<domain::Plan>> list_plans(Context& context);

}  // namespace cobro::app
