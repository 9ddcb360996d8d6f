#include "surfaces/common/flat_error.h"

#include "wire/reason_phrase.h"

namespace cobro::surfaces {
namespace {

// A use case names fields in snake_case: "payment_method_id" is "paymentMethodId" here.
std::string to_camel_case(std::string_view field) {
  std::string out;
  bool raise = false;
  for (const char c : field) {
    const bool is_lower = c >= 'a' && c <= 'z';
    if (c != '_') out.push_back(raise && is_lower ? static_cast<char>(c - 'a' + 'A') : c);
    raise = c == '_';
  }
  return out;
}

}  // namespace

wire::Reply render_flat_error(const ErrorFacts& error, std::string_view request_id) {
  FlatError body{.status_code = error.status,
                 .error = std::string(wire::reason_phrase(error.status)),
                 .message = error.message,
                 .code = error.code,
                 .request_id = std::string(request_id)};
  if (error.decline_code) body.decline_code.emplace(*error.decline_code);
  if (!error.details.empty()) {
    auto& details = body.details.emplace();
    for (const auto& detail : error.details)
      details.push_back({to_camel_case(detail.field), detail.code, detail.message});
  }
  auto reply = wire::json_reply(error.status, wire::encode(body));
  if (error.retry_after_s) reply.headers.set("Retry-After", std::to_string(*error.retry_after_s));
  return reply;
}

}  // namespace cobro::surfaces
