// Snapshots of a gateway's objects, in our words: the common form of an answer, a look-up and a
// webhook. They are values only; gateway_snapshots.h decides how they change a payment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/checkout_session.h"
#include "domain/dispute.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/subscription.h"

namespace cobro::domain {

// How far the gateway's object of a payment has come.
enum class RemoteState {
  unconfirmed,  // exists, nothing tried
  requires_action,
  approved,  // the customer agreed; nothing is held yet, and our confirmation takes it
  processing,
  authorized,
  succeeded,
  declined,  // the last confirmation was refused; it may be confirmed again
  cancelled,
  unrecognized,  // a word we do not know: it completes nothing
};

struct GatewayPayment {
  // There is none while there is only a page of the gateway's that will make the object.
  std::optional<std::string> gateway_payment_id;
  std::optional<std::string> gateway_checkout_id = {};
  RemoteState state = RemoteState::unrecognized;
  // There is none when the gateway names an amount or currency that we cannot read.
  std::optional<Money> amount;
  std::optional<std::string> unread_amount = {};   // then: as the gateway words it, "70939 isk"
  std::optional<Money> captured;                   // of a succeeded one
  std::optional<base::Timestamp> charged_at = {};  // of a succeeded one, where that is shown
  std::optional<std::string> charge_id;
  std::optional<Decline> decline;
  std::optional<NextAction> next_action;
  std::optional<PaymentId> our_payment;  // from the metadata
  std::optional<CallId> our_call;        // the call that created it
  std::optional<std::string> client_secret = {};
  // What its charge shows of refunds and disputes, where it is shown. Their own snapshots
  // (GatewayRefund, GatewayDispute) must be asked for.
  std::optional<Money> refunded = {};
  bool disputed = false;
  std::string redacted;  // JSON, fit to keep and to show
};

struct GatewayDispute {
  std::string gateway_dispute_id;
  std::string gateway_payment_id;
  DisputeStage stage = DisputeStage::chargeback;
  std::optional<DisputeStatus> status;  // nothing: a word we do not know
  std::optional<Money> amount;
  std::string reason;
  std::optional<base::Timestamp> evidence_due_by;
  // How often its money moved so far. A snapshot that tells of fewer movements is older; one with
  // none tells nothing of money.
  std::int64_t movements = 0;
  bool withdrawn = false;  // the money is gone now, or most of it
  // How much of it is gone, in the currency of these movements; nothing when that cannot be read.
  std::optional<Money> withdrawn_amount = {};
  std::string redacted;
};

struct GatewayCustomer {
  std::string gateway_customer_id;
  std::optional<CustomerId> our_customer;
};

struct GatewayMethod {
  std::string gateway_payment_method_id;
  std::optional<std::string> gateway_customer_id;  // nothing: attached to nobody
  std::string type;
  std::optional<std::string> brand;
  std::optional<std::string> last4;
  std::optional<std::int64_t> exp_month;
  std::optional<std::int64_t> exp_year;
};

struct GatewayPrice {
  std::string gateway_price_id;
  std::optional<Money> amount;                // of one period; nothing when we cannot read it
  std::optional<BillingCycle> billing_cycle;  // nothing: it does not recur
  std::int64_t interval_count = 1;
};

struct GatewaySubscription {
  std::string gateway_subscription_id;
  std::optional<SubscriptionStatus> status;  // nothing: a word we do not know
  std::string gateway_customer_id;
  std::optional<std::string> gateway_item_id;
  std::optional<GatewayPrice> price;
  std::optional<std::string> gateway_payment_method_id;
  bool has_no_method = false;  // it says that it has none of its own, and does not leave it out
  std::optional<base::Timestamp> current_period_start;
  std::optional<base::Timestamp> current_period_end;
  std::optional<base::Timestamp> trial_end;
  bool cancel_at_period_end = false;
  std::optional<base::Timestamp> cancel_at = {};  // also when it is to end with the period
  std::optional<base::Timestamp> cancelled_at;
  std::optional<base::Timestamp> ended_at;
  std::optional<std::string> latest_invoice_id;
  // What the customer must do for the payment that is open, or to set up the method during a trial.
  std::optional<NextAction> next_action;
  // The latest invoice is open, and what its payment waits for is not in sight: the invoice tells.
  bool action_unseen = false;
  std::optional<std::string> client_secret;
  std::optional<SubscriptionId> our_subscription;  // from the metadata
  std::optional<CallId> our_call;                  // that created it
  std::string redacted;
};

bool is_to_end(const GatewaySubscription& snapshot);

// A line that the gateway would put on an invoice.
struct PreviewLine {
  Money amount;            // negative: given back
  bool proration = false;  // a part of a period, because of a change
  base::Timestamp start;
  base::Timestamp end;
  bool waiting = false;  // an item that was there before, and waits for the next invoice
};
struct GatewayPreview {
  std::vector<PreviewLine> lines;
};

// A page of the gateway's on which a subscription is paid, and made by being paid.
struct GatewayCheckout {
  std::string gateway_checkout_id;
  std::optional<CheckoutStatus> status;  // nothing: a word we do not know
  std::optional<std::string> url;        // of an open one
  std::optional<std::string> gateway_subscription_id;
  std::optional<SubscriptionId> our_subscription;  // from the metadata
};

enum class InvoiceStatus { draft, open, paid, uncollectible, voided };

struct GatewayInvoice {
  std::string gateway_invoice_id;
  std::optional<std::string> gateway_subscription_id;
  std::optional<InvoiceStatus> status;  // nothing: a word we do not know
  std::optional<Money> amount_due;
  std::optional<GatewayPayment> payment;  // its payment's object, when it has one
  std::optional<SubscriptionId> our_subscription;
};

// Whether the invoice is paid, or about to be: its payment is under way.
bool is_collected(const GatewayInvoice& invoice);
// What was paid on the invoice, as the gateway words it, where money moved of an amount that we
// cannot read: it is in no book.
std::optional<std::string> unread_money(const GatewayInvoice& invoice);

struct GatewayRefund {
  std::string gateway_refund_id;
  std::optional<std::string> gateway_payment_id;
  std::optional<RefundStatus> status;  // nothing: a word we do not know
  std::optional<Money> amount;
  std::optional<std::string> unread_amount = {};  // without one: as the gateway words it
  std::optional<std::string> reason;
  std::optional<std::string> failure_reason;
  std::optional<PaymentId> our_payment;
  std::optional<CallId> our_call;
  std::string redacted;
};

}  // namespace cobro::domain
