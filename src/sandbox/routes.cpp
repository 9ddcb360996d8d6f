#include "sandbox/routes.h"

#include <array>

#include "sandbox/charges.h"
#include "sandbox/events.h"
#include "sandbox/payment_intents.h"
#include "sandbox/payment_methods.h"
#include "sandbox/refunds.h"
#include "wire/form.h"

namespace cobro::sandbox {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

Answer retrieve_balance(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  const auto nothing = [] {
    return JsonArray{
        JsonObject{{"amount", 0}, {"currency", "usd"}, {"source_types", JsonObject{{"card", 0}}}}};
  };
  return JsonObject{
      {"object", "balance"}, {"available", nothing()}, {"livemode", false}, {"pending", nothing()}};
}

Answer retrieve_account(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  return JsonObject{
      {"id", "acct_1CobroSandbox000"}, {"object", "account"}, {"business_type", JsonNull{}},
      {"charges_enabled", true},       {"country", "US"},     {"default_currency", "usd"},
      {"details_submitted", true},     {"email", JsonNull{}}, {"metadata", JsonObject{}},
      {"payouts_enabled", true},       {"type", "standard"}};
}

Answer retrieve_balance_transaction(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto found = balance_transaction(call.account, call.id);
  if (!found) return std::unexpected(no_such(404, "balance_transaction", call.id, "id"));
  return std::move(*found);
}

constexpr std::string_view kIntent = "payment_intent";
constexpr std::string_view kRefund = "refund";
constexpr std::string_view kCharge = "charge";
constexpr std::string_view kMethod = "payment_method";
constexpr std::string_view kEvent = "event";
constexpr std::string_view kTransaction = "balance_transaction";

// clang-format off
constexpr std::array kRoutes = {
    Route{"POST", "/v1/payment_intents", kIntent, false, create_payment_intent},
    Route{"GET", "/v1/payment_intents", kIntent, true, list_payment_intents},
    Route{"GET", "/v1/payment_intents/:id", kIntent, false, retrieve_payment_intent},
    Route{"POST", "/v1/payment_intents/:id", kIntent, false, update_payment_intent},
    Route{"POST", "/v1/payment_intents/:id/confirm", kIntent, false, confirm_payment_intent},
    Route{"POST", "/v1/payment_intents/:id/capture", kIntent, false, capture_payment_intent},
    Route{"POST", "/v1/payment_intents/:id/cancel", kIntent, false, cancel_payment_intent},
    Route{"POST", "/v1/refunds", kRefund, false, create_refund},
    Route{"GET", "/v1/refunds", kRefund, true, list_refunds},
    Route{"GET", "/v1/refunds/:id", kRefund, false, retrieve_refund},
    Route{"POST", "/v1/refunds/:id", kRefund, false, update_refund},
    Route{"POST", "/v1/refunds/:id/cancel", kRefund, false, cancel_refund},
    Route{"GET", "/v1/charges", kCharge, true, list_charges},
    Route{"GET", "/v1/charges/:id", kCharge, false, retrieve_charge},
    Route{"POST", "/v1/charges/:id", kCharge, false, update_charge},
    Route{"POST", "/v1/payment_methods", kMethod, false, create_payment_method},
    Route{"GET", "/v1/payment_methods/:id", kMethod, false, retrieve_payment_method},
    Route{"POST", "/v1/payment_methods/:id", kMethod, false, update_payment_method},
    Route{"GET", "/v1/events", kEvent, true, list_events},
    Route{"GET", "/v1/events/:id", kEvent, false, retrieve_event},
    Route{"GET", "/v1/balance_transactions/:id", kTransaction, false,
          retrieve_balance_transaction},
    Route{"GET", "/v1/balance", "balance", false, retrieve_balance},
    Route{"GET", "/v1/account", "account", false, retrieve_account},
};
// clang-format on

// The segment that ":id" stands for, "" in a pattern without one; nothing when the path is
// another.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path) {
  const auto colon = pattern.find(':');
  if (colon == std::string_view::npos)
    return path == pattern ? std::optional(std::string_view()) : std::nullopt;
  const auto tail = pattern.substr(colon + std::string_view(":id").size());
  if (path.size() <= colon + tail.size() || path.substr(0, colon) != pattern.substr(0, colon) ||
      !path.ends_with(tail))
    return std::nullopt;
  const auto id = path.substr(colon, path.size() - colon - tail.size());
  return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

}  // namespace

std::optional<RouteMatch> match_route(std::string_view method, std::string_view path) {
  for (const Route& route : kRoutes) {
    if (route.method != method) continue;
    const auto segment = match_path(route.pattern, path);
    if (!segment) continue;
    auto id = wire::percent_decode(*segment, false);
    if (!id) return std::nullopt;
    return RouteMatch{&route, std::move(*id)};
  }
  return std::nullopt;
}

}  // namespace cobro::sandbox
