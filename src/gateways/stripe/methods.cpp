#include "gateways/stripe/methods.h"

#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

using wire::Json;

std::optional<std::int64_t> within(std::optional<std::int64_t> value, std::int64_t least,
                                   std::int64_t most) {
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

}  // namespace

domain::GatewayRequest build(const ports::AttachMethodCommand& command) {
  return post(path_of("/v1/payment_methods", command.gateway_payment_method_id, "/attach"),
              {{"customer", command.gateway_customer_id}});
}

domain::GatewayRequest build(const ports::DetachMethodCommand& command) {
  return post(path_of("/v1/payment_methods", command.gateway_payment_method_id, "/detach"), {});
}

std::optional<domain::GatewayMethod> read_method(const Json& method) {
  auto id = id_at(method, "id");
  if (!is_object_of_type(method, "payment_method") || !id) return std::nullopt;
  domain::GatewayMethod snapshot;
  snapshot.gateway_payment_method_id = std::move(*id);
  snapshot.gateway_customer_id = id_at(method, "customer");
  snapshot.type = text_at(method, "type").value_or("unknown");
  if (const Json* own = object_at(method, snapshot.type)) snapshot.last4 = text_at(*own, "last4");
  const Json* card = object_at(method, "card");
  if (card == nullptr) return snapshot;
  snapshot.brand = text_at(*card, "brand");
  snapshot.exp_month = within(card->int_at({"exp_month"}), 1, 12);
  snapshot.exp_year = within(card->int_at({"exp_year"}), 1900, 9999);
  return snapshot;
}

}  // namespace cobro::gateways::stripe
