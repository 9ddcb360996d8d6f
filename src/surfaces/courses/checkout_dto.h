// Checkout sessions as this surface reads and writes them.
#pragma once

#include "app/payments/checkout_terms.h"
#include "surfaces/common/exchange.h"
#include "surfaces/courses/payment_dto.h"

namespace cobro::surfaces::courses {

struct NewCheckoutSession {
  using wire_names = wire::CamelCase;
  std::optional<PaymentType> type;  // without a plan it is required, and so is the amount
  std::optional<MinorAmount> amount;
  std::optional<LowerCurrencyCode> currency;
  std::optional<CourseId> course_id;
  std::optional<wire::Reference<1, 64>> plan;  // makes it a session for a subscription
  std::optional<Description> description;
  std::optional<wire::Text<1, 2048>> success_url;
  std::optional<wire::Text<1, 2048>> cancel_url;
};
BOOST_DESCRIBE_STRUCT(NewCheckoutSession, (),
                      (type, amount, currency, course_id, plan, description, success_url,
                       cancel_url))

struct CheckoutSession {
  using wire_names = wire::CamelCase;
  domain::CheckoutSessionId session_id;
  std::string url;
  base::Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(CheckoutSession, (), (session_id, url, expires_at))

// Reports to `fields` what is wrong but for the plan, and gives nothing when decoding failed.
std::optional<NewCheckoutSession> read_new_session(const wire::Json& body, Fields& fields);
// Of a body that did not fail. The URLs are those given, or pages of the merchant's site;
// where that is not known and none is given, `fields` hears of it.
app::CheckoutTerms terms_of(const NewCheckoutSession& body, const Sites& sites, Fields& fields);
// Of one without a plan that did not fail.
app::CreateIntent intent_of(NewCheckoutSession body, const wire::Json& json);

// `page`: the gateway's, when the customer pays there.
CheckoutSession to_dto(const domain::CheckoutSession& session,
                       const std::optional<std::string>& page, const Sites& sites);

}  // namespace cobro::surfaces::courses
