#include "gateways/stripe/subscriptions.h"

#include <array>

#include <fmt/format.h>

#include "gateways/stripe/requests.h"

namespace cobro::gateways::stripe {
namespace {

using domain::GatewayRequest;
using wire::FormFields;

constexpr std::string_view kCollection = "/v1/subscriptions";
constexpr std::string_view kProration = "create_prorations";
constexpr auto kExpansions = std::to_array<std::string_view>(
    {"latest_invoice.payments", "latest_invoice.confirmation_secret", "pending_setup_intent"});

void add_expansions(FormFields& fields) {
  for (const auto path : kExpansions) fields.emplace_back("expand[]", path);
}

GatewayRequest change(const std::string& id, FormFields fields) {
  add_expansions(fields);
  return post(path_of(kCollection, id), fields);
}

}  // namespace

GatewayRequest build(const ports::CreateSubscriptionCommand& command, domain::CallId call) {
  FormFields fields{{"customer", command.gateway_customer_id},
                    {"items[0][price]", command.gateway_price_id}};
  if (command.gateway_payment_method_id) {
    fields.emplace_back("default_payment_method", *command.gateway_payment_method_id);
    fields.emplace_back("payment_behavior", "allow_incomplete");
  } else {
    fields.emplace_back("payment_behavior", "default_incomplete");
    fields.emplace_back("payment_settings[save_default_payment_method]", "on_subscription");
  }
  if (command.trial_days > 0)
    fields.emplace_back("trial_period_days", std::to_string(command.trial_days));
  fields.emplace_back("metadata[cobro_subscription]", command.subscription.to_string());
  fields.emplace_back("metadata[cobro_errand]", call.to_string());
  add_expansions(fields);
  return post(std::string(kCollection), fields);
}

GatewayRequest build(const ports::EndAtPeriodEndCommand& command) {
  return change(command.gateway_subscription_id, {{"cancel_at_period_end", "true"}});
}

GatewayRequest build(const ports::EndNowCommand& command) {
  return delete_(path_of(kCollection, command.gateway_subscription_id));
}

GatewayRequest build(const ports::ResumeCommand& command) {
  return command.on_a_day
             ? change(command.gateway_subscription_id, {{"cancel_at", ""}})
             : change(command.gateway_subscription_id, {{"cancel_at_period_end", "false"}});
}

// A change that is to be paid at once and is not paid does not happen.
GatewayRequest build(const ports::ChangePlanCommand& command) {
  return change(command.gateway_subscription_id,
                {{"items[0][id]", command.gateway_item_id},
                 {"items[0][price]", command.gateway_price_id},
                 {"proration_behavior", std::string(kProration)},
                 {"proration_date", std::to_string(command.at.unix_seconds())},
                 {"payment_behavior", "error_if_incomplete"}});
}

// With the same terms as the change.
GatewayRequest preview_of(const ports::ChangePlanCommand& command) {
  return post(
      "/v1/invoices/create_preview",
      {{"subscription", command.gateway_subscription_id},
       {"subscription_details[items][0][id]", command.gateway_item_id},
       {"subscription_details[items][0][price]", command.gateway_price_id},
       {"subscription_details[proration_behavior]", std::string(kProration)},
       {"subscription_details[proration_date]", std::to_string(command.at.unix_seconds())}});
}

GatewayRequest build(const ports::SetMethodCommand& command) {
  return change(command.gateway_subscription_id,
                {{"default_payment_method", command.gateway_payment_method_id}});
}

// With what its subscription is paid with.
GatewayRequest build(const ports::PayInvoiceCommand& command) {
  return post(path_of("/v1/invoices", command.gateway_invoice_id, "/pay"),
              {{"expand[]", "payments.data.payment.payment_intent"}});
}

std::string expansions_in_query(std::string_view prefix) {
  std::string query;
  for (const auto path : kExpansions) {
    if (!query.empty()) query += '&';
    query += fmt::format("expand%5B%5D={}{}", prefix, path);
  }
  return query;
}

}  // namespace cobro::gateways::stripe
