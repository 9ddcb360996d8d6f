#include "sandbox/api_error.h"

#include <fmt/format.h>

#include <algorithm>

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

wire::Json error_object(const ApiError& error) {
  wire::JsonObject object;
  if (!error.code.empty()) {
    std::string page = error.code;
    std::replace(page.begin(), page.end(), '_', '-');
    object.emplace_back("code", error.code);
    object.emplace_back("doc_url", "https://stripe.com/docs/error-codes/" + page);
  }
  object.emplace_back("message", error.message);
  if (!error.param.empty()) object.emplace_back("param", error.param);
  object.emplace_back("type", error.type);
  object.insert(object.end(), error.extra.begin(), error.extra.end());
  return object;
}

std::string error_body(const ApiError& error, std::string_view request_id) {
  wire::Json object = error_object(error);
  object.set("request_log_url",
             fmt::format("https://dashboard.stripe.com/test/logs/{}", request_id));
  return wire::to_text(wire::JsonObject{{"error", std::move(object)}});
}

}  // namespace cobro::sandbox
