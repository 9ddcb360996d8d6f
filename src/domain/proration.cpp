#include "domain/proration.h"

#include <algorithm>

namespace cobro::domain {

Money prorate(Money price, base::Timestamp from, base::Timestamp at, base::Timestamp to) {
  const auto whole = to.unix_seconds() - from.unix_seconds();
  if (whole <= 0) return Money::zero(price.currency());
  const auto left = std::clamp<std::int64_t>(to.unix_seconds() - at.unix_seconds(), 0, whole);
  return price.scaled(left, whole, Rounding::half_up);
}

Proration prorate(const Subscription& subscription, Money new_price, base::Timestamp at) {
  const auto none = Money::zero(new_price.currency());
  Proration result{
      .credit = none, .charge = none, .at = at, .next_billing_at = subscription.current_period_end};
  const auto from = subscription.current_period_start;
  const auto to = subscription.current_period_end;
  const bool paying = subscription.status == SubscriptionStatus::active ||
                      subscription.status == SubscriptionStatus::past_due;
  if (!paying || !from || !to) return result;
  result.charge = prorate(new_price, *from, at, *to);
  if (subscription.price && subscription.price->currency() == new_price.currency())
    result.credit = prorate(*subscription.price, *from, at, *to);
  return result;
}

}  // namespace cobro::domain
