// What turns a payment or a subscription into one that is paid on a page.
#pragma once

#include <string>

#include "base/time.h"
#include "domain/checkout_session.h"

namespace cobro::app {

struct CheckoutTerms {
  std::string success_url;
  std::string cancel_url;
  base::Duration life = std::chrono::hours(24);
};

// A session is named as what it collects: its id is that payment's or subscription's.
domain::CheckoutSession make_checkout(const CheckoutTerms& terms, const domain::Payment& payment,
                                      base::Timestamp now);
domain::CheckoutSession make_checkout(const CheckoutTerms& terms,
                                      const domain::Subscription& subscription,
                                      base::Timestamp now);

}  // namespace cobro::app
