// Which fields of which objects can be expanded, and into what.
#pragma once

#include <span>
#include <string_view>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

struct Link {
  std::string_view kind;
  std::string_view field;   // may be nested: "payment.payment_intent"
  std::string_view target;  // "" for what is always null here, or leads nowhere further
  // What stands there when it is asked for; null for a field that holds an id, an object or
  // a list already.
  wire::Json (*compute)(Account& account, const wire::Json& object) = nullptr;
  bool old_shape = false;  // only before 2025-03-31.basil
};

// The link that the path of an object of that kind begins with, null when there is none.
const Link* link_of(std::string_view kind, std::span<const std::string> path, bool old_shape);

}  // namespace cobro::sandbox::stripe
