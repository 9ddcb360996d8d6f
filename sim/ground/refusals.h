// Refusals of the gateway that leave nothing open: what a call's first send was told.
#pragma once

#include <string>

#include "ports/http_client.h"

namespace cobro::sim {

struct RefusedSend {
  std::string gateway_key;
  int status = 0;
  std::string code;
  bool still_open = false;  // the call, a few seconds later
};

// Whether the answer alone says that nothing was done: a decline, a throttle, a permission, a
// parameter, or a method or price that is not there or must not be used. One that may be about the
// state of the object that was asked for is looked into first.
bool is_clear_refusal(const ports::HttpResponse& response);

}  // namespace cobro::sim
