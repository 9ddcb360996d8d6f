// Use cases about overpayments: money that came too late or twice, owed back to a customer.
// A payment has at most one; it is shown with its payment.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/pipeline/pipeline.h"
#include "domain/payment.h"

namespace cobro::app {

using RenderOverpayment = std::function<StoredReply(const domain::Payment& payment)>;

struct RefundOverpayment {
  domain::OverpaymentId overpayment;
  std::string reason;
};
// Sends all that is left of it, and that no dispute holds, back through its gateway. Refusals:
// forbidden (`admin` only), not_found, invalid_state (refunded already, or nothing can be refunded
// there), refund_in_progress, payment_disputed, gateway_refused, gateway_busy, payment_declined,
// outcome_unknown.
base::Task<Answer> refund_overpayment(Context& context, Call call, RefundOverpayment command,
                                      RenderOverpayment render);

struct ListOverpayments {
  std::optional<ports::PaymentRef> payment;
  ports::OverpaymentFilter filter;
};
// Lists payments that have an overpayment. A user sees their own. Refusals: not_found (the
// payment).
base::Task<base::Result<ports::Listed<domain::Payment>, domain::Refusal>> list_overpayments(
    Context& context, Caller caller, ListOverpayments command, ports::Page page);

}  // namespace cobro::app
