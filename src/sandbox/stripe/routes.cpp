#include "sandbox/stripe/routes.h"

#include <array>

#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/charges.h"
#include "sandbox/stripe/checkout_sessions.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/disputes.h"
#include "sandbox/stripe/events.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/products.h"
#include "sandbox/stripe/refunds.h"
#include "sandbox/stripe/setup_intents.h"
#include "sandbox/stripe/subscriptions.h"
#include "sandbox/stripe/test_clocks.h"
#include "sandbox/stripe/webhook_endpoints.h"
#include "wire/form.h"

namespace cobro::sandbox::stripe {
namespace {

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

// Drawn when it is first asked for, and kept: a sandbox's database is one account.
std::string account_id(Account& account) {
  const auto stored = account.database.all("account");
  if (!stored.empty()) return stored.front().id();
  const Document made{JsonObject{{"id", "acct_1" + account.chance(15)},
                                 {"object", "account"},
                                 {"created", account.unix_now()}},
                      JsonObject{}};
  account.database.insert("account", made, {});
  return made.id();
}

Answer retrieve_account(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  return JsonObject{
      {"id", account_id(call.account)}, {"object", "account"}, {"business_type", JsonNull{}},
      {"charges_enabled", true},        {"country", "US"},     {"default_currency", "usd"},
      {"details_submitted", true},      {"email", JsonNull{}}, {"metadata", JsonObject{}},
      {"payouts_enabled", true},        {"type", "standard"}};
}

constexpr std::string_view kIntent = "payment_intent";
constexpr std::string_view kRefund = "refund";
constexpr std::string_view kCharge = "charge";
constexpr std::string_view kMethod = "payment_method";
constexpr std::string_view kEvent = "event";
constexpr std::string_view kSetup = "setup_intent";
constexpr std::string_view kCustomer = "customer";
constexpr std::string_view kDispute = "dispute";
constexpr std::string_view kEndpoint = "webhook_endpoint";
constexpr std::string_view kToken = "token";
constexpr std::string_view kProduct = "product";
constexpr std::string_view kPrice = "price";
constexpr std::string_view kSubscription = "subscription";
constexpr std::string_view kInvoice = "invoice";
constexpr std::string_view kInvoicePayment = "invoice_payment";
constexpr std::string_view kInvoiceItem = "invoiceitem";
constexpr std::string_view kSession = "checkout.session";
constexpr std::string_view kClock = "test_helpers.test_clock";
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
    Route{"GET", "/v1/payment_methods", kMethod, true, list_payment_methods},
    Route{"POST", "/v1/payment_methods/:id/attach", kMethod, false, attach_payment_method},
    Route{"POST", "/v1/payment_methods/:id/detach", kMethod, false, detach_payment_method},
    Route{"POST", "/v1/tokens", kToken, false, create_token},
    Route{"GET", "/v1/tokens/:id", kToken, false, retrieve_token},
    Route{"POST", "/v1/setup_intents", kSetup, false, create_setup_intent},
    Route{"GET", "/v1/setup_intents", kSetup, true, list_setup_intents},
    Route{"GET", "/v1/setup_intents/:id", kSetup, false, retrieve_setup_intent},
    Route{"POST", "/v1/setup_intents/:id", kSetup, false, update_setup_intent},
    Route{"POST", "/v1/setup_intents/:id/confirm", kSetup, false, confirm_setup_intent},
    Route{"POST", "/v1/setup_intents/:id/cancel", kSetup, false, cancel_setup_intent},
    Route{"POST", "/v1/customers", kCustomer, false, create_customer},
    Route{"GET", "/v1/customers", kCustomer, true, list_customers},
    Route{"GET", "/v1/customers/:id", kCustomer, false, retrieve_customer},
    Route{"POST", "/v1/customers/:id", kCustomer, false, update_customer},
    Route{"DELETE", "/v1/customers/:id", kCustomer, false, delete_customer},
    Route{"GET", "/v1/customers/:id/payment_methods", kMethod, true, list_customer_methods},
    Route{"GET", "/v1/disputes", kDispute, true, list_disputes},
    Route{"GET", "/v1/disputes/:id", kDispute, false, retrieve_dispute},
    Route{"POST", "/v1/disputes/:id", kDispute, false, update_dispute},
    Route{"POST", "/v1/disputes/:id/close", kDispute, false, close_dispute},
    Route{"POST", "/v1/webhook_endpoints", kEndpoint, false, create_webhook_endpoint},
    Route{"GET", "/v1/webhook_endpoints", kEndpoint, true, list_webhook_endpoints},
    Route{"GET", "/v1/webhook_endpoints/:id", kEndpoint, false, retrieve_webhook_endpoint},
    Route{"POST", "/v1/webhook_endpoints/:id", kEndpoint, false, update_webhook_endpoint},
    Route{"DELETE", "/v1/webhook_endpoints/:id", kEndpoint, false, delete_webhook_endpoint},
    Route{"POST", "/v1/products", kProduct, false, create_product},
    Route{"GET", "/v1/products", kProduct, true, list_products},
    Route{"GET", "/v1/products/:id", kProduct, false, retrieve_product},
    Route{"POST", "/v1/products/:id", kProduct, false, update_product},
    Route{"DELETE", "/v1/products/:id", kProduct, false, delete_product},
    Route{"POST", "/v1/prices", kPrice, false, create_price},
    Route{"GET", "/v1/prices", kPrice, true, list_prices},
    Route{"GET", "/v1/prices/:id", kPrice, false, retrieve_price},
    Route{"POST", "/v1/prices/:id", kPrice, false, update_price},
    Route{"POST", "/v1/subscriptions", kSubscription, false, create_subscription},
    Route{"GET", "/v1/subscriptions", kSubscription, true, list_subscriptions},
    Route{"GET", "/v1/subscriptions/:id", kSubscription, false, retrieve_subscription},
    Route{"POST", "/v1/subscriptions/:id", kSubscription, false, update_subscription},
    Route{"DELETE", "/v1/subscriptions/:id", kSubscription, false, cancel_subscription},
    Route{"POST", "/v1/subscriptions/:id/resume", kSubscription, false, resume_subscription},
    Route{"GET", "/v1/subscription_items", "subscription_item", true, list_subscription_items},
    Route{"GET", "/v1/invoices", kInvoice, true, list_invoices},
    Route{"POST", "/v1/invoices/create_preview", kInvoice, false, preview_invoice},
    Route{"GET", "/v1/invoices/:id", kInvoice, false, retrieve_invoice},
    Route{"POST", "/v1/invoices/:id", kInvoice, false, update_invoice},
    Route{"POST", "/v1/invoices/:id/pay", kInvoice, false, pay_invoice},
    Route{"POST", "/v1/invoices/:id/finalize", kInvoice, false, finalize_invoice_now},
    Route{"POST", "/v1/invoices/:id/void", kInvoice, false, void_invoice_now},
    Route{"POST", "/v1/invoices/:id/mark_uncollectible", kInvoice, false,
          mark_invoice_uncollectible},
    Route{"GET", "/v1/invoices/:id/lines", "line_item", true, list_invoice_lines},
    Route{"GET", "/v1/invoice_payments", kInvoicePayment, true, list_invoice_payments},
    Route{"GET", "/v1/invoice_payments/:id", kInvoicePayment, false, retrieve_invoice_payment},
    Route{"GET", "/v1/invoiceitems", kInvoiceItem, true, list_invoice_items},
    Route{"GET", "/v1/invoiceitems/:id", kInvoiceItem, false, retrieve_invoice_item},
    Route{"POST", "/v1/checkout/sessions", kSession, false, create_checkout_session},
    Route{"GET", "/v1/checkout/sessions", kSession, true, list_checkout_sessions},
    Route{"GET", "/v1/checkout/sessions/:id", kSession, false, retrieve_checkout_session},
    Route{"POST", "/v1/checkout/sessions/:id", kSession, false, update_checkout_session},
    Route{"POST", "/v1/checkout/sessions/:id/expire", kSession, false, expire_checkout_session},
    Route{"GET", "/v1/checkout/sessions/:id/line_items", "item", true, list_checkout_items},
    Route{"POST", "/v1/test_helpers/test_clocks", kClock, false, create_test_clock},
    Route{"GET", "/v1/test_helpers/test_clocks", kClock, true, list_test_clocks},
    Route{"GET", "/v1/test_helpers/test_clocks/:id", kClock, false, retrieve_test_clock},
    Route{"POST", "/v1/test_helpers/test_clocks/:id/advance", kClock, false, advance_test_clock},
    Route{"DELETE", "/v1/test_helpers/test_clocks/:id", kClock, false, delete_test_clock},
    Route{"GET", "/v1/events", kEvent, true, list_events},
    Route{"GET", "/v1/events/:id", kEvent, false, retrieve_event},
    Route{"GET", "/v1/balance_transactions", kTransaction, true, list_balance_transactions},
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
  // Routes of Stripe that are not in the sandbox, and nobody's ids.
  if (id == "search" || id == "upcoming") return std::nullopt;
  return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

}  // namespace

std::string operation_of(const Route& route) {
  const auto colon = route.pattern.find(":id");
  std::string_view verb = "create";
  if (colon != std::string_view::npos) {
    const auto tail = route.pattern.substr(colon + std::string_view(":id").size());
    verb = !tail.empty()              ? tail.substr(1)
           : route.method == "POST"   ? "update"
           : route.method == "DELETE" ? "delete"
                                      : "retrieve";
  } else if (route.method == "GET") {
    verb = route.is_list ? "list" : "retrieve";
  }
  return std::string(route.kind) + "." + std::string(verb);
}

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

}  // namespace cobro::sandbox::stripe
