#include "gateways/stripe/error_table.h"

#include <algorithm>
#include <array>

namespace cobro::gateways::stripe {
namespace {

using enum Meaning;

constexpr std::uint16_t bit(Asked asked) {
  return static_cast<std::uint16_t>(asked);
}

constexpr std::uint16_t kAny = 0xFFFF;
constexpr std::uint16_t kOfAmount = bit(Asked::capture) | bit(Asked::refund);
constexpr std::uint16_t kOfSubscription =
    bit(Asked::change_subscription) | bit(Asked::end_subscription) | bit(Asked::pay_invoice);

// An error object with another type may be a proxy's. (The last two are of 2017.)
constexpr auto kOwnTypes =
    std::to_array<std::string_view>({"invalid_request_error", "card_error", "idempotency_error",
                                     "api_error", "authentication_error", "rate_limit_error"});

struct Row {
  std::uint16_t asked = kAny;
  int status = 0;          // 0: any from 400 to 499
  std::string_view type;   // empty: any
  std::string_view code;   // empty: any
  std::string_view param;  // empty: any; `kNamed`: one of kParameters
  Meaning meaning = refused;
  Culprit culprit = Culprit::nothing;  // nothing: the one that the parameter names
};

constexpr std::string_view kNamed = "*";

// Of any operation, by status or type alone.
constexpr Row status(int status, Meaning meaning) {
  return {.status = status, .type = {}, .code = {}, .meaning = meaning};
}
constexpr Row type(std::string_view type, Meaning meaning) {
  return {.type = type, .code = {}, .meaning = meaning};
}
constexpr Row code(std::string_view code, Meaning meaning, Culprit culprit = Culprit::nothing) {
  return {.type = {}, .code = code, .meaning = meaning, .culprit = culprit};
}
constexpr Row when(std::uint16_t asked, std::string_view code, std::string_view param,
                   Meaning meaning, Culprit culprit = Culprit::nothing) {
  return {.asked = asked,
          .type = {},
          .code = code,
          .param = param,
          .meaning = meaning,
          .culprit = culprit};
}

// Names for what Stripe says in words only, without a code.
constexpr std::string_view kNoCode = "(no code)";
constexpr std::string_view kUsedBefore = "(method used before)";
constexpr std::string_view kOfAnother = "(method of another customer)";
constexpr std::string_view kNotAttached = "(method attached to nobody)";
constexpr std::string_view kNoMethod = "(customer without a method)";
constexpr std::string_view kCurrencies = "(two currencies on one customer)";
constexpr std::string_view kOtherMode = "(an object of the other mode)";
constexpr std::string_view kPastAmount = "(more than is left)";
constexpr std::string_view kEnded = "(subscription has ended)";
constexpr std::string_view kPageOver = "(page is not open)";

struct Words {
  std::string_view words;
  std::string_view code;
};
constexpr auto kWords = std::to_array<Words>({
    {"similar object exists in", kOtherMode},
    {"may not be used again", kUsedBefore},
    {"is not attached to a customer", kNotAttached},
    {"already been attached to a customer", kOfAnother},
    {"already attached to a customer", kOfAnother},
    {"belongs to the Customer", kOfAnother},
    {"belongs to a Customer", kOfAnother},
    {"does not belong to the Customer", kOfAnother},
    {"no attached payment source or default payment method", kNoMethod},
    {"cannot combine currencies on a single customer", kCurrencies},
    {"greater than unrefunded amount", kPastAmount},
    {"greater than the amount you can capture", kPastAmount},
    {"A canceled subscription can only update", kEnded},
    {"Only Checkout Sessions with a status in", kPageOver},
});

constexpr auto kMethod = Culprit::payment_method;
constexpr auto kCustomer = Culprit::customer;
constexpr auto kPrice = Culprit::price;
constexpr auto kPath = Culprit::path;

constexpr auto kTable = std::to_array<Row>({
    // Ours is under way, or was used before: what it did is not told.
    type("idempotency_error", unknown),
    code("idempotency_key_in_use", unknown),
    code("resource_already_exists", unknown),
    code("token_in_use", unknown),

    // It sheds load.
    status(429, busy),
    code("rate_limit", busy),
    code("lock_timeout", busy),
    code("payment_intent_rate_limit_exceeded", busy),

    // What of the four hundreds proves nothing.
    status(408, unknown),
    status(409, unknown),
    status(423, unknown),
    status(424, unknown),
    status(425, unknown),
    type("api_error", unknown),

    // No bank said no: the payment waits for the customer, as the invoice shows.
    {.asked = bit(Asked::pay_invoice),
     .status = 402,
     .type = "card_error",
     .code = "invoice_payment_intent_requires_action",
     .meaning = look_first},
    {.status = 402, .type = "card_error", .code = {}, .meaning = declined},
    status(402, unknown),
    {.type = "card_error", .code = {}, .meaning = refused, .culprit = kMethod},

    // Credentials, the account, the mode.
    status(401, refused),
    status(403, refused),
    code("account_closed", refused),
    code("account_invalid", refused),
    code("account_number_invalid", refused),
    code("account_country_invalid_address", refused),
    code("account_error_country_change_requires_additional_steps", refused),
    code("account_information_mismatch", refused),
    code("account_token_required_for_v2_account", refused),
    code("api_key_expired", refused),
    code("application_fees_not_allowed", refused),
    code("country_code_invalid", refused),
    code("country_unsupported", refused),
    code("livemode_mismatch", refused),
    code("more_permissions_required_for_application", refused),
    code("no_account", refused),
    code("not_allowed_on_standard_account", refused),
    code("ownership_declaration_not_allowed", refused),
    code("platform_account_required", refused),
    code("platform_api_key_expired", refused),
    code("progressive_onboarding_limit_exceeded", refused),
    code("secret_key_required", refused),
    code("sensitive_data_access_expired", refused),
    code("state_unsupported", refused),
    code("stripe_tax_inactive", refused),
    code("testmode_charges_only", refused),
    code("tls_version_unsupported", refused),
    code("transfers_not_allowed", refused),
    code(kOtherMode, refused),

    // An amount that is too much for what is left there tells of the object, not of the number.
    when(kOfAmount, "amount_too_large", {}, look_first, kPath),
    when(kOfAmount, "invalid_charge_amount", {}, look_first, kPath),
    when(kOfAmount, kPastAmount, {}, look_first, kPath),
    when(bit(Asked::refund), kNoCode, "amount", look_first, kPath),
    when(bit(Asked::capture), kNoCode, "amount_to_capture", look_first, kPath),

    // Parameters.
    code("amount_too_large", refused),
    code("amount_too_small", refused),
    code("charge_invalid_parameter", refused),
    code("email_invalid", refused),
    code("invalid_charge_amount", refused),
    code("invalid_characters", refused),
    code("invalid_tax_location", refused),
    code("parameter_invalid_empty", refused),
    code("parameter_invalid_integer", refused),
    code("parameter_invalid_string_blank", refused),
    code("parameter_invalid_string_empty", refused),
    code("parameter_missing", refused),
    code("parameter_unknown", refused),
    code("parameters_exclusive", refused),
    code("payment_intent_invalid_parameter", refused),
    code("postal_code_invalid", refused),
    code("setup_intent_invalid_parameter", refused),
    code("shipping_address_invalid", refused),
    code("shipping_calculation_failed", refused),
    code("tax_id_invalid", refused),
    code("tax_id_prohibited", refused),
    code("taxes_calculation_failed", refused),
    code("url_invalid", refused),

    // The object in our path has come further, or never came so far.
    code("capture_charge_authorization_expired", look_first, kPath),
    code("capture_unauthorized_payment", look_first, kPath),
    code("charge_already_captured", look_first, kPath),
    code("charge_already_refunded", look_first, kPath),
    code("charge_disputed", look_first, kPath),
    code("charge_expired_for_capture", look_first, kPath),
    code("charge_not_refundable", look_first, kPath),
    code("intent_invalid_state", look_first, kPath),
    code("payment_intent_action_required", look_first, kPath),
    code("payment_intent_fx_quote_invalid", look_first, kPath),
    code("payment_intent_payment_attempt_expired", look_first, kPath),
    code("payment_intent_payment_attempt_failed", look_first, kPath),
    code("payment_intent_unexpected_state", look_first, kPath),
    code("refund_disputed_payment", look_first, kPath),
    code("return_intent_already_processed", look_first, kPath),
    code("setup_attempt_failed", look_first, kPath),
    code("setup_intent_setup_attempt_expired", look_first, kPath),
    code("setup_intent_unexpected_state", look_first, kPath),
    code("status_transition_invalid", look_first, kPath),
    code(kEnded, look_first, kPath),
    code(kPageOver, look_first, kPath),

    // An invoice of its own making; there is no path of ours to one.
    code("invoice_no_customer_line_items", look_first),
    code("invoice_no_payment_method_types", look_first),
    code("invoice_no_subscription_line_items", look_first),
    code("invoice_not_editable", look_first),
    code("invoice_on_behalf_of_not_editable", look_first),
    code("invoice_upcoming_none", look_first),
    code("invoice_payment_intent_requires_action", refused, kMethod),
    code("subscription_payment_intent_requires_action", refused, kMethod),

    // Stripe's balance, or a limit of ours there.
    code("balance_insufficient", refused),
    code("balance_invalid_parameter", refused),
    code("insufficient_funds", refused),
    code("instant_payouts_config_disabled", refused),
    code("instant_payouts_currency_disabled", refused),
    code("instant_payouts_limit_exceeded", refused),
    code("instant_payouts_unsupported", refused),
    code("payout_reconciliation_not_ready", refused),
    code("payouts_limit_exceeded", refused),
    code("payouts_not_allowed", refused),
    code("transfer_source_balance_parameters_mismatch", refused),

    // An object that is not there. In our path, it is asked for by its own address.
    when(bit(Asked::attach), "resource_missing", "customer", refused, kCustomer),
    when(bit(Asked::attach), "resource_missing", {}, refused, kMethod),
    when(bit(Asked::detach), "resource_missing", {}, look_first, kMethod),
    when(kOfSubscription, "resource_missing", "subscription", look_first, kPath),
    when(kAny, "resource_missing", kNamed, refused),
    when(bit(Asked::create) | bit(Asked::create_customer) | bit(Asked::subscribe),
         "resource_missing", {}, refused),
    code("resource_missing", look_first, kPath),
    code("missing", refused, kMethod),

    // The customer.
    code("customer_max_payment_methods", refused, kCustomer),
    code("customer_max_subscriptions", refused, kCustomer),
    code("customer_session_expired", refused, kCustomer),
    code("customer_tax_location_invalid", refused, kCustomer),
    code("cardholder_phone_number_required", refused, kCustomer),
    code(kCurrencies, refused, kCustomer),

    // The price.
    code("coupon_expired", refused),
    code("out_of_inventory", refused, kPrice),
    code("product_inactive", refused, kPrice),
    code("sku_inactive", refused, kPrice),

    // The method that is to pay. What says no at once with a 402 was answered above.
    when(bit(Asked::attach), kNoCode, "customer", refused, kCustomer),
    when(bit(Asked::attach), kNoCode, {}, refused, kMethod),
    when(bit(Asked::detach), kNotAttached, {}, look_first, kMethod),
    code(kNotAttached, refused, kMethod),
    code(kUsedBefore, refused, kMethod),
    code(kOfAnother, refused, kMethod),
    code(kNoMethod, refused, kMethod),
    when(bit(Asked::detach), "payment_method_unexpected_state", {}, look_first, kMethod),
    code("acss_debit_session_incomplete", refused, kMethod),
    code("alipay_upgrade_required", refused, kMethod),
    code("authentication_required", refused, kMethod),
    code("bank_account_bad_routing_numbers", refused, kMethod),
    code("bank_account_declined", refused, kMethod),
    code("bank_account_exists", refused, kMethod),
    code("bank_account_restricted", refused, kMethod),
    code("bank_account_unusable", refused, kMethod),
    code("bank_account_unverified", refused, kMethod),
    code("bank_account_verification_failed", refused, kMethod),
    code("billing_invalid_mandate", refused, kMethod),
    code("bitcoin_upgrade_required", refused, kMethod),
    code("card_decline_rate_limit_exceeded", refused, kMethod),
    code("card_declined", refused, kMethod),
    code("charge_exceeds_source_limit", refused, kMethod),
    code("charge_exceeds_transaction_limit", refused, kMethod),
    code("charge_exceeds_weekly_limit", refused, kMethod),
    code("clearing_code_unsupported", refused, kMethod),
    code("debit_not_authorized", refused, kMethod),
    code("expired_card", refused, kMethod),
    code("gift_card_balance_insufficient", refused, kMethod),
    code("gift_card_code_exists", refused, kMethod),
    code("gift_card_inactive", refused, kMethod),
    code("incorrect_address", refused, kMethod),
    code("incorrect_cvc", refused, kMethod),
    code("incorrect_number", refused, kMethod),
    code("incorrect_zip", refused, kMethod),
    code("india_recurring_payment_mandate_canceled", refused, kMethod),
    code("intent_verification_method_missing", refused, kMethod),
    code("invalid_card_type", refused, kMethod),
    code("invalid_cvc", refused, kMethod),
    code("invalid_expiry_month", refused, kMethod),
    code("invalid_expiry_year", refused, kMethod),
    code("invalid_mandate_reference_prefix_format", refused, kMethod),
    code("invalid_number", refused, kMethod),
    code("invalid_source_usage", refused, kMethod),
    code("invalid_swipe_data", refused, kMethod),
    code("payment_intent_authentication_failure", look_first, kMethod),
    code("payment_intent_incompatible_payment_method", refused, kMethod),
    code("payment_intent_konbini_rejected_confirmation_number", refused, kMethod),
    code("payment_intent_mandate_invalid", refused, kMethod),
    code("payment_method_bank_account_already_verified", refused, kMethod),
    code("payment_method_bank_account_blocked", refused, kMethod),
    code("payment_method_billing_details_address_missing", refused, kMethod),
    code("payment_method_configuration_failures", refused, kMethod),
    code("payment_method_currency_mismatch", refused, kMethod),
    code("payment_method_customer_decline", refused, kMethod),
    code("payment_method_invalid_parameter", refused, kMethod),
    code("payment_method_invalid_parameter_testmode", refused, kMethod),
    code("payment_method_microdeposit_failed", refused, kMethod),
    code("payment_method_microdeposit_processing_error", refused, kMethod),
    code("payment_method_microdeposit_verification_amounts_invalid", refused, kMethod),
    code("payment_method_microdeposit_verification_amounts_mismatch", refused, kMethod),
    code("payment_method_microdeposit_verification_attempts_exceeded", refused, kMethod),
    code("payment_method_microdeposit_verification_descriptor_code_mismatch", refused, kMethod),
    code("payment_method_microdeposit_verification_timeout", refused, kMethod),
    code("payment_method_not_available", refused, kMethod),
    code("payment_method_provider_decline", refused, kMethod),
    code("payment_method_provider_timeout", look_first, kMethod),
    code("payment_method_unactivated", refused, kMethod),
    code("payment_method_unexpected_state", refused, kMethod),
    code("payment_method_unsupported_type", refused, kMethod),
    code("processing_error", look_first, kMethod),
    code("refer_to_customer", refused, kMethod),
    code("routing_number_invalid", refused, kMethod),
    code("sepa_unsupported_account", refused, kMethod),
    code("setup_intent_authentication_failure", look_first, kMethod),
    code("setup_intent_mandate_invalid", refused, kMethod),
    code("token_already_used", refused, kMethod),
    code("token_card_network_invalid", refused, kMethod),
    code("transaction_not_approved", refused, kMethod),

    // What no call of ours asks for.
    code("financial_connections_account_inactive", look_first),
    code("financial_connections_account_pending_account_numbers", look_first),
    code("financial_connections_no_successful_transaction_refresh", look_first),
    code("forwarding_api_inactive", look_first),
    code("forwarding_api_invalid_parameter", look_first),
    code("forwarding_api_retryable_upstream_error", look_first),
    code("forwarding_api_upstream_connection_error", look_first),
    code("forwarding_api_upstream_connection_timeout", look_first),
    code("forwarding_api_upstream_error", look_first),
    code("order_creation_failed", look_first),
    code("order_required_settings", look_first),
    code("order_status_invalid", look_first),
    code("order_upstream_timeout", look_first),
    code("shipping_address_unsupported", look_first),
    code("terminal_location_country_unsupported", look_first),
    code("terminal_reader_busy", look_first),
    code("terminal_reader_hardware_fault", look_first),
    code("terminal_reader_invalid_location_for_activation", look_first),
    code("terminal_reader_invalid_location_for_payment", look_first),
    code("terminal_reader_offline", look_first),
    code("terminal_reader_timeout", look_first),
    code("upstream_order_creation_failed", look_first),
});

struct Named {
  std::string_view parameter;
  Culprit culprit;
};
constexpr auto kParameters = std::to_array<Named>({
    {"payment_method", kMethod},
    {"default_payment_method", kMethod},
    {"source", kMethod},
    {"default_source", kMethod},
    {"customer", kCustomer},
    {"price", kPrice},
    {"plan", kPrice},
    {"items[0][price]", kPrice},
    {"items[0][plan]", kPrice},
    {"line_items[0][price]", kPrice},
    {"subscription_details[items][0][price]", kPrice},
    {"subscription", Culprit::subscription},
});

// Stripe names a part of a parameter too: `payment_method_data[card]`, `items[0][price][id]`.
Culprit culprit_named(std::string_view parameter) {
  for (const auto& row : kParameters)
    if (parameter == row.parameter ||
        (parameter.starts_with(row.parameter) && parameter[row.parameter.size()] == '['))
      return row.culprit;
  return parameter.starts_with("payment_method_data") ? kMethod : Culprit::nothing;
}

// By the words where Stripe has no code for it, or one that says less than they do.
std::string_view code_of(const StripeError& error) {
  if (!error.code.empty() && error.code != "resource_missing") return error.code;
  for (const auto& row : kWords)
    if (error.message.find(row.words) != std::string::npos) return row.code;
  return error.code.empty() ? kNoCode : std::string_view(error.code);
}

bool fits(std::string_view param, const StripeError& error) {
  if (param == kNamed) return culprit_named(error.parameter) != Culprit::nothing;
  return param.empty() || param == error.parameter;
}

bool fits(const Row& row, Asked asked, const StripeError& error, std::string_view code) {
  return (row.asked & bit(asked)) != 0 && (row.status == 0 || row.status == error.status) &&
         (row.type.empty() || row.type == error.type) && (row.code.empty() || row.code == code) &&
         fits(row.param, error);
}

// Of what the table does not know: without a code, one that names a parameter is about that.
// Every other may be about the object, as codes that are new are.
Meaning meaning_of_rest(const StripeError& error) {
  return error.code.empty() && !error.parameter.empty() ? refused : look_first;
}

}  // namespace

Verdict judge(Asked asked, const StripeError& error) {
  const bool own = std::ranges::find(kOwnTypes, error.type) != kOwnTypes.end();
  if (error.status < 400 || error.status > 499 || !own) return {};
  const auto code = code_of(error);
  Verdict verdict;
  const auto* row = std::ranges::find_if(
      kTable, [&](const Row& candidate) { return fits(candidate, asked, error, code); });
  verdict.meaning = row != kTable.end() ? row->meaning : meaning_of_rest(error);
  if (verdict.meaning == unknown || verdict.meaning == declined) return verdict;
  if (row != kTable.end()) verdict.culprit = row->culprit;
  if (verdict.culprit == Culprit::nothing) verdict.culprit = culprit_named(error.parameter);
  verdict.gone = code == "resource_missing" && verdict.culprit != Culprit::nothing;
  return verdict;
}

}  // namespace cobro::gateways::stripe
