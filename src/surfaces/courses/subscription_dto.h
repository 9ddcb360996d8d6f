// Subscriptions as this surface reads and writes them; the price is in major units.
#pragma once

#include "app/subscriptions/subscriptions.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/words.h"
#include "surfaces/courses/words.h"

namespace cobro::surfaces::courses {

struct NewSubscription {
  using wire_names = wire::CamelCase;
  static constexpr std::string_view kSchemaName = "NewCourseSubscription";
  wire::Reference<1, 64> plan;  // its code
  wire::Reference<1, 255> payment_method_id;
};
BOOST_DESCRIBE_STRUCT(NewSubscription, (), (plan, payment_method_id))

struct EndQuery {
  std::optional<bool> immediate;
};
BOOST_DESCRIBE_STRUCT(EndQuery, (), (immediate))

struct Subscription {
  using wire_names = wire::CamelCase;
  static constexpr std::string_view kSchemaName = "CourseSubscription";
  domain::SubscriptionId id;
  std::string user_id;
  std::optional<std::string> plan;  // null: of a price that is none of our plans'
  SubscriptionStatus status = SubscriptionStatus::incomplete;
  std::optional<std::string> stripe_subscription_id;
  std::string stripe_customer_id;
  std::string stripe_price_id;
  std::optional<wire::Decimal> price;
  std::optional<CurrencyCode> currency;
  std::optional<BillingInterval> billing_interval;
  std::optional<base::Timestamp> current_period_start;
  std::optional<base::Timestamp> current_period_end;
  std::optional<base::Timestamp> trial_end;
  std::optional<base::Timestamp> cancelled_at;
  bool cancel_at_period_end = false;
  std::optional<StoredJson> metadata;
  std::optional<std::string> client_secret;  // while the customer must act
  base::Timestamp created_at;
  base::Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Subscription, (),
                      (id, user_id, plan, status, stripe_subscription_id, stripe_customer_id,
                       stripe_price_id, price, currency, billing_interval, current_period_start,
                       current_period_end, trial_end, cancelled_at, cancel_at_period_end, metadata,
                       client_secret, created_at, updated_at))

Subscription to_dto(const domain::Subscription& subscription);

wire::Json subscription_example();

}  // namespace cobro::surfaces::courses
