#include "gateways/stripe/billing.h"

#include <fmt/format.h>

#include "base/check.h"
#include "gateways/stripe/accounts.h"
#include "gateways/stripe/checkout.h"
#include "gateways/stripe/customers.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/subscriptions.h"
#include "wire/form.h"
#include "wire/json.h"

namespace cobro::gateways {
namespace {

using domain::GatewayRequest;
using domain::Operation;
using domain::Refusal;
using wire::Json;

using Built = base::Result<GatewayRequest, Refusal>;

Refusal wrong_field(std::string field, std::string code, std::string message) {
  return {.code = domain::RefusalCode::validation_failed,
          .message = message,
          .details = {{.field = std::move(field), .code = std::move(code), .message = message}}};
}

std::optional<Refusal> check_method(const std::string& id) {
  if (stripe::is_id(id)) return std::nullopt;
  return wrong_field("payment_method_id", "invalid", "this is no payment method of Stripe's");
}

// What no moment is read as is named by the parameter alone.
bool is_about_date(const ports::HttpResponse& response, std::string_view message) {
  const auto body = wire::parse_json(response.body);
  const auto param = body ? body->string_at({"error", "param"}) : std::nullopt;
  return message.contains("proration_date") || (param && param->contains("proration_date"));
}

Refusal no_preview() {
  return {.code = domain::RefusalCode::gateway_busy,
          .message = "The payment gateway did not say the price.",
          .retry_after_s = 2};
}

// Asking again would say the same.
Refusal no_whole_amount(const std::string& told) {
  return {.code = domain::RefusalCode::currency_not_supported,
          .message = fmt::format("The payment gateway says that a part of the change costs {}, "
                                 "which is no whole amount of that currency; nothing was done.",
                                 told)};
}

// Builds the request of one kind of command each.
struct Builder {
  domain::CallId call;

  Built operator()(const ports::AttachMethodCommand& command) const {
    if (auto refusal = check_method(command.gateway_payment_method_id))
      return std::unexpected(std::move(*refusal));
    return stripe::build(command);
  }
  Built operator()(const ports::CreateSubscriptionCommand& command) const {
    return command.page ? stripe::build_subscription_page(command, call)
                        : stripe::build(command, call);
  }
  Built operator()(const ports::EndPageCommand& command) const {
    return stripe::expire_page(command.gateway_checkout_id);
  }
  Built operator()(const auto& command) const { return stripe::build(command); }
};

std::string subscription_query(const std::optional<std::string>& customer, base::Timestamp from,
                               base::Timestamp to) {
  std::string query = "/v1/subscriptions?";
  if (customer) query += fmt::format("customer={}&", wire::percent_encode(*customer));
  return query + "status=all&" + stripe::created_between(from, to) + "&" +
         stripe::expansions_in_query("data.");
}

template <class Snapshot>
std::optional<Snapshot> read_answer(const ports::HttpResponse& response,
                                    std::optional<Snapshot> (*read)(const Json&)) {
  if (!stripe::is_success(response.status)) return std::nullopt;
  const auto body = wire::parse_json(response.body);
  return body ? read(*body) : std::nullopt;
}

}  // namespace

Built StripeBilling::build(const ports::MethodCommand& command, domain::CallId call) const {
  return std::visit(Builder{call}, command);
}

Built StripeBilling::build(const ports::SubscriptionCommand& command, domain::CallId call) const {
  return std::visit(Builder{call}, command);
}

GatewayRequest StripeBilling::look_up(const domain::GatewayCall& call,
                                      const std::optional<std::string>& gateway_id,
                                      base::Timestamp from, base::Timestamp to) const {
  if (call.operation == Operation::create_subscription)
    return call.on_page ? stripe::list_pages(gateway_id, from, to)
                        : stripe::get(subscription_query(gateway_id, from, to));
  if (call.operation == Operation::create_customer && !gateway_id)
    return stripe::get("/v1/customers?" + stripe::created_between(from, to));
  if (call.operation == Operation::pay_invoice) return fetch_invoice(call.target.value());
  COBRO_CHECK(gateway_id);
  switch (domain::subject_of(call.operation)) {
    case domain::CallSubject::customer:
      return stripe::get(stripe::path_of("/v1/customers", *gateway_id));
    case domain::CallSubject::payment_method:
      return stripe::get(stripe::path_of("/v1/payment_methods", *gateway_id));
    case domain::CallSubject::payment:
    case domain::CallSubject::subscription:
      break;
  }
  return call.on_page ? fetch_checkout(*gateway_id) : fetch_subscription(*gateway_id);
}

GatewayRequest StripeBilling::fetch_account() const {
  return stripe::get("/v1/account");
}

std::optional<domain::GatewayAccount> StripeBilling::parse_account(
    const ports::HttpResponse& response) const {
  auto account = read_answer(response, stripe::read_account);
  if (account) account->live = live_;
  return account;
}

GatewayRequest StripeBilling::fetch_subscription(const std::string& gateway_subscription_id) const {
  return stripe::get(stripe::path_of("/v1/subscriptions", gateway_subscription_id, "?") +
                     stripe::expansions_in_query());
}

std::optional<domain::GatewaySubscription> StripeBilling::parse_subscription(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_subscription);
}

GatewayRequest StripeBilling::fetch_checkout(const std::string& gateway_checkout_id) const {
  return stripe::fetch_page(gateway_checkout_id);
}

std::optional<domain::GatewayCheckout> StripeBilling::parse_checkout(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_page);
}

// Four names deep, `data` included: as deep as Stripe goes.
GatewayRequest StripeBilling::fetch_invoice(const std::string& gateway_invoice_id) const {
  return stripe::get(stripe::path_of("/v1/invoices", gateway_invoice_id,
                                     "?expand%5B%5D=payments.data.payment.payment_intent"));
}

std::optional<domain::GatewayInvoice> StripeBilling::parse_invoice(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_invoice);
}

GatewayRequest StripeBilling::preview(const ports::ChangePlanCommand& change) const {
  return stripe::preview_of(change);
}

base::Result<domain::GatewayPreview, Refusal> StripeBilling::parse_preview(
    const ports::HttpResponse& response) const {
  if (auto preview = read_answer(response, stripe::read_preview)) return *std::move(preview);
  if (const auto told = read_answer(response, stripe::unread_line_of))
    return std::unexpected(no_whole_amount(*told));
  if (response.status < 400 || response.status > 499) return std::unexpected(no_preview());
  const auto refused = stripe::read_error(Operation::change_plan, response);
  if (refused.kind != ports::AnswerKind::not_executed || refused.busy)
    return std::unexpected(no_preview());
  if (refused.fault == ports::Fault::price)
    return std::unexpected(
        wrong_field("price_id", "unknown", "is no price that can be subscribed to"));
  if (is_about_date(response, refused.message))
    return std::unexpected(wrong_field("proration_date", "out_of_range",
                                       "must be a moment of the running billing period"));
  return std::unexpected(
      Refusal{.code = domain::RefusalCode::gateway_refused,
              .message = "The payment gateway refused to say what the change costs; nothing was "
                         "done."});
}

}  // namespace cobro::gateways
