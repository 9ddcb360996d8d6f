#include "sandbox/stripe/checkout_sessions.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/checkout_body.h"
#include "sandbox/stripe/checkout_payment.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/invoice_lines.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/products.h"
#include "sandbox/stripe/subscription_parameters.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "checkout.session";

std::vector<Document> read_line_items(Call& call, std::string_view mode, Document& session) {
  std::vector<Document> prices;
  JsonArray lines;
  std::int64_t total = 0;
  const auto currency = base::to_lower(call.params.non_empty("currency").value_or(""));
  for (Params* item : call.params.groups("line_items")) {
    const auto quantity = read_quantity(*item);
    item->not_yet_enabled("adjustable_quantity");
    item->not_yet({"dynamic_tax_rates", "metadata", "tax_rates"});
    auto price = read_item_price(call, *item);
    if (!price) continue;
    const bool recurs = !price->body.find("recurring")->is_null();
    if (recurs != (mode == "subscription"))
      call.params.refuse(
          invalid_request(fmt::format("You specified `{}` mode, whose prices must be {}.", mode,
                                      recurs ? "of type one_time" : "recurring"),
                          item->full_name("price")));
    if (!currency.empty()) check_price_currency(*item, price->body, currency);
    total += price_of(price->body, quantity);
    lines.push_back(line_item(call.account, *price, quantity));
    prices.push_back(std::move(*price));
  }
  const bool wants_items = mode != "setup";
  if (wants_items && lines.empty()) call.params.refuse_missing("line_items");
  if (!wants_items && !lines.empty())
    call.params.refuse(
        invalid_request("`line_items` can not be passed in `setup` mode.", "line_items"));
  if (wants_items && !lines.empty()) {
    session.body.set("currency", *lines.front().find("currency"));
    session.body.set("amount_subtotal", total);
    session.body.set("amount_total", total);
  }
  session.inner.set("line_items", std::move(lines));
  return prices;
}

void check_prices(Call& call, const std::string& mode, const std::vector<Document>& prices,
                  const Document& session) {
  std::vector<Json> bodies;
  for (const auto& price : prices) bodies.push_back(price.body);
  if (mode == "subscription") check_items(call.params, bodies);
  for (const auto& price : bodies)
    if (*price.find("currency") != *session.body.find("currency"))
      call.params.refuse(
          invalid_request("All line items must have the same currency.", "line_items"));
  const auto total = session.number("amount_total");
  if (mode == "payment" && !prices.empty())
    if (auto mistake = check_charge_amount(total, session.text("currency")))
      call.params.refuse(std::move(*mistake));
}

// A set-up may name one; prices have their own.
void read_currency(Params& params, const std::vector<Document>& prices, Document& session) {
  const auto currency = base::to_lower(params.non_empty("currency").value_or(""));
  if (!currency.empty() && prices.empty()) session.body.set("currency", currency);
}

std::string read_url(Params& params, std::string_view name) {
  const auto url = params.non_empty(name).value_or("");
  if (!url.empty() && url.find("://") == std::string::npos)
    params.refuse(invalid_request("Not a valid URL", std::string(name), "url_invalid"));
  return url;
}

void read_expiry(Call& call, Json& body) {
  constexpr std::int64_t kShortest = 30 * 60;
  constexpr std::int64_t kLongest = 24 * 3600;
  const auto now = call.account.unix_now();
  const auto at = call.params.moment("expires_at");
  if (at && (*at < now + kShortest || *at > now + kLongest))
    call.params.refuse(
        invalid_request("The `expires_at` timestamp must be between 30 minutes "
                        "and 24 hours from Checkout Session "
                        "creation.",
                        "expires_at"));
  body.set("expires_at", at.value_or(now + kLongest));
}

void read_fields(Call& call, Json& body) {
  Params& params = call.params;
  const auto customer = read_customer(call);
  if (!customer.empty()) body.set("customer", customer);
  read_text(params, body, "client_reference_id");
  read_text(params, body, "customer_email");
  read_text(params, body, "locale");
  const auto success = read_url(params, "success_url");
  if (success.empty()) params.refuse_missing("success_url");
  body.set("success_url", success);
  const auto cancel = read_url(params, "cancel_url");
  if (!cancel.empty()) body.set("cancel_url", cancel);
  if (const auto made = params.one_of("customer_creation", {"always", "if_required"}))
    body.set("customer_creation", *made);
  params.one_of("ui_mode", {"hosted", "hosted_page"});
  read_metadata(params, body);
  read_expiry(call, body);
  refuse_checkout_extras(call);
}

}  // namespace

