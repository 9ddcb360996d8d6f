#include "sandbox/common/api_error.h"

#include <fmt/format.h>

namespace cobro::sandbox {

ApiError ApiError::with(std::string_view name, wire::Json value) && {
  extra.emplace_back(std::string(name), std::move(value));
  return std::move(*this);
}

ApiError invalid_request(std::string message, std::string param, std::string code) {
  return {400, "invalid_request_error", std::move(code), std::move(message), std::move(param), {}};
}

ApiError no_such(int status, std::string_view kind, std::string_view id, std::string param) {
  return {status,
          "invalid_request_error",
          "resource_missing",
          fmt::format("No such {}: '{}'", kind, id),
          std::move(param),
          {}};
}

ApiError only_one_of(std::string_view a, std::string_view b) {
  return invalid_request(fmt::format("You may only specify one of these parameters: {}, {}.", a, b),
                         {}, "parameters_exclusive");
}

}  // namespace cobro::sandbox
