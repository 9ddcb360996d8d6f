// Makes requests of the bytes of one connection: framing and limits, without a socket.
//
// The head is scanned (head_scan.h), then parsed by Beast straight into a wire::Request.
// Fields come from the head only: trailers of a chunked body are checked and dropped.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "wire/message.h"

namespace cobro::net {

class RequestReader {
 public:
  enum class State { head, body, complete, refused };
  struct Refusal {
    int status = 400;
    std::string reason;
  };

  RequestReader(std::size_t head_limit, std::size_t body_limit);
  ~RequestReader();

  // Takes what it can of `bytes` and says how much; the rest must be offered again with what
  // came behind it. It never leaves `head_limit` bytes or more untaken without refusing:
  // 431 for a head, 400 for a chunk's line or trailers. A body over `body_limit` is 413, at
  // the head when that states it. After `complete` or `refused` it takes nothing.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const;
  [[nodiscard]] const Refusal& refusal() const;
  // Gives what is known of the request so far; empty before the head was read.
  [[nodiscard]] const wire::Request& request() const;
  // Whether the head asks for `100 Continue` before the body is sent.
  [[nodiscard]] bool expects_continue() const;
  // Whether the client wants, and its version allows, another request behind this one.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http_1_0() const;
  // Takes the complete request out. The reader is then ready for the next one.
  wire::Request take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cobro::net
