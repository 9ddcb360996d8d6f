// Subscriptions as this surface reads and writes them.
#pragma once

#include "app/subscriptions/subscriptions.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/words.h"
#include "surfaces/platform/next_action.h"

namespace cobro::surfaces::platform {

struct NewSubscription {
  wire::Reference<1, 255> price_id;
  wire::Reference<1, 255> payment_method_id;
  std::optional<wire::Int<0, 730>> trial_days;
};
BOOST_DESCRIBE_STRUCT(NewSubscription, (), (price_id, payment_method_id, trial_days))

// The new plan, by one of the two. `dry_run` stands here or in the query: what one of them only
// wants to know is not done.
struct NewPlanOfSubscription {
  std::optional<wire::Reference<1, 255>> price_id;
  std::optional<wire::Reference<1, 255>> plan_id;  // its id or its code
  std::optional<bool> dry_run;
  std::optional<base::Timestamp> proration_date;  // the `at` that a dry run showed
};
BOOST_DESCRIBE_STRUCT(NewPlanOfSubscription, (), (price_id, plan_id, dry_run, proration_date))

struct NewMethodOfSubscription {
  wire::Reference<1, 255> payment_method_id;
};
BOOST_DESCRIBE_STRUCT(NewMethodOfSubscription, (), (payment_method_id))

struct SubscriptionQuery : PageQuery {
  std::optional<CommaList<domain::SubscriptionStatus>> status;
};
BOOST_DESCRIBE_STRUCT(SubscriptionQuery, (PageQuery), (status))

struct EndQuery {
  std::optional<bool> immediate;
};
BOOST_DESCRIBE_STRUCT(EndQuery, (), (immediate))

struct ChangePlanQuery {
  std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(ChangePlanQuery, (), (dry_run))

struct Subscription {
  domain::SubscriptionId id;
  std::optional<std::string> gateway_subscription_id;
  domain::GatewayName gateway;
  std::string user_id;
  std::string price_id;
  std::optional<domain::PlanId> plan_id;
  std::optional<std::string> plan;  // its code
  domain::SubscriptionStatus status = domain::SubscriptionStatus::incomplete;
  std::optional<wire::Decimal> price;
  std::optional<CurrencyCode> currency;
  std::optional<domain::BillingCycle> billing_cycle;
  std::int64_t interval_count = 1;
  std::optional<std::string> payment_method_id;
  std::optional<base::Timestamp> current_period_start;
  std::optional<base::Timestamp> current_period_end;
  std::optional<base::Timestamp> trial_end;
  bool cancel_at_period_end = false;
  std::optional<base::Timestamp> cancel_at;
  std::optional<base::Timestamp> cancelled_at;
  std::optional<base::Timestamp> ended_at;
  std::int64_t trial_days_remaining = 0;
  std::int64_t days_until_expiry = 0;
  std::optional<NextAction> next_action;
  std::optional<std::string> client_secret;  // while the customer must act
  base::Timestamp created_at;
  base::Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Subscription, (),
                      (id, gateway_subscription_id, gateway, user_id, price_id, plan_id, plan,
                       status, price, currency, billing_cycle, interval_count, payment_method_id,
                       current_period_start, current_period_end, trial_end, cancel_at_period_end,
                       cancel_at, cancelled_at, ended_at, trial_days_remaining, days_until_expiry,
                       next_action, client_secret, created_at, updated_at))

struct SubscriptionList {
  std::vector<Subscription> subscriptions;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(SubscriptionList, (), (subscriptions, total, next_cursor))

struct Proration {
  wire::Decimal credit;  // unused time at the old price
  wire::Decimal charge;  // the same time at the new one
  CurrencyCode currency;
  base::Timestamp at;
  std::optional<base::Timestamp> next_billing_at;
};
BOOST_DESCRIBE_STRUCT(Proration, (), (credit, charge, currency, at, next_billing_at))

struct PlanChange : Subscription {
  Proration proration;
  bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(PlanChange, (Subscription), (proration, dry_run))

struct StatusChange {
  domain::StatusChangeId id;
  domain::SubscriptionId subscription_id;
  std::optional<domain::SubscriptionStatus> old_status;
  domain::SubscriptionStatus new_status = domain::SubscriptionStatus::incomplete;
  std::string reason;
  std::string changed_by;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(StatusChange, (),
                      (id, subscription_id, old_status, new_status, reason, changed_by, created_at))

struct StatusHistory {
  std::vector<StatusChange> history;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(StatusHistory, (), (history, total, next_cursor))

// As it is at `now`: remaining days depend on it.
Subscription to_dto(const domain::Subscription& subscription, base::Timestamp now);
PlanChange to_dto(const domain::Subscription& subscription, const domain::Proration& proration,
                  bool dry_run);
StatusChange to_dto(const domain::StatusChange& change);

// Those that lists call active.
std::vector<domain::SubscriptionStatus> active_statuses();

// Each reports to `fields`, and gives nothing when anything failed there.
std::optional<app::Subscribe> read_new_subscription(const wire::Json& body, Fields& fields);
std::optional<std::string> read_method_of_subscription(const wire::Json& body, Fields& fields);
std::optional<NewPlanOfSubscription> read_new_plan(const wire::Json& body, Fields& fields);

// Our id, or else the gateway's.
app::SubscriptionRef to_subscription_ref(const std::string& named);

wire::Json subscription_example();

}  // namespace cobro::surfaces::platform
