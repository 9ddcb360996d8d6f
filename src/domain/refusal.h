// Why a use case refuses: a closed set, in the order in which the checks are made. Each surface
// renders all of them in one exhaustive switch.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cobro::domain {

enum class RefusalCode {
  validation_failed,          // 400, with details
  card_data_not_allowed,      // 400
  gateway_not_available,      // 400: no such gateway here
  currency_not_supported,     // 400: not by this gateway
  unauthorized,               // 401
  forbidden,                  // 403
  idempotency_key_reused,     // 422
  idempotency_in_progress,    // 409, retry later
  not_found,                  // 404
  invalid_state,              // 409: the message says which state it is in and must be in
  payment_in_progress,        // 409: another operation is open
  payment_conflicted,         // 409: a person must look
  order_amount_taken,         // 409: names the payment that holds the amount
  order_closing,              // 409
  method_in_use,              // 409: a subscription is paid with it
  payment_disputed,           // 409: a dispute holds what is left
  refund_required,            // 409: money was captured, refund instead
  refund_exceeds_remaining,   // 409
  refund_in_progress,         // 409
  amount_exceeds_authorized,  // 409
  payment_declined,           // 402, with decline
  gateway_refused,            // 502: not because of the customer, and nothing moved
  gateway_busy,               // 503: the gateway sheds us, and nothing moved
  outcome_unknown,            // 504
  unavailable,                // 503: the database is away, or we shed load
  internal,                   // 500: a bug of ours
};

struct FieldError {
  std::string field;  // items[0].quantity
  std::string code;   // out_of_range
  std::string message;
};

struct Refusal {
  RefusalCode code = RefusalCode::internal;
  std::string message;
  std::vector<FieldError> details = {};
  std::optional<std::string> decline_code = {};  // payment_declined
  std::optional<int> retry_after_s = {};
};

}  // namespace cobro::domain
