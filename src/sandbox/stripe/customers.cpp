#include "sandbox/stripe/customers.h"

#include "base/text.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/subscriptions.h"
#include "sandbox/stripe/test_clocks.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "customer";
constexpr std::string_view kDeleted = "deleted_customer";

Json blank_customer(Account& account) {
  return JsonObject{{"id", account.new_id("cus_")},
                    {"object", kKind},
                    {"address", JsonNull{}},
                    {"balance", 0},
                    {"created", account.unix_now()},
                    {"currency", JsonNull{}},
                    {"default_source", JsonNull{}},
                    {"delinquent", false},
                    {"description", JsonNull{}},
                    {"email", JsonNull{}},
                    {"invoice_prefix", base::to_upper(account.chance(8))},
                    {"invoice_settings", JsonObject{{"custom_fields", JsonNull{}},
                                                    {"default_payment_method", JsonNull{}},
                                                    {"footer", JsonNull{}},
                                                    {"rendering_options", JsonNull{}}}},
                    {"livemode", false},
                    {"metadata", JsonObject{}},
                    {"name", JsonNull{}},
                    {"next_invoice_sequence", 1},
                    {"phone", JsonNull{}},
                    {"preferred_locales", wire::JsonArray{}},
                    {"shipping", JsonNull{}},
                    {"tax_exempt", "none"},
                    {"test_clock", JsonNull{}}};
}

void set_default_method(Json& body, Json method) {
  Json settings = *body.find("invoice_settings");
  settings.set("default_payment_method", std::move(method));
  body.set("invoice_settings", std::move(settings));
}

// A method of the customer; while they are being made, the one that they are made with.
void read_invoice_settings(Call& call, Json& body) {
  Params* settings = call.params.group("invoice_settings");
  if (!settings) return;
  settings->not_yet({"custom_fields", "rendering_options"});
  if (settings->has("footer")) {
    Json changed = *body.find("invoice_settings");
    read_text(*settings, changed, "footer");
    body.set("invoice_settings", std::move(changed));
  }
  const auto method = settings->text("default_payment_method");
  if (!method) return;
  const auto found = call.account.database.find("payment_method", *method);
  const bool theirs = found && found->text("customer") == body.string_at({"id"});
  const bool comes_along =
      call.id.empty() && call.params.tree().string_at({"payment_method"}) == *method;
  if (!method->empty() && !theirs && !comes_along)
    settings->refuse(not_theirs(*method, "invoice_settings[default_payment_method]"));
  set_default_method(body, method->empty() ? Json() : Json(*method));
}

void read_invoicing(Params& params, Json& body) {
  if (const auto prefix = params.non_empty("invoice_prefix")) body.set("invoice_prefix", *prefix);
  if (const auto next = params.positive("next_invoice_sequence"))
    body.set("next_invoice_sequence", *next);
  if (const auto exempt = params.one_of("tax_exempt", {"none", "exempt", "reverse"}))
    body.set("tax_exempt", *exempt);
  if (!params.has("preferred_locales")) return;
  wire::JsonArray locales;
  for (auto& locale : params.texts("preferred_locales")) locales.emplace_back(std::move(locale));
  body.set("preferred_locales", std::move(locales));
}

void read_fields(Call& call, Json& body) {
  Params& params = call.params;
  for (const char* field : {"description", "email", "name", "phone"})
    if (const auto text = params.text(field)) body.set(field, text->empty() ? Json() : Json(*text));
  if (const auto email = params.text("email"); email && !email->empty() && !email->contains('@'))
    params.refuse(invalid_request("Invalid email address: " + *email, "email", "email_invalid"));
  read_address(params, body);
  read_shipping(params, body);
  if (const auto balance = params.integer("balance")) body.set("balance", *balance);
  read_invoice_settings(call, body);
  read_invoicing(params, body);
  Json metadata = *body.find("metadata");
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
  params.not_yet(
      {"business_name", "cash_balance", "individual_name", "source", "tax", "tax_id_data"});
}

}  // namespace

