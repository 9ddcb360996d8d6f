// Whatever a gateway sends is input: what must hold of our readers for any body at all. For the
// mutations in this folder and for the fuzzer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json.h"

namespace cobro::gateways {

// What a body is given to.
enum class Reader {
  event,
  payment,
  refund,
  error,
  method,
  customer,
  subscription,
  page,
  invoice,
  price,
  list
};

struct Body {
  Reader reader = Reader::event;
  std::string name;
  wire::Json json;
};

// Bodies as Stripe sends them, in the shapes of several API versions.
std::vector<Body> real_bodies();

// What is wrong with how that body was read, and with what it did to our books; nothing when all
// is well. An exception is the caller's to see.
std::optional<std::string> problem_with(Reader reader, std::string_view body);

}  // namespace cobro::gateways
