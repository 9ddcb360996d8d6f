// A fact for the outside, written in the transaction that made it true.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/ids.h"

namespace cobro::domain {

enum class Aggregate { order, payment };

struct Event {
  EventId id;
  Aggregate aggregate = Aggregate::payment;
  base::Uuid aggregate_id;
  std::int64_t sequence = 0;  // per aggregate, from 1, without gaps
  std::string type;           // payment.succeeded, order.paid, …
  std::string payload;        // one flat JSON object, without the envelope's fields
  base::Timestamp occurred_at;
};

}  // namespace cobro::domain
