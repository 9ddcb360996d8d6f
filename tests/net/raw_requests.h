// Requests as bytes: what must be refused, and what looks odd and is legal.
#pragma once

#include <string>
#include <vector>

namespace cobro::net {

struct RefusedRequest {
  const char* name;
  std::string bytes;
  int status;  // 0: the client leaves in the middle and is told nothing
};

struct AcceptedRequest {
  const char* name;
  std::string bytes;
  std::vector<std::string> seen;  // "METHOD path?query body" of each request in it
  bool closes = false;            // it asks to be the last
};

std::vector<RefusedRequest> refused_requests();
std::vector<AcceptedRequest> accepted_requests();

// Sent behind each of them: behind a refused one it must never be served.
inline const std::string kBehind = "GET /behind HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace cobro::net
