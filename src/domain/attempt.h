// An attempt: one operation at a gateway, under one gateway key, for ever. It is committed
// before the call, with the bytes that will be sent, and ends only on evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"

namespace cobro::domain {

// open covers "in flight" and "unknown"; the others are final.
enum class AttemptStatus { open, accepted, declined, not_executed };

// The request as it will be sent, again and again, without credentials.
struct GatewayRequest {
  std::string method;   // POST
  std::string path;     // /v1/payment_intents
  std::string version;  // Stripe-Version
  std::string body;
};

struct Attempt {
  AttemptId id;
  PaymentId payment_id;
  std::optional<RefundId> refund_id;
  Operation operation = Operation::confirm;
  GatewayName gateway = GatewayName::stripe;
  std::string gateway_key;  // cobro-<deployment>-<payment id>-<operation>-<n>
  GatewayRequest request;
  std::optional<Money> amount;                        // what it moves; nothing for a cancel
  PaymentState state_before = PaymentState::pending;  // restored when it was not executed
  AttemptStatus status = AttemptStatus::open;
  bool unknown = false;  // open, and an answer was lost or unreadable at least once
  // False once any send may have been executed; a later "not executed" then proves nothing.
  bool every_send_not_executed = true;
  std::int64_t sends = 0;
  base::Timestamp first_sent_at;
  base::Timestamp deadline;               // of the last send; the driver never outlives it
  base::Timestamp next_check_at;          // when recovery may take it
  std::int64_t checks = 0;                // made by recovery
  bool in_review = false;                 // a reconciliation of it was opened
  std::optional<Decline> decline;         // of a declined one
  std::optional<std::string> record_key;  // the idempotency record that waits for it
  std::int64_t version = 1;
  base::Timestamp created_at;
  std::optional<base::Timestamp> closed_at;
};

}  // namespace cobro::domain
