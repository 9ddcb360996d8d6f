#include "gateways/stripe/requests.h"

#include <chrono>

#include <fmt/format.h>

#include "base/check.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

// The first version without the cross links between intents, charges and invoices that later
// ones lack too, so nothing read here disappears on the way up; and requests keep off what
// changes after it: no `payment_method_types` (removed in 2026-09-30.endive), redirects
// forbidden in words instead of by the account's default.
constexpr std::string_view kVersion = "2025-03-31.basil";

constexpr auto kSlack = std::chrono::minutes{1};

}  // namespace

domain::GatewayRequest post(std::string path, const wire::FormFields& fields) {
  return {"POST", std::move(path), std::string(kVersion), wire::to_form(fields)};
}

domain::GatewayRequest get(std::string path) {
  return {"GET", std::move(path), std::string(kVersion), ""};
}

domain::GatewayRequest delete_(std::string path) {
  return {"DELETE", std::move(path), std::string(kVersion), ""};
}

std::string path_of(std::string_view collection, std::string_view id, std::string_view action) {
  COBRO_CHECK(is_id(id));
  return fmt::format("{}/{}{}", collection, id, action);
}

std::string created_between(base::Timestamp from, base::Timestamp to) {
  return fmt::format("limit=100&created%5Bgte%5D={}&created%5Blte%5D={}",
                     (from - kSlack).unix_seconds(), (to + kSlack).unix_seconds());
}

}  // namespace cobro::gateways::stripe
