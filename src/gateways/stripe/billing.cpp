#include "gateways/stripe/billing.h"

#include <fmt/format.h>

#include "base/check.h"
#include "gateways/stripe/accounts.h"
#include "gateways/stripe/checkout.h"
#include "gateways/stripe/customers.h"
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/news.h"
#include "gateways/stripe/prices.h"
#include "gateways/stripe/requests.h"
#include "gateways/stripe/subscriptions.h"
#include "wire/form.h"

namespace cobro::gateways {
namespace {

using domain::GatewayRequest;
using domain::Operation;
using domain::Refusal;
using wire::Json;

using Built = base::Result<GatewayRequest, Refusal>;

std::optional<Refusal> check_method(const std::string& id) {
  if (stripe::is_id(id)) return std::nullopt;
  const std::string message = "this is no payment method of Stripe's";
  return Refusal{
      .code = domain::RefusalCode::validation_failed,
      .message = message,
      .details = {{.field = "payment_method_id", .code = "invalid", .message = message}}};
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

template <class News>
std::optional<News> read_answer(const ports::HttpResponse& response,
                                std::optional<News> (*read)(const Json&)) {
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

std::optional<domain::SubscriptionNews> StripeBilling::parse_subscription(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_subscription);
}

GatewayRequest StripeBilling::fetch_checkout(const std::string& gateway_checkout_id) const {
  return stripe::fetch_page(gateway_checkout_id);
}

std::optional<domain::CheckoutNews> StripeBilling::parse_checkout(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_page);
}

// Four names deep, `data` included: as deep as Stripe goes.
GatewayRequest StripeBilling::fetch_invoice(const std::string& gateway_invoice_id) const {
  return stripe::get(stripe::path_of("/v1/invoices", gateway_invoice_id,
                                     "?expand%5B%5D=payments.data.payment.payment_intent"));
}

std::optional<domain::InvoiceNews> StripeBilling::parse_invoice(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_invoice);
}

GatewayRequest StripeBilling::fetch_price(const std::string& gateway_price_id) const {
  return stripe::get("/v1/prices/" + wire::percent_encode(gateway_price_id));
}

std::optional<domain::PriceNews> StripeBilling::parse_price(
    const ports::HttpResponse& response) const {
  return read_answer(response, stripe::read_price);
}

}  // namespace cobro::gateways
