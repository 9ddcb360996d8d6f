// Commands to requests. Every body is the bytes that will be sent again and again, so the
// order of the fields is fixed.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "gateways/stripe/accounts.h"
#include "gateways/stripe/amounts.h"
#include "gateways/stripe/checkout.h"
#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/stripe.h"
#include "wire/form.h"

namespace cobro::gateways {
namespace {

using domain::GatewayRequest;
using domain::Payment;
using domain::Refusal;
using stripe::get;
using stripe::post;
using wire::FormFields;

template <class T>
using Built = base::Result<T, Refusal>;

constexpr std::string_view kExpandCharge = "latest_charge";
// Half of the 24 hours that Stripe promises, for its clock and ours.
constexpr auto kKeyWindow = std::chrono::hours{12};

const std::string& gateway_id(const Payment& payment) {
  COBRO_CHECK(payment.gateway_payment_id && stripe::is_id(*payment.gateway_payment_id));
  return *payment.gateway_payment_id;
}

std::string intent_path(const Payment& payment, std::string_view action) {
  return fmt::format("/v1/payment_intents/{}{}", gateway_id(payment), action);
}

// Until it was paid there, the page stands for the intent: Stripe lets nobody else touch that.
bool is_on_page(const Payment& payment) {
  using enum domain::PaymentState;
  const bool over =
      payment.state == authorized || payment.state == succeeded || payment.state == cancelled;
  return payment.gateway_checkout_id && !(over && payment.gateway_payment_id);
}

void add_ours(FormFields& fields, const Payment& payment, domain::CallId call) {
  fields.emplace_back("metadata[cobro_payment]", payment.id.to_string());
  fields.emplace_back("metadata[cobro_attempt]", call.to_string());
}

// A `customer` cannot be given here: an intent keeps the one that it was made with.
GatewayRequest confirm_existing(const ports::ConfirmCommand& command, const Payment& payment) {
  FormFields fields;
  if (command.payment_method) fields.emplace_back("payment_method", *command.payment_method);
  if (command.return_url) fields.emplace_back("return_url", *command.return_url);
  fields.emplace_back("expand[]", kExpandCharge);
  return post(intent_path(payment, "/confirm"), fields);
}

// What a new intent is made of, the command's word before the payment's.
struct Making {
  bool confirm = false;
  std::optional<std::string> customer;
  std::optional<std::string> method;
  std::optional<std::string> return_url;
};

FormFields fields_of(const Making& making, const Payment& payment, std::int64_t amount) {
  const bool manual = payment.capture_method == domain::CaptureMethod::manual;
  FormFields fields{{"amount", std::to_string(amount)},
                    {"currency", base::to_lower(payment.amount.currency().code())}};
  if (making.confirm) fields.emplace_back("confirm", "true");
  if (making.customer) fields.emplace_back("customer", *making.customer);
  if (making.method) fields.emplace_back("payment_method", *making.method);
  fields.emplace_back("capture_method", manual ? "manual" : "automatic");
  fields.emplace_back("automatic_payment_methods[enabled]", "true");
  fields.emplace_back("automatic_payment_methods[allow_redirects]", "never");
  if (making.return_url) fields.emplace_back("return_url", *making.return_url);
  return fields;
}

GatewayRequest create_intent(const Making& making, const Payment& payment, domain::CallId call,
                             std::int64_t amount) {
  FormFields fields = fields_of(making, payment, amount);
  if (payment.description && !payment.description->empty())
    fields.emplace_back("description", *payment.description);
  add_ours(fields, payment, call);
  if (payment.order_id) fields.emplace_back("metadata[cobro_order]", payment.order_id->to_string());
  fields.emplace_back("expand[]", kExpandCharge);
  return post("/v1/payment_intents", fields);
}

// Stripe's own three reasons pass as such; any other text goes along as metadata.
std::pair<std::string, std::string> reason_field(std::string_view reason) {
  constexpr auto kKnown =
      std::to_array<std::string_view>({"duplicate", "fraudulent", "requested_by_customer"});
  if (reason == "customer_request") return {"reason", "requested_by_customer"};
  for (const auto known : kKnown)
    if (reason == known) return {"reason", std::string(reason)};
  return {"metadata[reason]", std::string(reason)};
}

// Builds the request of one kind of command each.
struct Builder {
  const Payment& payment;
  domain::CallId call;
  std::int64_t maximum;

  Built<GatewayRequest> operator()(const ports::CreateCommand& command) const {
    COBRO_CHECK(!domain::exists_at_gateway(payment));
    COBRO_TRY_INTO(const auto amount,
                   stripe::to_stripe(payment.amount, stripe::Bounds::charge, maximum));
    if (command.page) return stripe::build_payment_page(*command.page, payment, call, amount);
    const Making making{false, payment.gateway_customer_id, payment.gateway_payment_method_id, {}};
    return create_intent(making, payment, call, amount);
  }

