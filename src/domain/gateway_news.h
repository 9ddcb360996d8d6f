// What a gateway says about its objects, in our words: the common form of an answer, a
// look-up and a webhook. Values only; how they change a payment is decided elsewhere.
#pragma once

#include <optional>
#include <string>

#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"
#include "domain/refund.h"

namespace cobro::domain {

// How far the gateway's object has come.
enum class RemoteState {
  unconfirmed,  // exists, nothing tried
  requires_action,
  processing,
  authorized,
  succeeded,
  declined,  // the last confirmation was refused; it may be confirmed again
  cancelled,
  unrecognized,  // a word we do not know: never settles anything
};

struct PaymentNews {
  std::string gateway_payment_id;
  RemoteState state = RemoteState::unrecognized;
  // Nothing when the gateway names an amount or currency that we cannot read.
  std::optional<Money> amount;
  std::optional<Money> captured;  // of a succeeded one
  std::optional<std::string> charge_id;
  std::optional<Decline> decline;
  std::optional<NextAction> next_action;
  std::optional<PaymentId> our_payment;  // from the metadata
  std::optional<AttemptId> our_attempt;  // the attempt that created it
  std::string redacted;                  // JSON, fit to keep and to show
};

struct RefundNews {
  std::string gateway_refund_id;
  std::optional<std::string> gateway_payment_id;
  std::optional<RefundStatus> status;  // nothing: a word we do not know
  std::optional<Money> amount;
  std::optional<std::string> reason;
  std::optional<std::string> failure_reason;
  std::optional<PaymentId> our_payment;
  std::optional<AttemptId> our_attempt;
  std::string redacted;
};

}  // namespace cobro::domain
