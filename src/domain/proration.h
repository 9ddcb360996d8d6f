// A proration: what a change of plan in the middle of a period costs, by the gateway that bills it.
#pragma once

#include <optional>

#include "base/time.h"
#include "domain/gateway_objects.h"
#include "domain/subscription.h"

namespace cobro::domain {

struct Proration {
  Money credit;  // unused time at the old price
  Money charge;  // the same time at the new one, or a new period that begins at once
  base::Timestamp at;
  std::optional<base::Timestamp> next_billing_at;  // when the difference is invoiced
};

// Takes from the preview of a change at `at` what is due to the change itself: parts of periods
// that begin at that moment, and a period that begins before the running one ends. What waits for
// the next invoice is of earlier changes, also of one at the same moment.
Proration proration_of(const Subscription& before, const GatewayPreview& preview,
                       base::Timestamp at);
// Takes from a preview what a change that was made at `at` has left for the next invoice.
Proration waiting_proration_of(const Subscription& after, const GatewayPreview& preview,
                               base::Timestamp at);
// Gives the moment of the last change up to `until` of which a preview holds what waits for the
// next invoice.
std::optional<base::Timestamp> last_change(const GatewayPreview& preview, base::Timestamp until);

}  // namespace cobro::domain
