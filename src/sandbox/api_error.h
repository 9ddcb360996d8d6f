// What Stripe says when it says no (GATEWAYS §1.3): an HTTP status and an error object.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/json.h"

namespace cobro::sandbox {

struct ApiError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;  // empty: the error has none
  std::string message;
  std::string param;       // bracket form; empty: none
  wire::JsonObject extra;  // decline_code, payment_intent, charge, …

  ApiError with(std::string_view name, wire::Json value) &&;
};

using Answer = base::Result<wire::Json, ApiError>;

ApiError invalid_request(std::string message, std::string param = {}, std::string code = {});
// 404 when the id stood in the path, 400 when it was a parameter.
ApiError no_such(int status, std::string_view kind, std::string_view id, std::string param);
ApiError only_one_of(std::string_view a, std::string_view b);

// The error's members, without the envelope: what `last_payment_error` holds too.
wire::Json error_object(const ApiError& error);
// `{"error": {…}}` as it is sent.
std::string error_body(const ApiError& error, std::string_view request_id);

}  // namespace cobro::sandbox
