// Payments collected outside any gateway: cash, a bank transfer, another till. Nothing is ever
// called there, so this has a name and capabilities only. To call anything else is a Bug.
#pragma once

#include "ports/gateway.h"

namespace cobro::gateways {

class Manual final : public ports::Gateway {
 public:
  [[nodiscard]] domain::GatewayName name() const override;
  [[nodiscard]] const ports::Capabilities& capabilities() const override;
  [[nodiscard]] const ports::SavedMethods* saved_methods() const override;          // null
  [[nodiscard]] const ports::GatewaySubscriptions* subscriptions() const override;  // null
  [[nodiscard]] const ports::GatewayLists* lists_of_everything() const override;    // null
  // Takes every amount of every currency.
  [[nodiscard]] std::optional<domain::Refusal> check_amount(domain::Money amount) const override;

  [[nodiscard]] base::Result<domain::GatewayRequest, domain::Refusal> build(
      const ports::PaymentCommand& command, const domain::Payment& payment,
      domain::CallId call) const override;
  [[nodiscard]] ports::GatewayAnswer parse(domain::Operation operation,
                                           const ports::HttpResponse& response) const override;
  [[nodiscard]] domain::GatewayRequest look_up_payment(const domain::Payment& payment,
                                                       base::Timestamp from, base::Timestamp to,
                                                       bool on_page) const override;
  [[nodiscard]] domain::GatewayRequest look_up_refunds(
      const domain::Payment& payment) const override;
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
};

}  // namespace cobro::gateways
