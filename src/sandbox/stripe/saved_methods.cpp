// Payment methods and the customers that they belong to.
#include <fmt/format.h>

#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/confirmation.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/subscription_states.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {

using wire::Json;
using wire::JsonNull;

const Decline* decline_of_verification(const TestCard& card) {
  return card.name.starts_with("chargeDeclined") ? card.decline : nullptr;
}

void give_to(Account& account, const Cause& cause, Document& method, const std::string& customer) {
  if (method.text("customer") == customer) return;
  method.body.set("customer", customer);
  Json card = *method.body.find("card");
  Json checks = *card.find("checks");
  checks.set("cvc_check", card_of(method).cvc_check);
  card.set("checks", std::move(checks));
  method.body.set("card", std::move(card));
  account.database.update(method);
  account.database.set_customer(method.id(), customer);
  account.emit(cause, "payment_method.attached", method.body);
}

std::optional<ApiError> attach(Call& call, Document& method, const std::string& customer) {
  if (method.text("customer") == customer) return std::nullopt;
  if (!method.text("customer").empty())
    return invalid_request(
        "The payment method you provided has already been attached to a customer.");
  if (method.inner.find("used"))
    return invalid_request(
        "This PaymentMethod was previously used without being attached to a Customer or was "
        "detached from a Customer, and may not be used again.");
  if (const Decline* decline = decline_of_verification(card_of(method)))
    return decline_error(*decline);
  give_to(call.account, call.cause, method, customer);
  return std::nullopt;
}

namespace {

// A customer has no default that is not theirs.
void forget_default(Call& call, const std::string& customer, const std::string& method) {
  auto owner = call.account.database.find("customer", customer);
  if (!owner || owner->body.string_at({"invoice_settings", "default_payment_method"}) != method)
    return;
  const Json before = owner->body;
  Json settings = *before.find("invoice_settings");
  settings.set("default_payment_method", JsonNull{});
  owner->body.set("invoice_settings", std::move(settings));
  save_change(call.account, call.cause, "customer.updated", before, *owner);
}

// Nor has a subscription.
void forget_in_subscriptions(Call& call, const std::string& customer, const std::string& method) {
  for (auto& subscription : subscriptions_of_customer(call.account, customer)) {
    if (!is_alive(subscription) || subscription.text("default_payment_method") != method) continue;
    const Json before = subscription.body;
    subscription.body.set("default_payment_method", JsonNull{});
    save_subscription(call.account, call.cause, before, subscription);
  }
}

void detach(Call& call, Document& method) {
  const auto customer = method.text("customer");
  method.body.set("customer", JsonNull{});
  method.inner.set("used", true);
  call.account.database.update(method);
  call.account.database.set_customer(method.id(), "");
  call.account.emit(call.cause, "payment_method.detached", method.body, {{"customer", customer}});
}

Answer list_methods_of(Call& call, const std::string& customer, std::string_view url) {
  auto query = read_list_query(call.params, "payment_method");
  call.params.one_of("type", {"card"});
  const auto shown = call.params.one_of("allow_redisplay", {"always", "limited", "unspecified"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  return answer_list_of(call, query, url, [&](const Json& one) {
    return !shown || one.string_at({"allow_redisplay"}) == shown;
  });
}

}  // namespace

void detach_all(Call& call, const std::string& customer) {
  auto& database = call.account.database;
  ListQuery query;
  query.kind = "payment_method";
  query.only.customer = customer;
  query.limit = 100;
  for (auto page = database.list(query); !page->items.empty(); page = database.list(query))
    for (const auto& item : page->items) {
      auto method = database.find("payment_method", item.string_at({"id"}).value_or(""));
      detach(call, *method);
    }
}

Answer attach_payment_method(Call& call) {
  const auto customer = read_customer(call);
  if (!call.params.has("customer")) call.params.refuse_missing("customer");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  auto method = find_or_make(call.account, call.id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
  if (auto refused = attach(call, *method, customer)) return std::unexpected(std::move(*refused));
  return std::move(method->body);
}

Answer detach_payment_method(Call& call) {
  auto method = call.account.database.find("payment_method", call.id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  if (method->text("customer").empty())
    return std::unexpected(invalid_request(
        "The payment method you provided is not attached to a customer so detachment is "
        "impossible."));
  const auto customer = method->text("customer");
  detach(call, *method);
  forget_default(call, customer, method->id());
  forget_in_subscriptions(call, customer, method->id());
  return std::move(method->body);
}

Answer list_payment_methods(Call& call) {
  const auto customer = read_customer(call);
  if (customer.empty()) call.params.refuse_missing("customer");
  return list_methods_of(call, customer, "/v1/payment_methods");
}

Answer list_customer_methods(Call& call) {
  if (!call.account.database.find("customer", call.id))
    return std::unexpected(no_such(404, "customer", call.id, "customer"));
  return list_methods_of(call, call.id, fmt::format("/v1/customers/{}/payment_methods", call.id));
}

}  // namespace cobro::sandbox::stripe
