#include "sandbox/stripe/error_bodies.h"

#include <fmt/format.h>

#include <algorithm>

namespace cobro::sandbox::stripe {

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

}  // namespace cobro::sandbox::stripe
