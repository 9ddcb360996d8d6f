// Stripe, by its Payment Intents API: requests are form-encoded, answers are JSON, amounts
// are integers in Stripe's own reading of a currency's minor unit (amounts.h).
//
// How answers are judged (errors.h has the table): declined, only a card error with 402;
// not executed, only what Stripe documents as refused before anything was done; accepted,
// only a readable object in a state that the operation leads to; all else is unknown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/secret.h"
#include "gateways/stripe/billing.h"
#include "ports/gateway_lists.h"

namespace cobro::gateways {

struct StripeSettings {
  std::string api_base = "https://api.stripe.com";
  base::Secret secret_key = {};                    // sk_…
  std::vector<base::Secret> webhook_secrets = {};  // whsec_…, used whole; any of them may sign
  std::int64_t maximum_minor = 99'999'999;         // in Stripe's integers: its documented 8 digits
};

class Stripe final : public ports::Gateway, public ports::GatewayLists {
 public:
  explicit Stripe(StripeSettings settings);

  // Takes other secrets from the next webhook on.
  void use_webhook_secrets(std::vector<base::Secret> secrets) {
    settings_.webhook_secrets = std::move(secrets);
  }

  [[nodiscard]] domain::GatewayName name() const override;
  [[nodiscard]] const ports::Capabilities& capabilities() const override;
  [[nodiscard]] const ports::SavedMethods* saved_methods() const override;
  [[nodiscard]] const ports::GatewaySubscriptions* subscriptions() const override;
  [[nodiscard]] const ports::GatewayLists* lists_of_everything() const override;
  [[nodiscard]] std::optional<domain::Refusal> check_amount(domain::Money amount) const override;

  // A capture, cancel or refund of a payment without a gateway id is a Bug, and so is making a
  // second object. A confirmation's `customer` counts only when it makes the object: Stripe
  // takes none at a confirmation, and refuses the method of a customer for an intent without
  // one. So an object that may be paid with a saved method is made with its customer.
  [[nodiscard]] base::Result<domain::GatewayRequest, domain::Refusal> build(
      const ports::PaymentCommand& command, const domain::Payment& payment,
      domain::CallId call) const override;
  // An unknown answer may carry `payment` or `refund` all the same; it shows what was read and
  // proves nothing.
  [[nodiscard]] ports::GatewayAnswer parse(domain::Operation operation,
                                           const ports::HttpResponse& response) const override;

  // Lists with a minute of slack on each side: `created` is Stripe's clock, not ours.
  [[nodiscard]] domain::GatewayRequest look_up_payment(const domain::Payment& payment,
                                                       base::Timestamp from, base::Timestamp to,
                                                       bool on_page) const override;
  [[nodiscard]] domain::GatewayRequest look_up_refunds(
      const domain::Payment& payment) const override;
  // A page with one unreadable item is not understood: it may be the one that counts. Nor is
  // a 404 for an id: what existed does not vanish, so the key or the account is wrong.
  [[nodiscard]] ports::LookUpAnswer parse_look_up(
      const domain::GatewayRequest& request, const ports::HttpResponse& response) const override;

  [[nodiscard]] const ports::AccessTokens* access_tokens() const override;  // null
  [[nodiscard]] ports::HttpRequest to_http(const domain::GatewayRequest& request,
                                           std::optional<std::string_view> key,
                                           base::Duration timeout,
                                           const base::Secret* token) const override;

  [[nodiscard]] std::optional<domain::GatewayRequest> webhook_keys(
      const ports::WebhookRequest& request) const override;  // nothing
  [[nodiscard]] base::Result<ports::GatewayEvent, ports::WebhookRefusal> verify(
      const ports::WebhookRequest& request, const ports::HttpResponse* keys,
      base::Timestamp now) const override;
  [[nodiscard]] base::Result<ports::GatewayEvent, ports::WebhookRefusal> read_event(
      const ports::WebhookRequest& request) const override;

  // Pages come newest first, and what cannot be read on one is passed over. Events reach back
  // 30 days.
  [[nodiscard]] std::span<const ports::GatewayList> lists() const override;
  [[nodiscard]] domain::GatewayRequest list_page(
      ports::GatewayList list, base::Timestamp from,
      const std::optional<std::string>& page) const override;
  [[nodiscard]] domain::GatewayRequest disputes_of(
      const std::string& gateway_payment_id) const override;
  [[nodiscard]] domain::GatewayRequest charge(const std::string& gateway_charge_id) const override;
  [[nodiscard]] std::optional<ports::NamedPayment> parse_charge(
      const ports::HttpResponse& response) const override;
  [[nodiscard]] ports::ListPage parse_page(ports::GatewayList list,
                                           const ports::HttpResponse& response) const override;

 private:
  StripeSettings settings_;
  StripeBilling billing_;
};

}  // namespace cobro::gateways
