// Payments as this surface reads and writes them: amounts are minor units.
#pragma once

#include "app/payments/intents.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/words.h"
#include "surfaces/courses/words.h"

namespace cobro::surfaces::courses {

using MinorAmount = wire::Int<1, domain::kMaxStatedMinor>;
using CourseId = wire::Reference<1, 64>;
using Description = wire::Text<0, 500>;

struct NewPaymentIntent {
  using wire_names = wire::CamelCase;
  MinorAmount amount;
  std::optional<LowerCurrencyCode> currency;  // usd when absent
  PaymentType type = PaymentType::one_time;
  std::optional<CourseId> course_id;  // of a course purchase
  std::optional<Description> description;
  std::optional<wire::StringMap<50, 40, 500>> metadata;
};
BOOST_DESCRIBE_STRUCT(NewPaymentIntent, (),
                      (amount, currency, type, course_id, description, metadata))

struct PaymentIntent {
  using wire_names = wire::CamelCase;
  std::optional<std::string> client_secret;
  std::optional<std::string> payment_intent_id;
  std::int64_t amount = 0;
  LowerCurrencyCode currency;
  domain::PaymentId payment_id;
};
BOOST_DESCRIBE_STRUCT(PaymentIntent, (),
                      (client_secret, payment_intent_id, amount, currency, payment_id))

struct Payment {
  using wire_names = wire::CamelCase;
  static constexpr std::string_view kSchemaName = "CoursePayment";
  domain::PaymentId id;
  std::string user_id;
  PaymentType type = PaymentType::one_time;
  PaymentStatus status = PaymentStatus::pending;
  std::int64_t amount = 0;
  CurrencyCode currency;
  std::optional<std::string> stripe_payment_intent_id;
  std::optional<std::string> stripe_customer_id;
  std::optional<std::string> course_id;
  std::optional<domain::SubscriptionId> subscription_id;
  std::optional<std::string> description;
  std::optional<StoredJson> metadata;
  std::optional<std::string> failure_reason;
  std::optional<base::Timestamp> refunded_at;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Payment, (),
                      (id, user_id, type, status, amount, currency, stripe_payment_intent_id,
                       stripe_customer_id, course_id, subscription_id, description, metadata,
                       failure_reason, refunded_at, created_at, updated_at))

struct HistoryQuery {
  std::optional<wire::Int<1, 100>> limit;
  std::optional<wire::Int<0, 1'000'000'000>> offset;
};
BOOST_DESCRIBE_STRUCT(HistoryQuery, (), (limit, offset))

struct History {
  std::vector<Payment> payments;
  std::int64_t total = 0;
  std::int64_t limit = 0;
  std::int64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(History, (), (payments, total, limit, offset))

PaymentIntent to_intent_dto(const domain::Payment& payment);
// `refunded_at` of one that was refunded in full.
Payment to_dto(const domain::Payment& payment, std::optional<base::Timestamp> refunded_at);

// The currency that a body names, or USD; nothing when it names none.
std::optional<domain::Currency> stated_currency(const wire::Json& body);

// Reports to `fields`, and gives nothing when anything failed there.
std::optional<app::CreateIntent> read_new_intent(const wire::Json& body, Fields& fields);

wire::Json payment_example();

}  // namespace cobro::surfaces::courses
