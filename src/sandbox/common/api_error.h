// A refusal: an HTTP status and what is wrong with which parameter. A gateway's room says how it
// is worded on the wire.
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

}  // namespace cobro::sandbox
