// ports::HttpClient on libcurl's multi interface, driven by the loop: connections are kept
// and reused, TLS is verified, HTTP/2 is used where https offers it. Proxies are taken from
// the environment as curl does (HTTPS_PROXY, NO_PROXY), but never for loopback addresses.
//
// Redirects are not followed and nothing is retried here, with one exception that is curl's:
// a request on a reused connection that turns out closed, before a byte of answer, goes out
// again on a new one. Its response says so (`resent`), for the first one may have been done.
#pragma once

#include <memory>
#include <string>

#include "net/loop.h"
#include "ports/http_client.h"

namespace cobro::net {

class CurlClient final : public ports::HttpClient {
 public:
  explicit CurlClient(Loop& loop, std::string user_agent = "Cobro");
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  // Every task that `send` made must have ended or been destroyed.
  ~CurlClient() override;

  // A header with a control character, and a URL that is not http(s), are `unreachable`: nothing
  // is sent. A time-out of zero means 30 s.
  base::Task<ports::HttpResult> send(ports::HttpRequest request) override;

 private:
  struct Impl;
  struct Transfer;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cobro::net
