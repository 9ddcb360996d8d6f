// Short ways to write a route's documentation.
#pragma once

#include <initializer_list>
#include <string_view>

#include "surfaces/common/exchange.h"

namespace cobro::surfaces {

wire::Json example(std::string_view json);  // the text must be JSON: a bug otherwise

template <class T>
wire::RequestBody body_of(std::string_view example_json, bool required = true) {
  return {.type = wire::type_of<T>(), .example = example(example_json), .required = required};
}

template <class T>
wire::ResponseDoc reply_of(int status, std::string description, wire::Json example) {
  return {.status = status,
          .description = std::move(description),
          .type = wire::type_of<T>(),
          .example = std::move(example)};
}

}  // namespace cobro::surfaces
