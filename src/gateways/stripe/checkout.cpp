#include "gateways/stripe/checkout.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "gateways/stripe/redact.h"
#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

using domain::CheckoutStatus;
using domain::GatewayPayment;
using domain::GatewayRequest;
using domain::RemoteState;
using wire::FormFields;
using wire::Json;

constexpr std::string_view kExpandIntent = "payment_intent.latest_charge";
// Stripe takes 24 hours at most, by its clock: so much earlier than our own session it ends.
constexpr base::Duration kEarlier = std::chrono::minutes(5);

FormFields fields_of(const ports::CheckoutPage& page, std::string_view mode) {
  const auto until = page.expires_at - kEarlier;
  return {{"mode", std::string(mode)},
          {"success_url", page.success_url},
          {"cancel_url", page.cancel_url},
          {"expires_at", std::to_string(until.unix_seconds())}};
}

void add_ours(FormFields& fields, std::string_view of, std::string_view name,
              const std::string& value) {
  fields.emplace_back(fmt::format("metadata[{}]", name), value);
  fields.emplace_back(fmt::format("{}[metadata][{}]", of, name), value);
}

std::optional<CheckoutStatus> status_of(const Json& session) {
  const std::string status = session.string_at({"status"}).value_or("");
  if (status == "open") return CheckoutStatus::open;
  if (status == "complete") return CheckoutStatus::complete;
  if (status == "expired") return CheckoutStatus::expired;
  return std::nullopt;
}

std::optional<std::string> url_of(const Json& session) {
  auto url = session.string_at({"url"});
  return url && is_web_url(*url) ? url : std::nullopt;
}

bool is_paid_or_under_way(RemoteState state) {
  return state == RemoteState::succeeded || state == RemoteState::authorized ||
         state == RemoteState::processing;
}

// Without an intent, as far as the session tells.
GatewayPayment snapshot_of(const Json& session, std::optional<CheckoutStatus> status) {
  GatewayPayment snapshot;
  snapshot.state = status == CheckoutStatus::open      ? RemoteState::requires_action
                   : status == CheckoutStatus::expired ? RemoteState::cancelled
                                                       : RemoteState::unrecognized;
  snapshot.gateway_payment_id = id_at(session, "payment_intent");
  snapshot.amount = money_at(session, "amount_total");
  snapshot.our_call = metadata_id<domain::CallId>(session, "cobro_attempt");
  snapshot.redacted = redacted_checkout(session);
  return snapshot;
}

}  // namespace

GatewayRequest build_payment_page(const ports::CheckoutPage& page, const domain::Payment& payment,
                                  domain::CallId call, std::int64_t amount) {
  constexpr std::string_view kOf = "payment_intent_data";
  const bool named = payment.description && !payment.description->empty();
  FormFields fields = fields_of(page, "payment");
  if (payment.gateway_customer_id) fields.emplace_back("customer", *payment.gateway_customer_id);
  fields.emplace_back("line_items[0][quantity]", "1");
  fields.emplace_back("line_items[0][price_data][currency]",
                      base::to_lower(payment.amount.currency().code()));
  fields.emplace_back("line_items[0][price_data][unit_amount]", std::to_string(amount));
  fields.emplace_back("line_items[0][price_data][product_data][name]",
                      named ? *payment.description : fmt::format("Payment {}", payment.number));
  if (named) fields.emplace_back("payment_intent_data[description]", *payment.description);
  if (payment.capture_method == domain::CaptureMethod::manual)
    fields.emplace_back("payment_intent_data[capture_method]", "manual");
  add_ours(fields, kOf, "cobro_payment", payment.id.to_string());
  add_ours(fields, kOf, "cobro_attempt", call.to_string());
  fields.emplace_back("expand[]", kExpandIntent);
  return post(std::string(kCheckoutSessions), fields);
}

GatewayRequest build_subscription_page(const ports::CreateSubscriptionCommand& command,
                                       domain::CallId call) {
  constexpr std::string_view kOf = "subscription_data";
  FormFields fields = fields_of(command.page.value(), "subscription");
  fields.emplace_back("customer", command.gateway_customer_id);
  fields.emplace_back("line_items[0][price]", command.gateway_price_id);
  fields.emplace_back("line_items[0][quantity]", "1");
  if (command.trial_days > 0)
    fields.emplace_back("subscription_data[trial_period_days]", std::to_string(command.trial_days));
  add_ours(fields, kOf, "cobro_subscription", command.subscription.to_string());
  add_ours(fields, kOf, "cobro_errand", call.to_string());
  return post(std::string(kCheckoutSessions), fields);
}

GatewayRequest expire_page(const std::string& gateway_checkout_id) {
  return post(path_of(kCheckoutSessions, gateway_checkout_id, "/expire"),
              {{"expand[]", std::string(kExpandIntent)}});
}

GatewayRequest fetch_page(const std::string& gateway_checkout_id) {
  return get(path_of(kCheckoutSessions, gateway_checkout_id,
                     "?expand%5B%5D=payment_intent.latest_charge"));
}

GatewayRequest list_pages(const std::optional<std::string>& customer, base::Timestamp from,
                          base::Timestamp to) {
  std::string query = fmt::format("{}?", kCheckoutSessions);
  if (customer) query += fmt::format("customer={}&", wire::percent_encode(*customer));
  return get(query + created_between(from, to) + "&expand%5B%5D=data.payment_intent");
}

bool is_about_pages(const GatewayRequest& request) {
  return request.path.starts_with(kCheckoutSessions);
}

std::optional<GatewayPayment> read_payment_page(const Json& session) {
  auto id = id_at(session, "id");
  const auto status = status_of(session);
  if (!is_object_of_type(session, "checkout.session") || !id) return std::nullopt;
  const Json* intent = object_at(session, "payment_intent");
  auto snapshot = intent != nullptr ? read_payment(*intent) : snapshot_of(session, status);
  if (!snapshot) return std::nullopt;
  const bool unpaid = !is_paid_or_under_way(snapshot->state);
  if (status == CheckoutStatus::expired && unpaid) snapshot->state = RemoteState::cancelled;
  // What there is to do, is done on the page.
  const bool to_act = snapshot->state == RemoteState::requires_action ||
                      snapshot->state == RemoteState::unconfirmed;
  if (status == CheckoutStatus::open && to_act) {
    snapshot->state = RemoteState::requires_action;
    snapshot->next_action = {"redirect_to_url", url_of(session), std::nullopt};
  }
  snapshot->gateway_checkout_id = std::move(*id);
  snapshot->client_secret.reset();  // the page's own
  snapshot->our_payment = our_payment(session);
  return snapshot;
}

std::optional<domain::GatewayCheckout> read_page(const Json& session) {
  auto id = id_at(session, "id");
  if (!is_object_of_type(session, "checkout.session") || !id) return std::nullopt;
  return domain::GatewayCheckout{
      .gateway_checkout_id = std::move(*id),
      .status = status_of(session),
      .url = url_of(session),
      .gateway_subscription_id = id_at(session, "subscription"),
      .our_subscription = metadata_id<domain::SubscriptionId>(session, "cobro_subscription")};
}

}  // namespace cobro::gateways::stripe
