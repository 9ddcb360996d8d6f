#include "gateways/stripe/prices.h"

#include <string>

#include "gateways/stripe/news.h"

namespace cobro::gateways::stripe {
namespace {

constexpr std::size_t kMaxLength = 255;

std::optional<domain::BillingCycle> cycle_of(const wire::Json& price) {
  using enum domain::BillingCycle;
  const std::string interval = price.string_at({"recurring", "interval"}).value_or("");
  if (interval == "day") return daily;
  if (interval == "week") return weekly;
  if (interval == "month") return monthly;
  if (interval == "year") return yearly;
  return std::nullopt;
}

}  // namespace

// Its id is no ordinary one: those that began as plans may be any text of the merchant's.
std::optional<domain::PriceNews> read_price(const wire::Json& price) {
  auto id = price.string_at({"id"});
  if (!is_object_of_type(price, "price") || !id || id->empty() || id->size() > kMaxLength)
    return std::nullopt;
  domain::PriceNews news;
  news.gateway_price_id = std::move(*id);
  news.amount = money_at(price, "unit_amount");
  news.billing_cycle = cycle_of(price);
  news.interval_count = price.int_at({"recurring", "interval_count"}).value_or(1);
  return news;
}

}  // namespace cobro::gateways::stripe
