// A review: what no machine can decide, put before a person. It is about the outcome of a gateway
// call that was not told for a day, a gateway's word that contradicts our record, money for access
// that has ended, or an object there that says it is ours and is not in our books. It is kept for
// ever, with who resolved it and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"

namespace cobro::domain {

enum class ReviewKind {
  unknown_outcome,
  conflict,
  late_access,     // money that came for access already ended
  unknown_object,  // ours, by its own word, and of no row here, or of an amount we cannot read
};
enum class ReviewStatus { open, resolved };
// How the operation ended; where there is a conflict, how the payment did.
enum class ReviewOutcome { succeeded, failed };

struct Review {
  ReviewId id;
  std::optional<PaymentId> payment_id = {};            // what it is about:
  std::optional<SubscriptionId> subscription_id = {};  // either, or neither
  std::optional<CallId> call_id = {};                  // of an unknown outcome
  std::optional<std::string> user_id = {};             // whose it is
  std::optional<std::string> tenant_id = {};
  ReviewKind kind = ReviewKind::unknown_outcome;
  std::optional<Operation> operation = {};
  GatewayName gateway;
  std::optional<std::string> gateway_object_id = {};
  std::optional<Money> amount = {};  // of the operation, or of the payment
  std::string detail;                // what is unknown, or who says what
  ReviewStatus status = ReviewStatus::open;
  std::optional<ReviewOutcome> outcome = {};
  std::optional<std::string> gateway_transaction_id = {};
  std::optional<std::string> note = {};
  std::optional<std::string> resolved_by = {};  // a `sub`, or "gateway" when it spoke after all
  std::int64_t version = 1;
  base::Timestamp created_at;
  std::optional<base::Timestamp> resolved_at = {};
};

}  // namespace cobro::domain
