#include "gateways/stripe/methods.h"

#include "gateways/stripe/news.h"
#include "gateways/stripe/requests.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest build(const ports::AttachMethodCommand& command) {
  return post(path_of("/v1/payment_methods", command.gateway_payment_method_id, "/attach"),
              {{"customer", command.gateway_customer_id}});
}

domain::GatewayRequest build(const ports::DetachMethodCommand& command) {
  return post(path_of("/v1/payment_methods", command.gateway_payment_method_id, "/detach"), {});
}

std::optional<domain::MethodNews> read_method(const wire::Json& method) {
  auto id = id_at(method, "id");
  if (!is_object_of_type(method, "payment_method") || !id) return std::nullopt;
  domain::MethodNews news;
  news.gateway_payment_method_id = std::move(*id);
  news.gateway_customer_id = id_at(method, "customer");
  news.type = method.string_at({"type"}).value_or("unknown");
  news.brand = method.string_at({"card", "brand"});
  news.last4 = method.string_at({news.type, "last4"});
  news.exp_month = method.int_at({"card", "exp_month"});
  news.exp_year = method.int_at({"card", "exp_year"});
  return news;
}

}  // namespace cobro::gateways::stripe