  Built<GatewayRequest> operator()(const ports::ConfirmCommand& command) const {
    COBRO_CHECK(!is_on_page(payment));
    COBRO_TRY_INTO(const auto amount,
                   stripe::to_stripe(payment.amount, stripe::Bounds::charge, maximum));
    if (payment.gateway_payment_id) return confirm_existing(command, payment);
    const Making making{
        true, command.customer ? command.customer : payment.gateway_customer_id,
        command.payment_method ? command.payment_method : payment.gateway_payment_method_id,
        command.return_url};
    return create_intent(making, payment, call, amount);
  }

  Built<GatewayRequest> operator()(const ports::CaptureCommand& command) const {
    COBRO_TRY_INTO(const auto amount,
                   stripe::to_stripe(command.amount, stripe::Bounds::none, maximum));
    return post(intent_path(payment, "/capture"), {{"amount_to_capture", std::to_string(amount)},
                                                   {"expand[]", std::string(kExpandCharge)}});
  }

  Built<GatewayRequest> operator()(const ports::CancelCommand&) const {
    if (is_on_page(payment)) return stripe::expire_page(*payment.gateway_checkout_id);
    return post(intent_path(payment, "/cancel"), {{"cancellation_reason", "requested_by_customer"},
                                                  {"expand[]", std::string(kExpandCharge)}});
  }

  Built<GatewayRequest> operator()(const ports::RefundCommand& command) const {
    COBRO_TRY_INTO(const auto amount,
                   stripe::to_stripe(command.amount, stripe::Bounds::none, maximum));
    FormFields fields{{"payment_intent", gateway_id(payment)}, {"amount", std::to_string(amount)}};
    if (!command.reason.empty()) fields.push_back(reason_field(command.reason));
    add_ours(fields, payment, call);
    fields.emplace_back("metadata[cobro_refund]", command.refund_id.to_string());
    return post("/v1/refunds", fields);
  }
};

}  // namespace

Stripe::Stripe(StripeSettings settings)
    : settings_(std::move(settings)), billing_(stripe::is_live_key(settings_.secret_key.reveal())) {
  while (settings_.api_base.ends_with('/')) settings_.api_base.pop_back();
}

domain::GatewayName Stripe::name() const {
  return domain::GatewayName::stripe;
}

const ports::Capabilities& Stripe::capabilities() const {
  static constexpr ports::Capabilities kCapabilities{
      .remote = true, .capture_later = true, .partial_refund = true, .key_window = kKeyWindow};
  return kCapabilities;
}

const ports::SavedMethods* Stripe::saved_methods() const {
  return &billing_;
}

const ports::GatewaySubscriptions* Stripe::subscriptions() const {
  return &billing_;
}

const ports::AccessTokens* Stripe::access_tokens() const {
  return nullptr;
}

std::optional<Refusal> Stripe::check_amount(domain::Money amount) const {
  auto integer = stripe::to_stripe(amount, stripe::Bounds::charge, settings_.maximum_minor);
  if (integer) return std::nullopt;
  return std::move(integer).error();
}

Built<GatewayRequest> Stripe::build(const ports::PaymentCommand& command, const Payment& payment,
                                    domain::CallId call) const {
  return std::visit(Builder{payment, call, settings_.maximum_minor}, command);
}

// Brackets in a query are percent-encoded: RFC 3986 has no place for them there.
GatewayRequest Stripe::look_up_payment(const Payment& payment, base::Timestamp from,
                                       base::Timestamp to, bool on_page) const {
  if (is_on_page(payment)) return stripe::fetch_page(*payment.gateway_checkout_id);
  if (!payment.gateway_payment_id && on_page)
    return stripe::list_pages(payment.gateway_customer_id, from, to);
  if (payment.gateway_payment_id) return get(intent_path(payment, "?expand%5B%5D=latest_charge"));
  return get("/v1/payment_intents?" + stripe::created_between(from, to));
}

GatewayRequest Stripe::look_up_refunds(const Payment& payment) const {
  return get(fmt::format("/v1/refunds?payment_intent={}&limit=100", gateway_id(payment)));
}

ports::HttpRequest Stripe::to_http(const GatewayRequest& request,
                                   std::optional<std::string_view> key, base::Duration timeout,
                                   const base::Secret*) const {
  ports::HttpRequest http;
  http.method = request.method;
  http.url = settings_.api_base + request.path;
  http.headers = {{"Authorization", fmt::format("Bearer {}", settings_.secret_key.reveal())},
                  {"Stripe-Version", request.version},
                  {"Accept", "application/json"}};
  if (request.method == "POST")
    http.headers.add("Content-Type", "application/x-www-form-urlencoded");
  // Of any other method Stripe ignores it.
  if (key && request.method == "POST") http.headers.add("Idempotency-Key", std::string(*key));
  http.body = request.body;
  http.timeout = timeout;
  return http;
}

}  // namespace cobro::gateways
