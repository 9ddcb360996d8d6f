// A refund of a payment, whole or in part. It holds its amount while it is `pending`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::domain {

enum class RefundStatus { pending, succeeded, failed };

struct Refund {
  RefundId id;
  PaymentId payment_id;
  TransactionId transaction_id;
  Money amount;
  bool of_overpayment = false;  // sends back the payment's overpayment
  std::string reason;           // up to 500 characters
  RefundStatus status = RefundStatus::pending;
  std::optional<std::string> gateway_refund_id;  // re_…
  std::optional<std::string> failure_reason;
  std::string created_by;  // `sub`, or "gateway" when it was made there
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

}  // namespace cobro::domain
