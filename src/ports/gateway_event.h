// An event of a gateway, read: the envelope that each has, and what it says, as one of a closed
// set. Three of these are facts, which are applied as they stand. The others only name what has
// changed, which is fetched then: events come in any order, and what one shows may be old.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "domain/gateway_objects.h"
#include "domain/ids.h"

namespace cobro::ports {

// How an event names a payment: by the gateway's id of it, by ours from the metadata, or by both;
// or by one of its charges alone, whose payment the gateway must be asked for.
struct NamedPayment {
  std::optional<std::string> gateway_payment_id;
  std::optional<domain::PaymentId> our_payment;
  std::optional<std::string> gateway_charge_id = {};

  [[nodiscard]] bool is_by_charge_alone() const {
    return gateway_charge_id && !gateway_payment_id && !our_payment;
  }
};
// How an event names a subscription, in the same way.
struct NamedSubscription {
  std::optional<std::string> gateway_subscription_id;
  std::optional<domain::SubscriptionId> our_subscription;
};

// ---- facts, applied as they stand ------------------------------------------------------------

// The payment was captured or cancelled; it stays so.
struct PaymentEnded {
  domain::GatewayPayment payment;
};
// The refund succeeded or failed.
struct RefundEnded {
  domain::GatewayRefund refund;
};
// How the dispute stood then. It tells how far it had come, so an older one changes nothing.
struct DisputeMoved {
  domain::GatewayDispute dispute;
};

// ---- what has changed, to be fetched ---------------------------------------------------------

struct PaymentChanged {
  NamedPayment payment;
};
// Some refund of the payment was made or moved.
struct RefundsChanged {
  NamedPayment payment;
  // How much of it was refunded in all, where the event says so. When that is what we have booked,
  // there is nothing to look at.
  std::optional<domain::Money> refunded = {};
};
// Some dispute of the payment was opened or moved, and the event does not tell it in whole.
struct DisputesChanged {
  NamedPayment payment;
};
struct SubscriptionChanged {
  NamedSubscription subscription;
  bool trial_ends_soon = false;
};
// The invoice is one of the subscription's.
struct InvoiceChanged {
  std::string gateway_invoice_id;
  NamedSubscription subscription;
};
struct CustomerDeleted {
  std::string gateway_customer_id;
};
// A saved method was changed, or detached from its customer.
struct MethodChanged {
  std::string gateway_payment_method_id;
};

// Its type, or its object, changes nothing here.
struct OfNoInterest {};

struct GatewayEvent {
  using Says = std::variant<OfNoInterest, PaymentEnded, RefundEnded, DisputeMoved, PaymentChanged,
                            RefundsChanged, DisputesChanged, SubscriptionChanged, InvoiceChanged,
                            CustomerDeleted, MethodChanged>;

  std::string event_id;        // unique at its gateway
  std::string type;            // in the gateway's words; kept and logged, never compared
  base::Timestamp created_at;  // by the gateway's clock; the epoch where it cannot be read
  bool other_mode = false;     // of live money where we test, or the reverse: never applied
  // The gateway's id of the account that it is of, where it names one. Of another account than the
  // one that this deployment works with, it is never applied.
  std::optional<std::string> account = {};
  Says says;
};

}  // namespace cobro::ports
