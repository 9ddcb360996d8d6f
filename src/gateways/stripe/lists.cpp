#include "gateways/stripe/lists.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest page_after(const domain::GatewayRequest& request, const std::string& id) {
  domain::GatewayRequest next = request;
  const auto at = next.path.find("&starting_after=");
  if (at != std::string::npos) next.path.erase(at);
  next.path += "&starting_after=" + id;
  return next;
}

std::optional<Page> read_page_of(const wire::Json& body) {
  const wire::Json* data = body.find("data");
  const wire::Json* more = body.find("has_more");
  if (data == nullptr || data->as_array() == nullptr) return std::nullopt;
  if (more == nullptr || more->as_bool() == nullptr) return std::nullopt;
  const Page page{data->as_array(), *more->as_bool()};
  if (page.has_more && page.items->empty()) return std::nullopt;
  return page;
}

}  // namespace cobro::gateways::stripe
