// What turns a payment or a subscription into one that is paid on a page.
#pragma once

#include <optional>
#include <string>

#include "app/pipeline/context.h"
#include "base/time.h"
#include "domain/checkout_session.h"
#include "ports/billing.h"

namespace cobro::app {

struct CheckoutTerms {
  std::string success_url;
  std::string cancel_url;
  base::Duration life = std::chrono::hours(24);
};

// Gives the gateway's own page, where the settings say that customers pay there.
std::optional<ports::CheckoutPage> page_of(const Context& context,
                                           const std::optional<CheckoutTerms>& terms,
                                           base::Timestamp now);

// The address of the gateway's page that collects it, while somebody can pay there.
std::optional<std::string> page_url(const domain::Payment& payment);
std::optional<std::string> page_url(const domain::Subscription& subscription);

// Makes the session that collects it. Its id is that payment's or subscription's.
domain::CheckoutSession make_checkout(const CheckoutTerms& terms, const domain::Payment& payment,
                                      base::Timestamp now);
domain::CheckoutSession make_checkout(const CheckoutTerms& terms,
                                      const domain::Subscription& subscription,
                                      base::Timestamp now);

}  // namespace cobro::app
