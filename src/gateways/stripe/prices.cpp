#include "gateways/stripe/prices.h"

#include <string>

#include "base/text.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

constexpr std::size_t kMaxLength = 255;
constexpr std::int64_t kMaxIntervals = 1095;  // days in three years: Stripe's longest

bool is_text(const std::optional<std::string>& id) {
  return id && !id->empty() && id->size() <= kMaxLength && id->find('\0') == std::string::npos;
}

// A plan says at its top what a price says in `recurring`.
std::optional<domain::BillingCycle> cycle_of(const wire::Json& price) {
  using enum domain::BillingCycle;
  const std::string interval = price.string_at({"interval"}).value_or("");
  if (interval == "day") return daily;
  if (interval == "week") return weekly;
  if (interval == "month") return monthly;
  if (interval == "year") return yearly;
  return std::nullopt;
}

}  // namespace

// Of one unit. A fraction of a minor unit has no amount of ours.
std::optional<domain::Money> amount_of(const wire::Json& price, std::string_view field) {
  if (auto amount = money_at(price, field)) return amount;
  const auto text = price.string_at({std::string(field) + "_decimal"});
  const auto whole = text ? base::parse_int64(*text) : std::nullopt;
  if (!whole) return std::nullopt;
  wire::Json plain = wire::JsonObject{{"amount", *whole}};
  if (const wire::Json* currency = price.find("currency")) plain.set("currency", *currency);
  return money_at(plain, "amount");
}

// Its id is no ordinary one: those that began as plans may be any text of the merchant's.
std::optional<domain::GatewayPrice> read_price(const wire::Json& price) {
  auto id = price.string_at({"id"});
  const bool is_plan = is_object_of_type(price, "plan");
  if ((!is_plan && !is_object_of_type(price, "price")) || !is_text(id)) return std::nullopt;
  const wire::Json* recurring = is_plan ? &price : object_at(price, "recurring");
  domain::GatewayPrice snapshot;
  snapshot.gateway_price_id = std::move(*id);
  snapshot.amount = amount_of(price, is_plan ? "amount" : "unit_amount");
  if (recurring == nullptr) return snapshot;
  const auto count = recurring->int_at({"interval_count"}).value_or(1);
  if (count < 1 || count > kMaxIntervals) return snapshot;
  snapshot.billing_cycle = cycle_of(*recurring);
  snapshot.interval_count = count;
  return snapshot;
}

}  // namespace cobro::gateways::stripe
