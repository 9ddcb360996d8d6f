// The payment that a path names.
#pragma once

#include "ports/store.h"
#include "surfaces/common/references.h"
#include "surfaces/platform/route_spec.h"

namespace cobro::surfaces::platform {

inline base::Result<ports::PaymentRef, domain::Refusal> named_payment(const Exchange& exchange) {
  const auto payment = parse_reference<domain::PaymentId>(exchange.path_values.front());
  if (!payment) return std::unexpected(no_such("payment"));
  return *payment;
}

}  // namespace cobro::surfaces::platform
