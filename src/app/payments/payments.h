// Use cases about payments and refunds.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/pipeline/pipeline.h"
#include "domain/payment.h"
#include "domain/refund.h"

namespace cobro::app {

using RenderPayment = std::function<StoredReply(const domain::Payment& payment)>;
using RenderRefund =
    std::function<StoredReply(const domain::Refund& refund, const domain::Payment& payment)>;

struct CreatePayment {
  ports::OrderRef order;
  domain::GatewayName gateway;
  std::string amount;  // a JSON number's text, read in `currency`, or the order's
  std::optional<domain::Currency> currency;
  domain::CaptureMethod capture_method = domain::CaptureMethod::automatic;
  std::optional<std::string> description;
  std::string metadata = "{}";
};
// Creates a payment of an order. Nothing is sent yet. Refusals: gateway_not_available, not_found
// (the order), validation_failed (amount, currency not the order's), currency_not_supported,
// invalid_state (the order is not pending), order_closing, order_amount_taken.
base::Task<Answer> create_payment(Context& context, Call call, CreatePayment command,
                                  RenderPayment render);

struct UpdatePayment {
  ports::PaymentRef payment;
  std::optional<std::string> amount;  // a JSON number's text
  std::optional<domain::GatewayName> gateway;
  std::optional<std::string> description;
  std::optional<std::string> metadata;
};
// Changes a pending payment; once an object exists at the gateway, description and metadata only.
// Refusals: not_found, invalid_state, payment_in_progress, order_amount_taken, …
base::Task<Answer> update_payment(Context& context, Call call, UpdatePayment command,
                                  RenderPayment render);

struct ProcessPayment {
  ports::PaymentRef payment;
  // Our id of a saved one, or the gateway's token. Without one it is paid with the payment's own,
  // else with the default of its user.
  std::optional<std::string> payment_method;
  std::optional<std::string> return_url;
};
// Confirms the payment at its gateway, or says how it stands. Refusals: not_found,
// validation_failed (no payment method), invalid_state (cancelled), payment_in_progress,
// order_amount_taken, order_closing, payment_declined, gateway_refused, gateway_busy,
// outcome_unknown.
base::Task<Answer> process_payment(Context& context, Call call, ProcessPayment command,
                                   RenderPayment render);

struct CapturePayment {
  ports::PaymentRef payment;
  std::optional<std::string> amount;  // a JSON number's text; none: all of it
};
// Captures an authorized payment, at its gateway. Refusals: forbidden, not_found, invalid_state,
// amount_exceeds_authorized, …
base::Task<Answer> capture_payment(Context& context, Call call, CapturePayment command,
                                   RenderPayment render);

struct CancelPayment {
  ports::PaymentRef payment;
};
// Cancels a payment that is not captured, at its gateway too. Refusals: not_found, forbidden
// (authorized, as a user), refund_required, payment_in_progress, outcome_unknown, …
base::Task<Answer> cancel_payment(Context& context, Call call, CancelPayment command,
                                  RenderPayment render);

struct RefundPayment {
  ports::PaymentRef payment;
  std::optional<std::string> amount;  // a JSON number's text; none: all that is left
  std::string reason;
  // Asked before anything is sent, with this subscription loaded beside the payment: what else must
  // permit the refund.
  ports::Reads::Subscription beside = {};
  std::function<base::Result<void, domain::Refusal>(const ports::Loaded& loaded)> permit = {};
};
// Refunds a payment, whole or in part, at its gateway. Refusals: forbidden, not_found,
// invalid_state, refund_exceeds_remaining, refund_in_progress, gateway_refused, outcome_unknown, …
base::Task<Answer> refund_payment(Context& context, Call call, RefundPayment command,
                                  RenderRefund render);

base::Task<base::Result<domain::Payment, domain::Refusal>> get_payment(Context& context,
                                                                       Caller caller,
                                                                       ports::PaymentRef payment);
base::Task<ports::Listed<domain::Payment>> list_payments(Context& context, Caller caller,
                                                         ports::PaymentFilter filter,
                                                         ports::Page page);

struct RefundView {
  domain::Refund refund;
  domain::Payment payment;
};
base::Task<base::Result<RefundView, domain::Refusal>> get_refund(Context& context, Caller caller,
                                                                 domain::RefundId refund);
// Lists refunds; `payment` narrows to one payment (not_found when the caller may not see it).
base::Task<base::Result<ports::Listed<domain::Refund>, domain::Refusal>> list_refunds(
    Context& context, Caller caller, std::optional<ports::PaymentRef> payment, ports::Page page);

}  // namespace cobro::app