Answer create_checkout_session(Call& call) {
  Account& account = call.account;
  const auto mode = call.params.one_of("mode", {"payment", "setup", "subscription"});
  if (!call.params.has("mode")) call.params.refuse_missing("mode");
  Document session{blank_checkout_session(account, mode.value_or("payment")), JsonObject{}};
  read_fields(call, session.body);
  const auto prices = read_line_items(call, mode.value_or("payment"), session);
  check_prices(call, mode.value_or("payment"), prices, session);
  read_currency(call.params, prices, session);
  read_checkout_data(call, session);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (mode == "subscription")
    if (auto refused =
            check_one_currency(account, session.text("customer"), session.text("currency")))
      return std::unexpected(std::move(*refused));
  for (const auto& price : prices) keep_price(account, call.cause, price);
  account.database.insert(kKind, session, {.customer = session.text("customer")});
  account.schedule_at("expire_checkout", session.id(), session.number("expires_at"));
  return std::move(session.body);
}

Answer retrieve_checkout_session(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto session = call.account.database.find(kKind, call.id);
  if (!session) return std::unexpected(no_such(404, kKind, call.id, "session"));
  return std::move(session->body);
}

Answer update_checkout_session(Call& call) {
  auto session = call.account.database.find(kKind, call.id);
  if (!session) return std::unexpected(no_such(404, kKind, call.id, "session"));
  read_metadata(call.params, session->body);
  call.params.not_yet({"collected_information", "shipping_options"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  call.account.database.update(*session);
  return std::move(session->body);
}

Answer list_checkout_sessions(Call& call) {
  auto query = read_list_query(call.params, kKind);
  const auto customer = call.params.non_empty("customer").value_or("");
  const auto intent = call.params.non_empty("payment_intent").value_or("");
  const auto subscription = call.params.non_empty("subscription");
  const auto status = call.params.one_of("status", {"complete", "expired", "open"});
  call.params.not_yet({"customer_details", "payment_link"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  query.only.intent = intent;
  return answer_list_of(call, query, "/v1/checkout/sessions", [&](const Json& one) {
    if (subscription && one.string_at({"subscription"}) != subscription) return false;
    if (!intent.empty() && one.string_at({"payment_intent"}) != intent) return false;
    return !status || one.string_at({"status"}) == status;
  });
}

namespace {

void expire(Account& account, const Cause& cause, Document& session) {
  session.body.set("status", "expired");
  session.body.set("url", JsonNull{});
  account.database.update(session);
  auto subscription = account.database.find("subscription", session.text("subscription"));
  if (subscription && is_alive(*subscription))
    end_subscription(account, cause, *subscription, "cancellation_requested");
  cancel_unpaid_intent(account, cause, session.text("payment_intent"), "automatic");
  account.emit(cause, "checkout.session.expired", session.body);
}

}  // namespace

Answer expire_checkout_session(Call& call) {
  auto session = call.account.database.find(kKind, call.id);
  if (!session) return std::unexpected(no_such(404, kKind, call.id, "session"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  if (session->text("status") != "open")
    return std::unexpected(
        invalid_request(fmt::format("Only Checkout Sessions with a status in "
                                    "[\"open\"] can be expired. This "
                                    "Checkout Session has a status of `{}`.",
                                    session->text("status"))));
  expire(call.account, call.cause, *session);
  return std::move(session->body);
}

void expire_checkout(Account& account, std::string_view id) {
  auto session = account.database.find(kKind, id);
  if (session && session->text("status") == "open") expire(account, {}, *session);
}

Answer list_checkout_items(Call& call) {
  const auto session = call.account.database.find(kKind, call.id);
  if (!session) return std::unexpected(no_such(404, kKind, call.id, "session"));
  const Json all = line_items_of(call.account, session->body);
  return answer_page(call, *all.find("data")->as_array(), all.string_at({"url"}).value_or(""));
}

Json line_items_of(Account& account, const Json& shown) {
  const auto id = shown.string_at({"id"}).value_or("");
  const auto session = account.database.find(kKind, id);
  const Json* items = session ? session->inner.find("line_items") : nullptr;
  return list_object(fmt::format("/v1/checkout/sessions/{}/line_items", id),
                     items ? *items->as_array() : JsonArray{}, false);
}

void note_checkout(Account& account, const Cause& cause, const Document& intent) {
  const auto status = intent.text("status");
  if (status != "succeeded" && status != "requires_capture") return;
  ListQuery query;
  query.kind = kKind;
  query.only.intent = intent.id();
  const auto found = account.database.list(query);
  if (found->items.empty()) return;
  auto session = account.database.find(kKind, *found->items.front().string_at({"id"}));
  if (session->text("status") == "open") complete_checkout(account, cause, *session, intent);
}

}  // namespace cobro::sandbox::stripe