std::string read_customer(Call& call) {
  auto customer = call.params.text("customer").value_or("");
  if (!customer.empty() && !call.account.database.find(kKind, customer))
    call.params.refuse(no_such(400, kKind, customer, "customer"));
  return customer;
}

namespace {

// Attaches the method that a new customer comes with; it is their default when that names it.
std::optional<ApiError> bring_method(Call& call, const MethodChoice& choice, Document& customer) {
  auto method = use_method(call.account, choice, customer.id());
  if (!method) return std::move(method.error());
  if (auto refused = attach(call, *method, customer.id())) return refused;
  if (customer.body.string_at({"invoice_settings", "default_payment_method"}))
    set_default_method(customer.body, method->id());
  call.account.database.update(customer);
  return std::nullopt;
}

}  // namespace

Answer create_customer(Call& call) {
  Account& account = call.account;
  Document customer{blank_customer(account), JsonObject{}};
  read_fields(call, customer.body);
  auto clock = read_test_clock(account, call.params);
  if (clock.empty()) clock = account.options.test_clock;
  if (!clock.empty()) customer.body.set("test_clock", clock);
  const auto choice = read_method_choice(account, call.params);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  std::optional<ApiError> refused;
  account.database.attempt([&] {
    account.database.insert(kKind, customer, {});
    if (choice) refused = bring_method(call, *choice, customer);
    account.emit(call.cause, "customer.created", customer.body);
    return !refused;
  });
  if (refused) return std::unexpected(std::move(*refused));
  return std::move(customer.body);
}

std::string make_customer(Account& account, const Cause& cause, const std::string& email,
                          const std::string& name) {
  Document customer{blank_customer(account), JsonObject{}};
  if (!email.empty()) customer.body.set("email", email);
  if (!name.empty()) customer.body.set("name", name);
  if (!account.options.test_clock.empty())
    customer.body.set("test_clock", account.options.test_clock);
  account.database.insert(kKind, customer, {});
  account.emit(cause, "customer.created", customer.body);
  return customer.id();
}

Answer retrieve_customer(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto customer = call.account.database.find(kKind, call.id);
  if (!customer) customer = call.account.database.find(kDeleted, call.id);
  if (!customer) return std::unexpected(no_such(404, kKind, call.id, "id"));
  return std::move(customer->body);
}

Answer update_customer(Call& call) {
  auto customer = call.account.database.find(kKind, call.id);
  if (!customer) return std::unexpected(no_such(404, kKind, call.id, "id"));
  const Json before = customer->body;
  read_fields(call, customer->body);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  call.account.database.update(*customer);
  const auto previous = changed_fields(before, customer->body);
  if (!previous.empty())
    call.account.emit(call.cause, "customer.updated", customer->body, previous);
  return std::move(customer->body);
}

void erase_customer(Call& call, Document& customer) {
  auto& database = call.account.database;
  const std::string id = customer.id();
  end_subscriptions_of(call.account, call.cause, id);
  detach_all(call, id);
  call.account.emit(call.cause, "customer.deleted", customer.body);
  customer.body = JsonObject{{"id", id}, {"object", kKind}, {"deleted", true}};
  database.update(customer);
  database.change_kind(id, kDeleted);
}

Answer delete_customer(Call& call) {
  auto& database = call.account.database;
  auto customer = database.find(kKind, call.id);
  if (!customer) return std::unexpected(no_such(404, kKind, call.id, "id"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  erase_customer(call, *customer);
  return std::move(customer->body);
}

Answer list_customers(Call& call) {
  const auto query = read_list_query(call.params, kKind);
  const auto email = call.params.non_empty("email");
  auto clock = read_test_clock(call.account, call.params);
  const bool asked = !clock.empty();
  if (!asked) clock = call.account.options.test_clock;
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  // Those of a test clock are listed by their clock only.
  return answer_list_of(call, query, "/v1/customers", [&](const Json& one) {
    const auto own = one.string_at({"test_clock"}).value_or("");
    if (own != clock && (asked || !own.empty())) return false;
    return !email || one.string_at({"email"}) == email;
  });
}

}  // namespace cobro::sandbox::stripe
