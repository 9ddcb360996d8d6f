#include "sandbox/stripe/setup_intents.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/confirmation.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/error_bodies.h"
#include "sandbox/stripe/intent_parameters.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "setup_intent";
constexpr std::string_view kMissingMethod =
    "You cannot confirm this SetupIntent because it's missing a payment method. Update the "
    "SetupIntent with a payment method and then confirm it again.";

void read_shared(Call& call, Json& body) {
  Params& params = call.params;
  const auto customer = read_customer(call);
  if (!customer.empty()) body.set("customer", customer);
  if (const auto text = params.text("description"))
    body.set("description", text->empty() ? Json() : Json(*text));
  Json metadata = *body.find("metadata");
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
  params.not_yet({"attach_to_self", "excluded_payment_method_types", "flow_directions",
                  "on_behalf_of", "payment_method_configuration", "payment_method_options",
                  "single_use"});
}

bool may_still_change(const Document& intent) {
  const auto status = intent.text("status");
  return status == "requires_payment_method" || status == "requires_confirmation" ||
         status == "requires_action";
}

ApiError wrong_state(const Document& intent, std::string_view verb) {
  return unexpected_state(
      intent, fmt::format("You cannot {} this SetupIntent because it has a status of {}. Only a "
                          "SetupIntent with one of the following statuses may be {}ed: "
                          "requires_payment_method, requires_confirmation, requires_action.",
                          verb, intent.text("status"), verb));
}

void use(Document& intent, const Document& method) {
  intent.body.set("payment_method", method.id());
  intent.body.set("status", "requires_confirmation");
  intent.body.set("next_action", JsonNull{});
  intent.inner = JsonObject{};
}

ApiError fail(Account& account, const Cause& cause, Document& intent, const Document& method,
              ApiError error) {
  error.extra.emplace_back("payment_method", method.body);
  intent.body.set("last_setup_error", error_object(error));
  intent.body.set("next_action", JsonNull{});
  intent.body.set("payment_method", JsonNull{});
  intent.body.set("status", "requires_payment_method");
  intent.inner = JsonObject{};
  account.emit(cause, "setup_intent.setup_failed", intent.body);
  error.extra.emplace_back(kKind, intent.body);
  return error;
}

void succeed(Account& account, const Cause& cause, Document& intent, Document& method) {
  if (intent.text("usage") == "off_session") method.inner.set("set_up", true);
  account.database.update(method);
  const auto customer = intent.text("customer");
  if (!customer.empty()) give_to(account, cause, method, customer);
  intent.body.set("last_setup_error", JsonNull{});
  intent.body.set("next_action", JsonNull{});
  intent.body.set("status", "succeeded");
  intent.inner = JsonObject{};
  account.emit(cause, "setup_intent.succeeded", intent.body);
  note_setup(account, cause, intent);
}

}  // namespace

std::optional<ApiError> confirm_setup(Account& account, const Cause& cause, Document& intent,
                                      Document& method, const std::string& return_url) {
  intent.body.set("payment_method", method.id());
  const TestCard& card = card_of(method);
  if (const Decline* decline = decline_of_verification(card))
    return fail(account, cause, intent, method, decline_error(*decline));
  if (card.challenge == Challenge::never) {
    succeed(account, cause, intent, method);
    return std::nullopt;
  }
  intent.body.set("last_setup_error", JsonNull{});
  open_challenge(account, intent, return_url);
  account.emit(cause, "setup_intent.requires_action", intent.body);
  return std::nullopt;
}

Json blank_setup_intent(Account& account) {
  const auto id = account.new_id("seti_1");
  JsonObject card_options{{"mandate_options", JsonNull{}},
                          {"network", JsonNull{}},
                          {"request_three_d_secure", "automatic"}};
  return JsonObject{{"id", id},
                    {"object", kKind},
                    {"application", JsonNull{}},
                    {"automatic_payment_methods", JsonNull{}},
                    {"cancellation_reason", JsonNull{}},
                    {"client_secret", fmt::format("{}_secret_{}", id, account.chance(25))},
                    {"created", account.unix_now()},
                    {"customer", JsonNull{}},
                    {"customer_account", JsonNull{}},
                    {"description", JsonNull{}},
                    {"excluded_payment_method_types", JsonNull{}},
                    {"flow_directions", JsonNull{}},
                    {"last_setup_error", JsonNull{}},
                    {"latest_attempt", JsonNull{}},
                    {"livemode", false},
                    {"mandate", JsonNull{}},
                    {"metadata", JsonObject{}},
                    {"next_action", JsonNull{}},
                    {"on_behalf_of", JsonNull{}},
                    {"payment_method", JsonNull{}},
                    {"payment_method_configuration_details", JsonNull{}},
                    {"payment_method_options", JsonObject{{"card", std::move(card_options)}}},
                    {"payment_method_types", JsonArray{Json("card")}},
                    {"single_use_mandate", JsonNull{}},
                    {"status", "requires_payment_method"},
                    {"usage", "off_session"}};
}

