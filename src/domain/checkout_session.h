// A checkout session: a page where one payment, or the first one of a subscription, is made,
// until it expires. Whether it is complete is what its payment or subscription says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/payment.h"
#include "domain/subscription.h"

namespace cobro::domain {

enum class CheckoutMode { payment, subscription };
// The row says `open` until somebody closes it; status_of says what it is by then.
enum class CheckoutStatus { open, complete, expired };

struct CheckoutSession {
  CheckoutSessionId id;
  std::string user_id;
  std::optional<std::string> tenant_id = {};
  CheckoutMode mode = CheckoutMode::payment;
  std::optional<PaymentId> payment_id = {};
  std::optional<SubscriptionId> subscription_id = {};
  std::string success_url;
  std::string cancel_url;
  CheckoutStatus status = CheckoutStatus::open;
  base::Timestamp expires_at;
  base::Timestamp next_check_at;  // when the expiry job may take it
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

// A session is complete when what it collects was paid, and expired when that ended otherwise or
// it is too old.
CheckoutStatus status_of(const CheckoutSession& session, const Payment& payment,
                         base::Timestamp now);
CheckoutStatus status_of(const CheckoutSession& session, const Subscription& subscription,
                         base::Timestamp now);

}  // namespace cobro::domain
