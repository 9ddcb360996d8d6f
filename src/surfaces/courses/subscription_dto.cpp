#include "surfaces/courses/subscription_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::courses {
namespace {

constexpr std::string_view kNoMetadata = "{}";

}  // namespace

Subscription to_dto(const domain::Subscription& subscription) {
  Subscription dto{.id = subscription.id,
                   .user_id = subscription.user_id,
                   .plan = subscription.plan_code,
                   .status = status_of(subscription.status),
                   .stripe_subscription_id = subscription.gateway_subscription_id,
                   .stripe_customer_id = subscription.gateway_customer_id,
                   .stripe_price_id = subscription.gateway_price_id,
                   .price = {},
                   .current_period_start = subscription.current_period_start,
                   .current_period_end = subscription.current_period_end,
                   .trial_end = subscription.trial_end,
                   .cancelled_at = subscription.cancelled_at,
                   .cancel_at_period_end = domain::is_to_end(subscription),
                   .metadata = {},
                   .client_secret = domain::secret_to_act_with(subscription),
                   .created_at = subscription.created_at,
                   .updated_at = subscription.updated_at};
  if (subscription.billing_cycle) dto.billing_interval = interval_of(*subscription.billing_cycle);
  if (subscription.metadata != kNoMetadata) dto.metadata = {subscription.metadata};
  if (!subscription.price) return dto;
  dto.price = {subscription.price->to_decimal()};
  dto.currency = {subscription.price->currency()};
  return dto;
}

wire::Json subscription_example() {
  return example(R"({
    "id": "019a53cb-1f04-7d83-9c6e-7a2b5d90e4f1", "userId": "ana", "plan": "pro",
    "status": "active", "stripeSubscriptionId": "sub_1QfX2a", "stripeCustomerId": "cus_QfX2a",
    "stripePriceId": "price_1Sb3k64dPtEGmLmpm5n5bbJH", "price": 49.00, "currency": "USD",
    "billingInterval": "month", "currentPeriodStart": "2025-12-05T10:00:00.000Z",
    "currentPeriodEnd": "2026-01-05T10:00:00.000Z", "trialEnd": null, "cancelledAt": null,
    "cancelAtPeriodEnd": false, "metadata": null, "clientSecret": null,
    "createdAt": "2025-12-05T10:00:00.000Z", "updatedAt": "2025-12-05T10:00:02.000Z"})");
}

}  // namespace cobro::surfaces::courses
