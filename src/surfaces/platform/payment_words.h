// The status that a payment prints: each kind speaks its own surface's words.
#pragma once

#include <boost/describe/enum.hpp>
#include <vector>

#include "domain/payment.h"
#include "ports/store.h"

namespace cobro::surfaces::platform {

enum class PaymentStatus {
  pending,
  processing,
  completed,
  failed,
  cancelled,
  refunded,
  requires_payment_method,
  requires_confirmation,
  requires_action,
  requires_capture,
  succeeded,
  canceled,
};
BOOST_DESCRIBE_ENUM(PaymentStatus, pending, processing, completed, failed, cancelled, refunded,
                    requires_payment_method, requires_confirmation, requires_action,
                    requires_capture, succeeded, canceled)

// What of a payment its status depends on.
struct PrintedState {
  domain::PaymentKind kind = domain::PaymentKind::order;
  domain::PaymentState state = domain::PaymentState::pending;
  bool refunded_in_full = false;
  bool with_method = false;  // it was made with a method, though not confirmed
};
PaymentStatus status_of(const PrintedState& printed);
PaymentStatus status_of(const domain::Payment& payment);

// The word for `state` if the payment were in it.
std::string render_state(const domain::Payment& payment, domain::PaymentState state);

// Every kind and state whose item prints one of these.
std::vector<ports::PaymentWord> payments_that_print(const std::vector<PaymentStatus>& statuses);

}  // namespace cobro::surfaces::platform
