// An event: a fact that others are told, written in the transaction that made it true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::domain {

enum class Aggregate { order, payment, subscription };

struct Event {
  EventId id;
  Aggregate aggregate = Aggregate::payment;
  base::Uuid aggregate_id;
  std::int64_t sequence = 0;  // per aggregate, from 1, without gaps
  std::string type;           // payment.succeeded, order.paid, …
  std::string payload;        // one flat JSON object, without the envelope's fields
  base::Timestamp occurred_at;
};

// Writes a flat JSON object, member by member.
class EventPayload {
 public:
  EventPayload& add(std::string_view name, std::string_view text);
  EventPayload& add_or_null(std::string_view name, const std::optional<std::string>& text);
  // Writes a JSON number with the currency's decimals.
  EventPayload& add(std::string_view name, const Money& amount);
  EventPayload& add(std::string_view name, base::Timestamp instant);
  [[nodiscard]] std::string text() const { return text_ + "}"; }

 private:
  void name(std::string_view name);
  std::string text_ = "{";
};

}  // namespace cobro::domain
