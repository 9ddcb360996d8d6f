// A subscription that the gateway bills. The gateway owns the cycle, and its snapshots move our
// row. Every change is kept in the status history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"
#include "domain/plan.h"

namespace cobro::domain {

enum class SubscriptionStatus {
  incomplete,  // the first payment is not made yet
  trialing,
  active,
  past_due,  // a renewal failed and is tried again
  unpaid,    // it was given up, the subscription goes on
  paused,
  cancelled,           // terminal
  incomplete_expired,  // the first payment was never made; terminal
};

struct Subscription {
  SubscriptionId id;
  std::string user_id;
  std::optional<std::string> tenant_id = {};
  GatewayName gateway;
  CustomerId customer_id;
  std::string gateway_customer_id;     // cus_…
  std::optional<PlanId> plan_id = {};  // when the price is one of a plan of ours
  std::optional<std::string> plan_code = {};
  std::string gateway_price_id;                             // price_…
  std::optional<std::string> gateway_subscription_id = {};  // sub_…; nothing until it is made there
  std::optional<std::string> gateway_checkout_id = {};      // cs_…: a page of the gateway's
  std::optional<std::string> gateway_item_id = {};          // si_…
  std::optional<std::string> gateway_payment_method_id = {};  // that pays it
  SubscriptionStatus status = SubscriptionStatus::incomplete;
  std::optional<Money> price = {};  // of one period; nothing until plan or gateway told it
  std::optional<BillingCycle> billing_cycle = {};
  std::int64_t interval_count = 1;
  std::int64_t trial_days = 0;  // asked for
  std::optional<base::Timestamp> current_period_start = {};
  std::optional<base::Timestamp> current_period_end = {};
  std::optional<base::Timestamp> trial_end = {};
  bool cancel_at_period_end = false;
  std::optional<base::Timestamp> cancel_at = {};     // when it is to end, if the gateway says so
  std::optional<base::Timestamp> cancelled_at = {};  // when that was asked for, or done
  std::optional<base::Timestamp> ended_at = {};
  // What the customer must do for the payment that is open, and the browser's key to do it.
  std::optional<NextAction> next_action = {};
  std::optional<std::string> client_secret = {};
  std::optional<std::string> latest_invoice_id = {};  // in_…
  std::string metadata = "{}";                        // JSON object of strings
  std::int64_t calls = 0;
  std::int64_t event_sequence = 0;
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

// One line of the history. `before` is nothing for the first.
struct StatusChange {
  StatusChangeId id;
  SubscriptionId subscription_id;
  std::optional<SubscriptionStatus> before = {};
  SubscriptionStatus after = SubscriptionStatus::incomplete;
  std::string reason;      // subscription_created, trial_ended, payment_failed, …
  std::string changed_by;  // system, admin, user, gateway
  base::Timestamp created_at;
};

bool is_terminal(SubscriptionStatus status);
// Whether lists call it active and access is granted: trialing, active, past_due.
bool is_active(SubscriptionStatus status);
// Whether its end is asked for: at the period's end, or on a day.
bool is_to_end(const Subscription& subscription);
// The browser's key, while there is something for the customer to do with it.
std::optional<std::string> secret_to_act_with(const Subscription& subscription);

}  // namespace cobro::domain
