// Errors without an envelope, as NestJS renders them:
// {"statusCode":404,"error":"Not Found","message":"…","code":"not_found","requestId":"…"}
#pragma once

#include "surfaces/common/errors.h"
#include "wire/binding.h"

namespace cobro::surfaces {

struct FlatErrorDetail {
  std::string field;
  std::string code;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(FlatErrorDetail, (), (field, code, message))

struct FlatError {
  using wire_names = wire::CamelCase;
  int status_code = 500;
  std::string error;  // what HTTP calls the status
  std::string message;
  std::string code;
  wire::Omittable<std::string> decline_code;
  wire::Omittable<std::vector<FlatErrorDetail>> details;
  std::string request_id;
};
BOOST_DESCRIBE_STRUCT(FlatError, (),
                      (status_code, error, message, code, decline_code, details, request_id))

wire::Reply render_flat_error(const ErrorFacts& error, std::string_view request_id);

}  // namespace cobro::surfaces
