#include "domain/proration.h"

namespace cobro::domain {

namespace {

Currency currency_of(const Subscription& subscription, const GatewayPreview& preview) {
  if (!preview.lines.empty()) return preview.lines.front().amount.currency();
  return subscription.price ? subscription.price->currency() : *Currency::parse("USD");
}

}  // namespace

Proration proration_of(const Subscription& before, const GatewayPreview& preview,
                       base::Timestamp at) {
  const auto currency = currency_of(before, preview);
  const auto end = before.current_period_end;
  Proration result{.credit = Money::zero(currency),
                   .charge = Money::zero(currency),
                   .at = at,
                   .next_billing_at = end};
  for (const auto& line : preview.lines) {
    const bool begins_anew = !line.proration && end && line.start < *end;
    const bool of_the_change = line.proration ? line.start == at : begins_anew;
    if (!of_the_change || line.amount.currency() != currency) continue;
    if (begins_anew) result.next_billing_at = at;
    if (line.amount.is_negative())
      result.credit -= line.amount;
    else
      result.charge += line.amount;
  }
  return result;
}

std::optional<base::Timestamp> last_change(const GatewayPreview& preview, base::Timestamp until) {
  std::optional<base::Timestamp> last;
  for (const auto& line : preview.lines)
    if (line.proration && line.start <= until && (!last || line.start > *last)) last = line.start;
  return last;
}

}  // namespace cobro::domain
