// The shape of this surface's answers: {"success":true,"data":…} and
// {"success":false,"error":{…}}.
#pragma once

#include "app/pipeline/pipeline.h"
#include "surfaces/common/errors.h"
#include "wire/binding.h"

namespace cobro::surfaces::platform {

template <class T>
struct Envelope {
  bool success = true;
  T data;
  BOOST_DESCRIBE_CLASS(Envelope, (), (success, data), (), ())
};

struct ErrorDetail {
  std::string field;
  std::string code;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ErrorDetail, (), (field, code, message))

struct Error {
  std::string code;
  std::string message;
  wire::Omittable<std::string> decline_code;
  wire::Omittable<std::vector<ErrorDetail>> details;
  std::string request_id;
};
BOOST_DESCRIBE_STRUCT(Error, (), (code, message, decline_code, details, request_id))

struct ErrorReply {
  bool success = false;
  Error error;
};
BOOST_DESCRIBE_STRUCT(ErrorReply, (), (success, error))

template <class T>
app::StoredReply reply(int status, T data) {
  return wire::json_reply(status, wire::encode(Envelope<T>{true, std::move(data)}));
}

wire::Reply render_error(const ErrorFacts& error, std::string_view request_id);

}  // namespace cobro::surfaces::platform
