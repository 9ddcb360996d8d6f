#include "sandbox/stripe/checkout_payment.h"

#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/confirmation.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/setup_intents.h"
#include "sandbox/stripe/subscription_bodies.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonObject;

constexpr std::int64_t kDay = 24 * 3600;

// What the request gave for the object that the session makes: `payment_intent_data`, ….
Json given(const Document& session, std::string_view name) {
  const Json* data = session.inner.find(name);
  return data ? *data : Json(JsonObject{});
}

void copy_members(const Json& from, Json& into) {
  for (const auto& [name, value] : *from.as_object()) into.set(name, value);
}

bool makes_customer(const Document& session) {
  return session.text("mode") != "payment" || session.text("customer_creation") == "always";
}

void ensure_customer(Account& account, Document& session, const Payer& payer) {
  if (!session.text("customer").empty() || !makes_customer(session)) return;
  const auto id = make_customer(account, {}, payer.email, payer.name);
  session.body.set("customer", id);
  account.database.set_customer(session.id(), id);
}

Document make_payment(Account& account, Document& session) {
  Document intent{blank_payment_intent(account), JsonObject{}};
  intent.body.set("amount", session.number("amount_total"));
  intent.body.set("currency", session.text("currency"));
  intent.body.set("customer", *session.body.find("customer"));
  copy_members(given(session, "payment_intent_data"), intent.body);
  account.database.insert("payment_intent", intent, {.customer = session.text("customer")});
  account.emit({}, "payment_intent.created", intent.body);
  session.body.set("payment_intent", intent.id());
  return intent;
}

Document make_setup(Account& account, Document& session) {
  Document intent{blank_setup_intent(account), JsonObject{}};
  intent.body.set("customer", *session.body.find("customer"));
  copy_members(given(session, "setup_intent_data"), intent.body);
  account.database.insert("setup_intent", intent, {.customer = session.text("customer")});
  account.emit({}, "setup_intent.created", intent.body);
  if (session.text("mode") == "setup") session.body.set("setup_intent", intent.id());
  return intent;
}

std::int64_t trial_end_of(Account& account, const Document& session) {
  const Json data = given(session, "subscription_data");
  const auto days = data.int_at({"trial_period_days"});
  if (days) return account.unix_now() + *days * kDay;
  return data.int_at({"trial_end"}).value_or(0);
}

base::Result<Document, ApiError> make_subscription(Account& account, const Document& session,
                                                   const std::string& method) {
  NewSubscription wanted;
  wanted.customer = session.text("customer");
  for (const Json& line : *session.inner.find("line_items")->as_array())
    wanted.items.push_back({{*line.find("price"), Json()}, *line.int_at({"quantity"})});
  wanted.method = method;
  wanted.trial_end = trial_end_of(account, session);
  wanted.behavior = "default_incomplete";
  wanted.fields = blank_subscription_fields(wanted.customer);
  const Json data = given(session, "subscription_data");
  for (const char* field : {"metadata", "description", "trial_settings"})
    if (const Json* value = data.find(field)) wanted.fields.set(field, *value);
  Json settings = *wanted.fields.find("payment_settings");
  settings.set("save_default_payment_method", "on_subscription");
  wanted.fields.set("payment_settings", std::move(settings));
  return start_subscription(account, {}, wanted);
}

// The intent to confirm: the session's own, or that of its subscription's first invoice.
base::Result<Document, ApiError> make_target(Account& account, Document& session) {
  if (session.text("mode") == "payment") return make_payment(account, session);
  if (session.text("mode") == "setup" || trial_end_of(account, session) > 0)
    return make_setup(account, session);
  const auto made = make_subscription(account, session, "");
  if (!made) return std::unexpected(made.error());
  session.body.set("subscription", made->id());
  session.body.set("invoice", made->text("latest_invoice"));
  auto intent =
      account.database.find("payment_intent", intent_of(account, made->text("latest_invoice")));
  if (!intent)
    return std::unexpected(invalid_request("A free subscription needs no Checkout Session."));
  return std::move(*intent);
}

std::optional<Document> find_intent(Account& account, const std::string& id) {
  auto intent = account.database.find("payment_intent", id);
  return intent ? intent : account.database.find("setup_intent", id);
}

// With its subscription, that of an incomplete one is given up before the session is.
base::Result<Document, ApiError> target_of(Account& account, Document& session) {
  auto intent = find_intent(account, session.inner.string_at({"intent"}).value_or(""));
  if (intent && intent->text("status") == "canceled")
    return std::unexpected(invalid_request("This payment was canceled; it can not be made here."));
  if (intent) return std::move(*intent);
  auto made = make_target(account, session);
  if (!made) return made;
  session.inner.set("intent", made->id());
  account.database.update(session);
  account.database.set_intent(session.id(), made->id());
  return made;
}

std::optional<ApiError> confirm(Account& account, Document& intent, Document& method,
                                const std::string& return_url) {
  if (intent.text("object") == "setup_intent") {
    auto declined = confirm_setup(account, {}, intent, method, return_url);
    account.database.update(intent);
    return declined;
  }
  auto declined = confirm_intent(account, {}, intent, method, {.return_url = return_url});
  account.database.update(intent);
  note_intent(account, {}, intent);
  return declined;
}

Json details_of(const Document& session) {
  return JsonObject{{"address", Json()},
                    {"business_name", Json()},
                    {"email", *session.inner.find("email")},
                    {"individual_name", Json()},
                    {"name", *session.inner.find("name")},
                    {"phone", Json()},
                    {"tax_exempt", "none"},
                    {"tax_ids", wire::JsonArray{}}};
}

}  // namespace

std::optional<ApiError> pay_checkout(Account& account, Document& session, const Payer& payer) {
  const auto customer = session.text("customer");
  if (!customer.empty() && !account.database.find("customer", customer))
    return no_such(400, "customer", customer, "customer");  // deleted meanwhile
  std::optional<ApiError> declined;
  const Document before = session;
  account.database.attempt([&] {
    ensure_customer(account, session, payer);
    session.inner.set("email", payer.email.empty() ? Json() : Json(payer.email));
    session.inner.set("name", payer.name.empty() ? Json() : Json(payer.name));
    account.database.update(session);
    auto intent = target_of(account, session);
    auto method = use_method(account, payer.card, session.text("customer"));
    if (!intent) declined = intent.error();
    if (!method) declined = method.error();
    if (!declined) declined = confirm(account, *intent, *method, payer.return_url);
    // A subscription that was never paid was never there; a declined payment stays to be
    // seen.
    return !declined || session.text("mode") == "payment";
  });
  if (declined && session.text("mode") != "payment") session = before;
  if (auto now = account.database.find("checkout.session", session.id())) session = *now;
  return declined;
}

void complete_checkout(Account& account, const Cause& cause, Document& session,
                       const Document& intent) {
  const bool setup = intent.text("object") == "setup_intent";
  if (setup && session.text("mode") == "subscription") {
    const auto made = make_subscription(account, session, intent.text("payment_method"));
    if (!made) return;  // its customer was deleted meanwhile; it expires
    session.body.set("subscription", made->id());
    session.body.set("invoice", made->text("latest_invoice"));
  }
  session.body.set("customer_details", details_of(session));
  session.body.set("payment_status", setup                                  ? "no_payment_required"
                                     : intent.text("status") == "succeeded" ? "paid"
                                                                            : "unpaid");
  session.body.set("status", "complete");
  session.body.set("url", Json());
  account.database.update(session);
  account.emit(cause, "checkout.session.completed", session.body);
}

}  // namespace cobro::sandbox::stripe
