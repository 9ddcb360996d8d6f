// A customer: one of our users at one gateway. Made there once per user and gateway.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/payment.h"

namespace cobro::domain {

struct Customer {
  CustomerId id;
  GatewayName gateway;
  std::string user_id;
  std::optional<std::string> tenant_id = {};  // (gateway, tenant, user) is unique
  std::optional<std::string> email = {};
  std::optional<std::string> name = {};
  std::optional<std::string> gateway_customer_id = {};  // cus_…; nothing until it is made there
  std::optional<PaymentMethodId> default_method_id = {};
  std::int64_t calls = 0;  // counts them, for gateway keys
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

}  // namespace cobro::domain
