// A gateway call: one operation asked of a gateway under one key, for ever. It is committed
// before anything is sent, with the bytes that will be sent, and ends only on evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"

namespace cobro::domain {

// `open` covers "in flight" and "unknown"; the others are final.
enum class CallStatus { open, accepted, declined, not_executed };

// What the call is about. That row counts its calls, and has at most one open (refunds apart).
enum class CallSubject { payment, customer, payment_method, subscription };
CallSubject subject_of(Operation operation);

// The request as it will be sent, again and again, without credentials.
struct GatewayRequest {
  std::string method;   // POST
  std::string path;     // /v1/payment_intents
  std::string version;  // Stripe-Version
  std::string body;
};

struct GatewayCall {
  CallId id;
  Operation operation;
  base::Uuid subject_id;
  std::optional<RefundId> refund_id = {};
  GatewayName gateway;
  std::string gateway_key;  // cobro-<deployment>-<subject id>-<operation>-<n>
  GatewayRequest request;
  // What the command named and its evidence is compared with: the customer that a method is
  // attached to, the price or the method that a subscription is given, when it is to end.
  std::optional<std::string> target = {};
  bool on_page = false;                               // about a page of the gateway's own
  std::optional<Money> amount = {};                   // what it moves; nothing where nothing moves
  PaymentState state_before = PaymentState::pending;  // restored when it was not executed
  std::string requested_by;                           // user, admin, system: for the history
  CallStatus status = CallStatus::open;
  bool unknown = false;  // open, and an answer was lost or unreadable at least once
  // False once any send may have been executed; a later "not executed" then proves nothing.
  bool every_send_not_executed = true;
  std::int64_t sends = 0;
  base::Timestamp first_sent_at;
  base::Timestamp deadline;  // of the last send; the driver never outlives it
  // Who sent it last: recovery takes it at once when that instance is gone. Nothing: not known.
  std::optional<InstanceId> instance_id = {};
  base::Timestamp next_check_at;               // when recovery may take it all the same
  std::int64_t checks = 0;                     // made by recovery
  bool in_review = false;                      // a person was asked
  std::optional<Decline> decline = {};         // of a declined one
  std::optional<std::string> record_key = {};  // the idempotency record that waits for it
  std::int64_t version = 1;
  base::Timestamp created_at;
  std::optional<base::Timestamp> closed_at = {};

  // Gives the payment's id of a call about a payment; for any other call it is no payment's.
  [[nodiscard]] PaymentId payment_id() const { return {subject_id}; }
};

}  // namespace cobro::domain
