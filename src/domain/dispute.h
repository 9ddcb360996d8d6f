// A dispute: the cardholder's bank questions a payment (an inquiry) or takes its money back
// (a chargeback) until it is won.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"

namespace cobro::domain {

enum class DisputeStage { inquiry, chargeback };

struct Dispute {
  DisputeId id;
  PaymentId payment_id;
  std::optional<TransactionId> transaction_id = {};  // of the last withdrawal
  GatewayName gateway;
  std::string gateway_dispute_id;  // dp_…; unique per gateway
  DisputeStage stage = DisputeStage::chargeback;
  DisputeStatus status = DisputeStatus::needs_response;
  Money amount;
  std::string reason;  // fraudulent, product_not_received, …
  std::optional<base::Timestamp> evidence_due_by = {};
  bool withdrawn = false;                                   // its money was taken, and posted
  bool reinstated = false;                                  // and all came back
  Money withdrawn_amount = Money::zero(amount.currency());  // what is gone now
  std::int64_t movements = 0;  // of its money, as far as the gateway told
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
  std::optional<base::Timestamp> closed_at = {};
};

// The amount that is withdrawn now.
Money withdrawn(const Dispute& dispute);
// What disputes that are lost took of their payment for good.
Money lost(const std::vector<Dispute>& disputes, Currency currency);
// How the disputes of a payment stand together: lost before what waits for us, that before what
// waits for the bank, that before what has ended otherwise. Nothing where there is none.
std::optional<DisputeStatus> standing(const std::vector<Dispute>& disputes);
// Whether nothing more is decided about it: neither we nor the bank are waited for.
bool is_closed(DisputeStatus status);
// Says how far a dispute has come. Snapshots of an earlier point change nothing.
int progress(DisputeStage stage, DisputeStatus status);

}  // namespace cobro::domain