Answer create_setup_intent(Call& call) {
  Account& account = call.account;
  Params& params = call.params;
  Document intent{blank_setup_intent(account), JsonObject{}};
  const bool confirmed = params.boolean("confirm").value_or(false);
  if (const auto usage = params.one_of("usage", {"off_session", "on_session"}))
    intent.body.set("usage", *usage);
  read_method_selection(call, intent.body);
  read_shared(call, intent.body);
  const auto terms = read_confirm_terms(params);
  const auto choice = read_method_choice(account, params);
  if (confirmed && !choice)
    params.refuse(invalid_request(std::string(kMissingMethod), "payment_method",
                                  "setup_intent_unexpected_state"));
  if (confirmed)
    if (auto mistake = check_return_url(intent.body, terms)) params.refuse(*mistake);
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  const auto customer = intent.text("customer");
  std::optional<Document> method;
  if (choice) {
    auto used = use_method(account, *choice, customer);
    if (!used) return std::unexpected(std::move(used.error()));
    method = std::move(*used);
    use(intent, *method);
  }
  account.emit(call.cause, "setup_intent.created", intent.body);
  std::optional<ApiError> declined;
  if (confirmed) declined = confirm_setup(account, call.cause, intent, *method, terms.return_url);
  account.database.insert(kKind, intent, {.customer = customer});
  if (declined) return std::unexpected(std::move(*declined));
  return std::move(intent.body);
}

Answer retrieve_setup_intent(Call& call) {
  call.params.accept({"client_secret"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto intent = call.account.database.find(kKind, call.id);
  if (!intent) return std::unexpected(no_such(404, kKind, call.id, "intent"));
  return std::move(intent->body);
}

Answer update_setup_intent(Call& call) {
  Account& account = call.account;
  auto intent = account.database.find(kKind, call.id);
  if (!intent) return std::unexpected(no_such(404, kKind, call.id, "intent"));
  read_shared(call, intent->body);
  const auto choice = read_method_choice(account, call.params);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (choice && !may_still_change(*intent)) return std::unexpected(wrong_state(*intent, "update"));
  if (choice) {
    auto method = use_method(account, *choice, intent->text("customer"));
    if (!method) return std::unexpected(std::move(method.error()));
    use(*intent, *method);
  }
  account.database.update(*intent);
  account.database.set_customer(intent->id(), intent->text("customer"));
  return std::move(intent->body);
}

Answer confirm_setup_intent(Call& call) {
  Account& account = call.account;
  auto intent = account.database.find(kKind, call.id);
  if (!intent) return std::unexpected(no_such(404, kKind, call.id, "intent"));
  auto choice = read_method_choice(account, call.params);
  const auto terms = read_confirm_terms(call.params);
  call.params.accept({"client_secret"});
  refuse_untouched(call.params);
  if (auto mistake = check_return_url(intent->body, terms); mistake && may_still_change(*intent))
    call.params.refuse(*mistake);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (!may_still_change(*intent)) return std::unexpected(wrong_state(*intent, "confirm"));
  if (!choice && intent->text("payment_method").empty())
    return std::unexpected(unexpected_state(*intent, std::string(kMissingMethod)));
  if (!choice) {
    choice.emplace();
    choice->existing = intent->text("payment_method");
  }
  auto method = use_method(account, *choice, intent->text("customer"));
  if (!method) return std::unexpected(std::move(method.error()));
  auto declined = confirm_setup(account, call.cause, *intent, *method, terms.return_url);
  account.database.update(*intent);
  if (declined) return std::unexpected(std::move(*declined));
  return std::move(intent->body);
}

Answer cancel_setup_intent(Call& call) {
  auto intent = call.account.database.find(kKind, call.id);
  if (!intent) return std::unexpected(no_such(404, kKind, call.id, "intent"));
  const auto reason = call.params.one_of("cancellation_reason",
                                         {"abandoned", "duplicate", "requested_by_customer"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (!may_still_change(*intent)) return std::unexpected(wrong_state(*intent, "cancel"));
  intent->body.set("cancellation_reason", reason ? Json(*reason) : Json());
  intent->body.set("next_action", JsonNull{});
  intent->body.set("status", "canceled");
  intent->inner = JsonObject{};
  call.account.database.update(*intent);
  call.account.emit(call.cause, "setup_intent.canceled", intent->body);
  return std::move(intent->body);
}

Answer list_setup_intents(Call& call) {
  auto query = read_list_query(call.params, kKind);
  const auto customer = call.params.non_empty("customer").value_or("");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  return answer_list(call, query, "/v1/setup_intents");
}

bool finish_setup_challenge(Account& account, Document& intent, bool approved) {
  auto method = account.database.find("payment_method", intent.text("payment_method"));
  COBRO_CHECK(method.has_value());
  if (!approved) {
    fail(account, {}, intent, *method, authentication_failure(kKind));
    return false;
  }
  succeed(account, {}, intent, *method);
  return true;
}

}  // namespace cobro::sandbox::stripe
