// A plan: what can be subscribed to, and what it costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::domain {

enum class BillingCycle { daily, weekly, monthly, yearly };

struct Plan {
  PlanId id;
  std::string code;  // basic; unique
  std::string name;
  Money price;  // of one period
  BillingCycle billing_cycle = BillingCycle::monthly;
  std::int64_t interval_count = 1;
  std::int64_t trial_days = 0;
  std::string features = "[]";                       // JSON array of strings
  std::optional<std::string> gateway_price_id = {};  // price_…; unique
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

}  // namespace cobro::domain
