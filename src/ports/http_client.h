// Outgoing HTTP. Implemented by net (curl) and, in simulation, by a faulty wire.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "wire/message.h"

namespace cobro::ports {

struct HttpRequest {
  std::string method;
  std::string url;
  wire::Headers headers;
  std::string body;
  base::Duration timeout{};  // for the whole exchange, connecting included
};

struct HttpResponse {
  int status = 0;
  wire::Headers headers;
  std::string body;
  // The client itself sent the request more than once: a kept connection closed before a byte of
  // answer. The other side may have done what an earlier send asked for; its answer never came.
  bool resent = false;
};

// No complete answer came. None of the kinds says that the other side did nothing.
struct HttpFailure {
  enum class Kind { unreachable, timed_out, broken, too_large };
  Kind kind = Kind::broken;
  std::string message;  // for logs; no credentials
};

using HttpResult = base::Result<HttpResponse, HttpFailure>;

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Never throws for what the network does. Redirects are not followed; bodies over
  // 4 MiB are `too_large`. Destroying the task abandons the exchange.
  virtual base::Task<HttpResult> send(HttpRequest request) = 0;
};

}  // namespace cobro::ports
