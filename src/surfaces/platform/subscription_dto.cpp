#include "surfaces/platform/subscription_dto.h"

#include <algorithm>
#include <array>

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {
namespace {

using domain::SubscriptionStatus;

constexpr std::string_view kPricePrefix = "price_";

// Whole days, rounded up, never negative.
std::int64_t days_left(std::optional<base::Timestamp> end, base::Timestamp now) {
  if (!end || *end <= now) return 0;
  return std::chrono::ceil<std::chrono::days>(*end - now).count();
}

std::int64_t trial_days_left(const domain::Subscription& subscription, base::Timestamp now) {
  return subscription.status == SubscriptionStatus::trialing
             ? days_left(subscription.trial_end, now)
             : 0;
}

std::int64_t days_until_expiry(const domain::Subscription& subscription, base::Timestamp now) {
  return domain::is_terminal(subscription.status) ? 0
                                                  : days_left(subscription.current_period_end, now);
}

std::optional<wire::Decimal> price_of(const domain::Subscription& subscription) {
  if (!subscription.price) return std::nullopt;
  return wire::Decimal{subscription.price->to_decimal()};
}
std::optional<CurrencyCode> currency_of(const domain::Subscription& subscription) {
  if (!subscription.price) return std::nullopt;
  return CurrencyCode{subscription.price->currency()};
}

void check_price(std::string_view price_id, Fields& fields) {
  if (!price_id.starts_with(kPricePrefix))
    fields.fail("price_id", "invalid_format", "must start with price_");
}

}  // namespace

Subscription to_dto(const domain::Subscription& subscription, base::Timestamp now) {
  return {.id = subscription.id,
          .gateway_subscription_id = subscription.gateway_subscription_id,
          .gateway = subscription.gateway,
          .user_id = subscription.user_id,
          .price_id = subscription.gateway_price_id,
          .plan_id = subscription.plan_id,
          .plan = subscription.plan_code,
          .status = subscription.status,
          .price = price_of(subscription),
          .currency = currency_of(subscription),
          .billing_cycle = subscription.billing_cycle,
          .interval_count = subscription.interval_count,
          .payment_method_id = subscription.gateway_payment_method_id,
          .current_period_start = subscription.current_period_start,
          .current_period_end = subscription.current_period_end,
          .trial_end = subscription.trial_end,
          .cancel_at_period_end = subscription.cancel_at_period_end,
          .cancel_at = subscription.cancel_at,
          .cancelled_at = subscription.cancelled_at,
          .ended_at = subscription.ended_at,
          .trial_days_remaining = trial_days_left(subscription, now),
          .days_until_expiry = days_until_expiry(subscription, now),
          .next_action = to_dto(subscription.next_action),
          .client_secret = domain::secret_to_act_with(subscription),
          .created_at = subscription.created_at,
          .updated_at = subscription.updated_at};
}

PlanChange to_dto(const domain::Subscription& subscription, const domain::Proration& proration,
                  bool dry_run) {
  return {to_dto(subscription, proration.at),
          {.credit = {proration.credit.to_decimal()},
           .charge = {proration.charge.to_decimal()},
           .currency = {proration.charge.currency()},
           .at = proration.at,
           .next_billing_at = proration.next_billing_at},
          dry_run};
}

StatusChange to_dto(const domain::StatusChange& change) {
  return {.id = change.id,
          .subscription_id = change.subscription_id,
          .old_status = change.before,
          .new_status = change.after,
          .reason = change.reason,
          .changed_by = change.changed_by,
          .created_at = change.created_at};
}

std::vector<SubscriptionStatus> active_statuses() {
  std::vector<SubscriptionStatus> active;
  for (const auto& word : wire::Binding<SubscriptionStatus>::words())
    if (const auto status = static_cast<SubscriptionStatus>(word.value); domain::is_active(status))
      active.push_back(status);
  return active;
}

std::optional<app::Subscribe> read_new_subscription(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewSubscription>(body));
  const auto* price = body.find("price_id");
  if (price != nullptr && price->as_string() != nullptr && !price->as_string()->empty())
    check_price(*price->as_string(), fields);
  if (dto) fields.check_token(dto->payment_method_id.text, "payment_method_id");
  if (fields.failed()) return std::nullopt;
  return app::Subscribe{.gateway = kUnnamedGateway,
                        .price_id = std::move(dto->price_id.text),
                        .payment_method = std::move(dto->payment_method_id.text),
                        .trial_days = dto->trial_days ? dto->trial_days->value : 0};
}

std::optional<std::string> read_method_of_subscription(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewMethodOfSubscription>(body));
  if (dto) fields.check_token(dto->payment_method_id.text, "payment_method_id");
  if (fields.failed()) return std::nullopt;
  return std::move(dto->payment_method_id.text);
}

std::optional<NewPlanOfSubscription> read_new_plan(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewPlanOfSubscription>(body));
  if (dto && dto->price_id.has_value() == dto->plan_id.has_value())
    fields.fail("price_id", dto->price_id ? "not_allowed" : "required",
                "must be given, or plan_id, but not both");
  if (dto && dto->price_id) check_price(dto->price_id->text, fields);
  if (fields.failed()) return std::nullopt;
  return dto;
}

app::SubscriptionRef to_subscription_ref(const std::string& named) {
  if (const auto id = domain::SubscriptionId::parse(named)) return *id;
  return ports::RemoteSubscriptionRef{kUnnamedGateway, named};
}

wire::Json subscription_example() {
  return example(R"({
    "id": "019a53cb-1f04-7d83-9c6e-7a2b5d90e4f1", "gateway_subscription_id": "sub_1QfX2a",
    "gateway": "stripe", "user_id": "ana", "price_id": "price_1Sb3k64dPtEGmLmpm5n5bbJH",
    "plan_id": "019aebce-f400-7000-8000-000000000002", "plan": "pro", "status": "active",
    "price": 49.00, "currency": "USD", "billing_cycle": "monthly", "interval_count": 1,
    "payment_method_id": "pm_1QfX2a", "current_period_start": "2025-01-20T10:00:00.000Z",
    "current_period_end": "2025-02-20T10:00:00.000Z", "trial_end": null,
    "cancel_at_period_end": false, "cancel_at": null, "cancelled_at": null, "ended_at": null,
    "trial_days_remaining": 0, "days_until_expiry": 31, "next_action": null,
    "client_secret": null, "created_at": "2025-01-20T10:00:00.000Z",
    "updated_at": "2025-01-20T10:00:02.000Z"})");
}

}  // namespace cobro::surfaces::platform
