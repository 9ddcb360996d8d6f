// A payment method that a customer saved at the gateway: its token there and what may be
// shown of it. Never card data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/payment.h"

namespace cobro::domain {

enum class MethodStatus {
  attaching,  // asked for; the gateway has not said yet
  attached,   // can be paid with
  refused,    // the gateway did not take it
  detached,   // removed, for good
};

struct PaymentMethod {
  PaymentMethodId id;
  CustomerId customer_id;
  std::string user_id;
  std::optional<std::string> tenant_id = {};
  GatewayName gateway;
  // As it was given until it is attached; then what the gateway calls it, which may differ.
  std::string gateway_payment_method_id;  // pm_…
  std::string gateway_customer_id;        // cus_…
  MethodStatus status = MethodStatus::attaching;
  std::string type = "card";
  std::optional<std::string> brand = {};
  std::optional<std::string> last4 = {};
  std::optional<std::int64_t> exp_month = {};
  std::optional<std::int64_t> exp_year = {};
  std::int64_t calls = 0;
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

}  // namespace cobro::domain
