// An errand: a call that changes something at a gateway and is not about one payment, such as
// making a customer or a subscription. It keeps the promises of an attempt: committed before
// the call with the bytes that will be sent, under one gateway key for ever, ended only on
// evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/attempt.h"
#include "domain/ids.h"

namespace cobro::domain {

enum class ErrandOperation {
  create_customer,      // of a Customer
  attach_method,        // of a PaymentMethod
  detach_method,        // ″
  create_subscription,  // of a Subscription
  end_at_period_end,    // ″
  end_now,              // ″
  resume,               // ″ takes back end_at_period_end
  change_plan,          // ″
};
// Whose row counts it, and of which at most one errand is open.
enum class ErrandSubject { customer, payment_method, subscription };

struct Errand {
  ErrandId id;
  ErrandOperation operation = ErrandOperation::create_customer;
  base::Uuid subject_id;
  GatewayName gateway = GatewayName::stripe;
  std::string gateway_key;  // cobro-<deployment>-<subject id>-<operation>-<n>
  GatewayRequest request;
  std::string requested_by;  // user, admin, system: for the history
  AttemptStatus status = AttemptStatus::open;
  bool unknown = false;  // open, and an answer was lost or unreadable at least once
  // False once any send may have been executed; a later "not executed" then proves nothing.
  bool every_send_not_executed = true;
  std::int64_t sends = 0;
  base::Timestamp first_sent_at;
  base::Timestamp deadline;       // of the last send
  base::Timestamp next_check_at;  // when recovery may take it
  std::int64_t checks = 0;
  std::optional<Decline> decline = {};
  std::optional<std::string> record_key = {};  // the idempotency record that waits for it
  std::int64_t version = 1;
  base::Timestamp created_at;
  std::optional<base::Timestamp> closed_at = {};
};

ErrandSubject subject_of(ErrandOperation operation);

}  // namespace cobro::domain
