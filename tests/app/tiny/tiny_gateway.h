// Tiny Pay: a gateway as different from Stripe as they come, to show that the port has no Stripe
// in it. JSON bodies, an access token that runs out, approval on its own page before anything is
// taken, webhooks signed over query and fields with keys that are fetched. No saved methods.
#pragma once

#include "ports/gateway.h"

namespace cobro::testing::tiny {

inline constexpr const char* kOrigin = "http://tiny.test";
inline constexpr const char* kHook = "http://cobro.test/webhooks/paypal";

// The signature of a webhook: over its id in the query, its time in a field, and its body.
std::string sign(std::string_view key, const ports::WebhookRequest& request);

class TinyTokens final : public ports::AccessTokens {
 public:
  [[nodiscard]] ports::HttpRequest request(base::Duration timeout) const override;
  [[nodiscard]] std::optional<ports::AccessToken> parse(
      const ports::HttpResponse& response) const override;
};

// It stands in the place of a gateway that is not built yet.
class TinyGateway final : public ports::Gateway {
 public:
  [[nodiscard]] domain::GatewayName name() const override { return domain::GatewayName::paypal; }
  [[nodiscard]] const ports::Capabilities& capabilities() const override;
  [[nodiscard]] const ports::SavedMethods* saved_methods() const override { return nullptr; }
  [[nodiscard]] const ports::GatewaySubscriptions* subscriptions() const override {
    return nullptr;
  }
  [[nodiscard]] const ports::GatewayLists* lists_of_everything() const override { return nullptr; }
  [[nodiscard]] std::optional<domain::Refusal> check_amount(domain::Money) const override {
    return std::nullopt;
  }
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
  [[nodiscard]] const ports::AccessTokens* access_tokens() const override { return &tokens_; }
  [[nodiscard]] ports::HttpRequest to_http(const domain::GatewayRequest& request,
                                           std::optional<std::string_view> key,
                                           base::Duration timeout,
                                           const base::Secret* token) const override;
  [[nodiscard]] std::optional<domain::GatewayRequest> webhook_keys(
      const ports::WebhookRequest& request) const override;
  [[nodiscard]] base::Result<ports::GatewayEvent, ports::WebhookRefusal> verify(
      const ports::WebhookRequest& request, const ports::HttpResponse* keys,
      base::Timestamp now) const override;
  [[nodiscard]] base::Result<ports::GatewayEvent, ports::WebhookRefusal> read_event(
      const ports::WebhookRequest& request) const override;

 private:
  TinyTokens tokens_;
};

}  // namespace cobro::testing::tiny
