// The API's routes: which operation answers a method and path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

struct Route {
  std::string_view method;
  std::string_view pattern;  // ":id" stands for one segment
  std::string_view kind;     // of the object, or of a list's items
  bool is_list;
  Answer (*run)(Call& call);
};

struct RouteMatch {
  const Route* route;
  std::string id;  // decoded
};
// "payment_intent.confirm", "refund.create", "event.list".
std::string operation_of(const Route& route);
std::optional<RouteMatch> match_route(std::string_view method, std::string_view path);

}  // namespace cobro::sandbox::stripe
