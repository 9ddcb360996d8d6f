#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::platform {

wire::Reply render_error(const ErrorFacts& error, std::string_view request_id) {
  ErrorReply body;
  body.error.code = error.code;
  body.error.message = error.message;
  body.error.request_id = request_id;
  if (error.decline_code) body.error.decline_code.emplace(*error.decline_code);
  if (!error.details.empty()) {
    auto& details = body.error.details.emplace();
    for (const auto& detail : error.details)
      details.push_back({detail.field, detail.code, detail.message});
  }
  auto reply = wire::json_reply(error.status, wire::encode(body));
  if (error.retry_after_s) reply.headers.set("Retry-After", std::to_string(*error.retry_after_s));
  return reply;
}

}  // namespace cobro::surfaces::platform
