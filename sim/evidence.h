// What a run leaves behind, as values: what the checkers judge.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/audit/audit.h"
#include "domain/event.h"
#include "ports/store.h"
#include "sim/ground/deeds.h"
#include "sim/ground/lease_log.h"
#include "sim/ground/refusals.h"

namespace cobro::sim {

// A PaymentIntent of the gateway, with its charges.
struct RemotePayment {
  std::string id;
  std::string our_payment;  // metadata; "" when it carries none
  std::string status;
  std::string currency;
  std::int64_t amount = 0;
  std::int64_t charged = 0;  // captured by charges that succeeded
  int captures = 0;          // how many charges were captured
};

struct RemoteSubscription {
  std::string id;
  std::string our_subscription;  // metadata
  std::string status;
  std::string customer;
  std::int64_t period_end = 0;  // seconds
  bool cancel_at_period_end = false;
  std::int64_t cancel_at = 0;  // seconds; 0: no day is set
  std::string price = {};
  std::int64_t amount = 0;  // of a period, in minor units
};

struct RemoteInvoice {
  std::string id;
  std::string subscription;
  std::string status;
  std::string intent;  // "" when there was nothing to pay
  std::int64_t amount_paid = 0;
  bool first = false;  // of its subscription
};

struct RemoteDispute {
  std::string id;
  std::string payment;  // the PaymentIntent
  std::string status;
  std::int64_t withdrawn = 0;  // now
};

struct RemoteCustomer {
  std::string id;
  std::string our_customer;          // metadata
  std::vector<std::string> methods;  // that are attached
};

struct RemoteRefund {
  std::string id;
  std::string payment;  // the PaymentIntent
  std::string our_call;
  std::string status;
  std::int64_t amount = 0;
};

// What the service listed to somebody when all was over.
struct Listing {
  std::string who;   // "ana@norte"; "admin" has that role
  std::string list;  // "orders"
  std::vector<std::string> ids;
};

// Somebody asked for what must be refused, and then for something that this must not keep from
// being done.
struct Blunder {
  std::string what;
  int status = 0;  // of the refusal; 0: no answer came
  std::string body;
  int after = 0;  // status of what was asked for next; 0: nothing was, or no answer came
  std::string after_body;
  bool quiet =
      false;  // neither gateway nor database failed anybody meanwhile, or left something open
};

// What an answer told a client, to be held against the end.
struct Promise {
  enum class Kind {
    order_made,     // subject: number; amount: total
    payment_made,   // subject: number; amount
    payment_is,     // subject: number; word: the status printed
    order_is,       // subject: number; word
    captured,       // subject: payment; amount
    refund_made,    // subject: refund id; amount
    recorded,       // subject: transaction number
    made_once,      // subject: the tag under one key
    subscribed,     // subject: id; word: the status printed
    method_saved,   // subject: id; word: the gateway's id
    method_removed  // subject: id
  };
  Kind kind = Kind::order_made;
  std::string subject;
  std::string word;
  std::int64_t amount = 0;
};

// What is billed, as our rows have it.
struct BillingRows {
  std::vector<domain::Customer> customers;
  std::vector<domain::PaymentMethod> methods;  // attached
  std::vector<domain::Subscription> subscriptions;
  std::vector<domain::StatusChange> status_changes;  // oldest first
  std::vector<domain::Entitlement> entitlements;
  std::vector<domain::CheckoutSession> checkouts;
};

struct Evidence {
  base::Timestamp now;
  base::Duration orders_expire_after{0};  // 0: never
  ports::AuditPage rows;                  // all of money
  BillingRows billing;
  app::AuditReport audit;
  std::vector<domain::GatewayCall> open_calls;
  std::vector<domain::Review> reviews;
  std::vector<ports::StoredWebhook> waiting_webhooks;  // pending or waiting
  std::vector<domain::Event> events;                   // in the order of commits
  std::vector<RemotePayment> remote_payments;
  std::vector<RemoteRefund> remote_refunds;
  std::vector<RemoteSubscription> remote_subscriptions;
  std::vector<RemoteInvoice> remote_invoices;
  std::vector<RemoteDispute> remote_disputes;
  std::vector<RemoteCustomer> remote_customers;  // alive
  // Methods that left at the gateway because somebody there detached them or deleted their
  // customer.
  std::set<std::string> gone_there;
  Deeds::ByKey deeds;
  LeaseLog leases;
  base::Duration taken_up_within{0};  // what a dead instance left, by whoever is there
  std::vector<RefusedSend> refused_sends;
  std::vector<Blunder> blunders;
  std::vector<Promise> promises;
  std::vector<Listing> listings;
  std::vector<std::string> violations;  // seen on the way
};

}  // namespace cobro::sim
