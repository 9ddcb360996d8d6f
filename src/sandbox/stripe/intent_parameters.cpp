#include "sandbox/stripe/intent_parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kReturnUrlNeeded =
    "This {} is configured to accept payment methods enabled in your Dashboard. Because "
    "some of these payment methods might redirect your customer off of your page, you must provide "
    "a `return_url`. If you don't want to accept redirect-based payment methods, set "
    "`automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
    "Payment Intents.";

constexpr std::string_view kSuffixNeeded =
    "The statement_descriptor parameter is not supported for the payment_method_type `card`. To "
    "continue supporting payment_method_type `card`, please pass in `statement_descriptor_suffix` "
    "or remove the `statement_descriptor` parameter altogether. Please see "
    "https://support.stripe.com/questions/"
    "use-of-the-statement-descriptor-parameter-on-paymentintents-for-card-charges for additional "
    "details.";

std::string_view noun_of(const Json& intent) {
  return intent.string_at({"object"}) == "setup_intent" ? "SetupIntent" : "PaymentIntent";
}

std::vector<std::string> read_types(Call& call, std::string_view name) {
  auto types = call.params.texts(name);
  for (const auto& type : types)
    if (type != "card")
      call.params.refuse(invalid_request(
          fmt::format("The payment method type \"{}\" is invalid. Please ensure the provided type "
                      "is activated in your dashboard and your account is enabled for any preview "
                      "features that you are trying to use.",
                      type),
          std::string(name)));
  return types;
}

void use_automatic_methods(Json& body, std::string_view allow_redirects) {
  body.set("automatic_payment_methods",
           JsonObject{{"allow_redirects", allow_redirects}, {"enabled", true}});
}

}  // namespace

void read_descriptive(Params& params, Json& body) {
  read_descriptors(params, body);
  for (const char* field : {"description", "receipt_email", "transfer_group"})
    if (const auto text = params.text(field))
      body.set(field, text->empty() ? Json(JsonNull{}) : Json(*text));
  if (params.has("setup_future_usage")) {
    if (params.tree().string_at({"setup_future_usage"}) == "") {
      params.accept({"setup_future_usage"});
      body.set("setup_future_usage", JsonNull{});
    } else {
      body.set("setup_future_usage",
               params.one_of("setup_future_usage", {"off_session", "on_session"}).value_or(""));
    }
  }
  read_shipping(params, body);
}

ConfirmTerms read_confirm_terms(Params& params) {
  ConfirmTerms terms;
  const auto off_session =
      params.one_of("off_session", {"true", "false", "one_off", "recurring"}).value_or("false");
  terms.off_session = off_session != "false";
  terms.error_on_requires_action = params.boolean("error_on_requires_action").value_or(false);
  terms.return_url = params.non_empty("return_url").value_or("");
  // It ends up in a Location header and on a page.
  const bool is_url = terms.return_url.find("://") != std::string::npos &&
                      std::all_of(terms.return_url.begin(), terms.return_url.end(),
                                  [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
  if (!terms.return_url.empty() && !is_url)
    params.refuse(invalid_request("Not a valid URL", "return_url", "url_invalid"));
  terms.use_stripe_sdk = params.boolean("use_stripe_sdk").value_or(false);
  params.not_yet({"mandate", "mandate_data", "radar_options"});
  return terms;
}

void refuse_untouched(Params& params) {
  params.not_yet({"amount_details", "application_fee_amount", "confirmation_token",
                  "customer_account", "excluded_payment_method_types", "hooks", "on_behalf_of",
                  "payment_details", "payment_method_configuration", "payment_method_options",
                  "transfer_data"});
}

void check_method_types(Call& call) {
  read_types(call, call.version_is_at_least(kVersionWithoutMethodTypes)
                       ? "allowed_payment_method_types"
                       : "payment_method_types");
}

void read_descriptors(Params& params, Json& body) {
  constexpr std::size_t kLongest = 22;
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (!params.text("statement_descriptor").value_or("").empty())
    params.refuse(invalid_request(std::string(kSuffixNeeded), "statement_descriptor"));
  const auto suffix = params.text("statement_descriptor_suffix");
  if (!suffix) return;
  std::string_view mistake;
  if (suffix->size() > kLongest)
    mistake = "must be at most 22 characters";
  else if (suffix->find_first_of("<>\\'\"*") != std::string::npos)
    mistake = "may not contain any of the characters < > \\ ' \" *";
  else if (!suffix->empty() && suffix->find_first_of(kLetters) == std::string::npos)
    mistake = "must contain at least one letter";
  if (!mistake.empty())
    params.refuse(invalid_request(fmt::format("The statement descriptor suffix {}.", mistake),
                                  "statement_descriptor_suffix"));
  body.set("statement_descriptor_suffix", suffix->empty() ? Json(JsonNull{}) : Json(*suffix));
}

void read_method_selection(Call& call, Json& body) {
  Params& params = call.params;
  const bool has_types = !call.version_is_at_least(kVersionWithoutMethodTypes);
  const std::string_view types_name =
      has_types ? "payment_method_types" : "allowed_payment_method_types";
  const auto types = read_types(call, types_name);
  Params* automatic = params.group("automatic_payment_methods");
  if (automatic && params.has("confirmation_method"))
    params.refuse(only_one_of("automatic_payment_methods", "confirmation_method"));
  if (automatic) {
    const auto enabled = automatic->boolean("enabled");
    if (!automatic->has("enabled")) automatic->refuse_missing("enabled");
    const auto redirects =
        automatic->one_of("allow_redirects", {"always", "never"}).value_or("always");
    if (enabled.value_or(false) && has_types && !types.empty())
      params.refuse(only_one_of("automatic_payment_methods", types_name));
    if (enabled.value_or(false)) use_automatic_methods(body, redirects);
  } else if (types.empty() && call.version_is_at_least(kVersionWithAutomaticMethods)) {
    use_automatic_methods(body, "always");
  }
}

std::optional<ApiError> check_return_url(const Json& body, const ConfirmTerms& terms) {
  const auto redirects = body.string_at({"automatic_payment_methods", "allow_redirects"});
  const bool stays = terms.off_session || terms.use_stripe_sdk;  // nobody to send elsewhere
  if (redirects != "always" || stays || !terms.return_url.empty()) return std::nullopt;
  return invalid_request(fmt::format(fmt::runtime(kReturnUrlNeeded), noun_of(body)), "return_url");
}

ApiError unexpected_state(const Document& intent, std::string message) {
  const auto kind = intent.text("object");
  return invalid_request(std::move(message), {}, kind + "_unexpected_state")
      .with(kind, intent.body);
}

}  // namespace cobro::sandbox::stripe
