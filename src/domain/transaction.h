// A transaction row: one movement, or one declined try. It is never deleted. A pending one changes
// once, and a succeeded refund may become failed once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::domain {

enum class TransactionType { charge, refund, void_, dispute };
enum class TransactionStatus { pending, succeeded, failed };

struct Transaction {
  TransactionId id;
  std::int64_t number = 0;
  PaymentId payment_id;
  std::optional<RefundId> refund_id;
  TransactionType type = TransactionType::charge;
  TransactionStatus status = TransactionStatus::pending;
  Money amount;
  std::optional<std::string> gateway_transaction_id;
  std::optional<std::string> gateway_response;  // redacted JSON
  std::optional<std::string> failure_reason;
  std::optional<base::Timestamp> processed_at;
  std::int64_t version = 1;
  base::Timestamp created_at;
};

}  // namespace cobro::domain
