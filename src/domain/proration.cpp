#include "domain/proration.h"

namespace cobro::domain {

namespace {

Currency currency_of(const Subscription& subscription, const GatewayPreview& preview) {
  if (!preview.lines.empty()) return preview.lines.front().amount.currency();
  return subscription.price ? subscription.price->currency() : *Currency::parse("USD");
}

Proration nothing(const Subscription& subscription, const GatewayPreview& preview,
                  base::Timestamp at) {
  const auto zero = Money::zero(currency_of(subscription, preview));
  return {
      .credit = zero, .charge = zero, .at = at, .next_billing_at = subscription.current_period_end};
}

void add(Proration& sum, const PreviewLine& line) {
  if (line.amount.currency() != sum.charge.currency()) return;
  if (line.amount.is_negative())
    sum.credit -= line.amount;
  else
    sum.charge += line.amount;
}

bool is_waiting_since(const PreviewLine& line, base::Timestamp at) {
  return line.waiting && line.proration && line.start == at;
}

}  // namespace

Proration proration_of(const Subscription& before, const GatewayPreview& preview,
                       base::Timestamp at) {
  const auto end = before.current_period_end;
  auto result = nothing(before, preview, at);
  for (const auto& line : preview.lines) {
    const bool begins_anew = !line.proration && end && line.start < *end;
    const bool of_the_change = line.proration ? line.start == at : begins_anew;
    if (line.waiting || !of_the_change) continue;
    if (begins_anew && line.amount.currency() == result.charge.currency())
      result.next_billing_at = at;
    add(result, line);
  }
  return result;
}

Proration waiting_proration_of(const Subscription& after, const GatewayPreview& preview,
                               base::Timestamp at) {
  auto result = nothing(after, preview, at);
  for (const auto& line : preview.lines)
    if (is_waiting_since(line, at)) add(result, line);
  return result;
}

std::optional<base::Timestamp> last_change(const GatewayPreview& preview, base::Timestamp until) {
  std::optional<base::Timestamp> last;
  for (const auto& line : preview.lines)
    if (is_waiting_since(line, line.start) && line.start <= until && (!last || line.start > *last))
      last = line.start;
  return last;
}

}  // namespace cobro::domain
