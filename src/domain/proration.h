// What a change of plan in the middle of a period costs, by the second.
#pragma once

#include <optional>

#include "base/time.h"
#include "domain/subscription.h"

namespace cobro::domain {

struct Proration {
  Money credit;  // unused time at the old price
  Money charge;  // the same time at the new one
  base::Timestamp at;
  std::optional<base::Timestamp> next_billing_at;  // when the difference is invoiced
};

// price × remaining / length of the period, rounded half up to the minor unit.
Money prorate(Money price, base::Timestamp from, base::Timestamp at, base::Timestamp to);
// Nothing is owed either way during a trial, or when the subscription's price is not known.
Proration prorate(const Subscription& subscription, Money new_price, base::Timestamp at);

}  // namespace cobro::domain
