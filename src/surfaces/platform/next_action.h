// What the customer must do, as this surface says it.
#pragma once

#include "domain/payment.h"
#include "wire/binding.h"

namespace cobro::surfaces::platform {

struct NextAction {
  std::string type;
  std::optional<std::string> url;
  std::optional<std::string> client_secret;
};
BOOST_DESCRIBE_STRUCT(NextAction, (), (type, url, client_secret))

inline std::optional<NextAction> to_dto(const std::optional<domain::NextAction>& action) {
  if (!action) return std::nullopt;
  return NextAction{
      .type = action->type, .url = action->url, .client_secret = action->client_secret};
}

}  // namespace cobro::surfaces::platform
