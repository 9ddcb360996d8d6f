#include "gateways/manual/manual.h"

#include <source_location>

#include "base/check.h"

namespace cobro::gateways {
namespace {

[[noreturn]] void never(std::source_location where = std::source_location::current()) {
  base::fail_check("the manual gateway is never called", where);
}

}  // namespace

domain::GatewayName Manual::name() const {
  return domain::GatewayName::manual;
}

const ports::Capabilities& Manual::capabilities() const {
  static constexpr ports::Capabilities kCapabilities{
      .remote = false, .capture_later = false, .partial_refund = true};
  return kCapabilities;
}

const ports::SavedMethods* Manual::saved_methods() const {
  return nullptr;
}

const ports::GatewaySubscriptions* Manual::subscriptions() const {
  return nullptr;
}

const ports::GatewayLists* Manual::lists_of_everything() const {
  return nullptr;
}

const ports::AccessTokens* Manual::access_tokens() const {
  return nullptr;
}

std::optional<domain::Refusal> Manual::check_amount(domain::Money) const {
  return std::nullopt;
}

base::Result<domain::GatewayRequest, domain::Refusal> Manual::build(const ports::PaymentCommand&,
                                                                    const domain::Payment&,
                                                                    domain::CallId) const {
  never();
}

ports::GatewayAnswer Manual::parse(domain::Operation, const ports::HttpResponse&) const {
  never();
}

domain::GatewayRequest Manual::look_up_payment(const domain::Payment&, base::Timestamp,
                                               base::Timestamp, bool) const {
  never();
}

domain::GatewayRequest Manual::look_up_refunds(const domain::Payment&) const {
  never();
}

ports::LookUpAnswer Manual::parse_look_up(const domain::GatewayRequest&,
                                          const ports::HttpResponse&) const {
  never();
}

ports::HttpRequest Manual::to_http(const domain::GatewayRequest&, std::optional<std::string_view>,
                                   base::Duration, const base::Secret*) const {
  never();
}

std::optional<domain::GatewayRequest> Manual::webhook_keys(const ports::WebhookRequest&) const {
  never();
}

base::Result<ports::GatewayEvent, ports::WebhookRefusal> Manual::verify(
    const ports::WebhookRequest&, const ports::HttpResponse*, base::Timestamp) const {
  never();
}

base::Result<ports::GatewayEvent, ports::WebhookRefusal> Manual::read_event(
    const ports::WebhookRequest&) const {
  never();
}

}  // namespace cobro::gateways
