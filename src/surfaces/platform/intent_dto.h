// Payments without an order, as this surface reads and answers them.
#pragma once

#include "app/payments/intents.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/words.h"
#include "surfaces/platform/payment_words.h"

namespace cobro::surfaces::platform {

struct NewIntent {
  wire::Decimal amount;
  wire::Reference<1, 255> payment_method_id;
  std::optional<CurrencyCode> currency;  // USD when absent
  std::optional<wire::Text<0, 500>> description;
  std::optional<domain::CaptureMethod> capture_method;
  std::optional<wire::StringMap<50, 40, 500>> metadata;
};
BOOST_DESCRIBE_STRUCT(NewIntent, (),
                      (amount, payment_method_id, currency, description, capture_method, metadata))

struct Intent {
  domain::PaymentId payment_id;
  std::int64_t number = 0;
  std::optional<std::string> payment_intent_id;
  std::optional<std::string> client_secret;
  PaymentStatus status = PaymentStatus::requires_confirmation;
  wire::Decimal amount;
  CurrencyCode currency;
  domain::CaptureMethod capture_method = domain::CaptureMethod::automatic;
  std::optional<std::string> description;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Intent, (),
                      (payment_id, number, payment_intent_id, client_secret, status, amount,
                       currency, capture_method, description, created_at))

Intent to_intent_dto(const domain::Payment& payment);

// Reports to `fields`, and gives nothing when anything failed there.
std::optional<app::CreateIntent> read_new_intent(const wire::Json& body, Fields& fields);

wire::Json intent_example();

}  // namespace cobro::surfaces::platform
