// A payment: one intent to move one amount from one customer through one gateway.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/overpayment.h"

namespace cobro::domain {

enum class PaymentKind { order, intent, course_purchase, subscription, one_time, session };

// See payment_states.h for the table. "Refunded" is `succeeded` with refunded = captured.
enum class PaymentState {
  pending,          // no confirmation sent (an object may already exist at the gateway)
  requires_action,  // the customer must act: 3-D Secure, an approval page
  processing,       // sent, outcome not known yet
  authorized,       // held, not captured
  succeeded,        // captured
  failed,           // declined; may be tried again with another method
  cancelled,        // given up before capture; terminal
};

enum class CaptureMethod { automatic, manual };
enum class GatewayName { manual, stripe, paypal, mercadopago };

// What can be asked of a gateway. A payment has at most one open call, refunds apart; so has a
// customer, a method, a subscription.
enum class Operation {
  create,   // of a payment: makes its object, without confirming it
  confirm,  // ″
  capture,  // ″
  cancel,   // ″
  refund,   // ″
  create_customer,
  attach_method,
  detach_method,
  create_subscription,
  end_at_period_end,  // of a subscription
  end_now,            // ″
  resume,             // ″ takes back that it is to end
  change_plan,        // ″
  set_method,         // ″ with what it is paid from now on
  pay_invoice,        // ″ tries to collect what is open
};

// How far a dispute has come: a chargeback, or the inquiry before it.
enum class DisputeStatus { needs_response, under_review, won, lost, closed, prevented };

struct Decline {
  std::string code;                         // the gateway's: card_declined, expired_card, …
  std::optional<std::string> decline_code;  // the issuer's: insufficient_funds, …
  std::string message;                      // fit to show to the customer
};

struct NextAction {
  std::string type;  // redirect_to_url, use_stripe_sdk, manual
  std::optional<std::string> url;
  std::optional<std::string> client_secret;
};

struct Payment {
  PaymentId id;
  std::int64_t number = 0;
  PaymentKind kind = PaymentKind::order;
  std::optional<OrderId> order_id;
  std::optional<SubscriptionId> subscription_id = {};
  std::optional<std::string> course_id = {};
  std::string user_id;
  std::optional<std::string> tenant_id;
  GatewayName gateway;
  CaptureMethod capture_method = CaptureMethod::automatic;
  PaymentState state = PaymentState::pending;
  Money amount;
  Money captured;                                    // ≤ amount
  Money refunded;                                    // refunded + refunding ≤ captured (a CHECK)
  Money refunding;                                   // held by refunds that have not ended
  Money disputed = Money::zero(amount.currency());   // withdrawn by disputes now
  std::optional<DisputeStatus> dispute_status = {};  // of all of them, see `standing`
  std::optional<Overpayment> overpayment;  // then nothing is captured for the payment itself
  std::optional<std::string> description;
  std::string metadata = "{}";                                // JSON object of strings
  std::optional<std::string> gateway_payment_id;              // pi_…
  std::optional<std::string> gateway_checkout_id = {};        // cs_…: a page of the gateway's
  std::optional<std::string> gateway_customer_id = {};        // cus_…
  std::optional<std::string> gateway_payment_method_id = {};  // named when it was made
  std::optional<std::string> gateway_invoice_id = {};         // in_…: of a subscription's period
  std::optional<std::string> client_secret = {};              // the browser's key to the object
  std::optional<std::string> gateway_charge_id;  // ch_…: gateway_transaction_id in answers
  std::optional<std::string> gateway_response;   // redacted JSON of the last answer
  std::optional<Decline> decline;                // of the last declined confirmation
  std::optional<NextAction> next_action;
  std::optional<Operation> pending_operation;  // of the open call, refunds apart
  bool conflicted = false;  // the gateway's word contradicts ours; a person must look
  std::int64_t calls = 0;   // counts them, for gateway keys
  std::int64_t event_sequence = 0;
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
  std::optional<base::Timestamp> processed_at;  // when it last succeeded, failed or ended
};

// Gives what the payment holds of its order: its amount while it is open, what was captured after,
// else nothing.
Money held(const Payment& payment);
// Gives captured − refunded − refunding.
Money refundable(const Payment& payment);
// Gives what can be sent back of its overpayment: what is left, less what disputes withdrew.
Money overpaid(const Payment& payment);
// How its overpayment stands. What a dispute took for good went back too.
OverpaymentStatus overpayment_status(const Payment& payment);
bool is_live(PaymentState state);
bool is_refunded_in_full(const Payment& payment);
// Whether it exists there as an object, or as a page that will make one.
bool exists_at_gateway(const Payment& payment);
// Whether its customer could still pay the gateway's object, a failed one included. Only cancelling
// the object there ends that.
bool is_open_at_gateway(const Payment& payment);

}  // namespace cobro::domain
