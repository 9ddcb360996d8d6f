// HTTP/1.1 on sockets: bytes in, wire::Request to a handler, wire::Reply out.
//
// One coroutine per connection on the loop's thread. Requests of one connection are handled
// one after the other, so pipelined ones are answered in order. Once a request is complete,
// its handler runs to its end whatever the client does (money may be moving); a client that
// left only loses the answer.
//
// Limits hold before anything is buffered (RequestReader), and every wait has a deadline:
// the head, the whole request, the idle time between requests, the write. What is refused here
// (400, 408, 413, 417, 431, 501, 503, 505) never reaches the handler and closes the connection.
// HEAD reaches the handler as such; the body of its reply is not sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/task.h"
#include "net/endpoint.h"
#include "net/loop.h"
#include "ports/log.h"
#include "wire/message.h"

namespace cobro::net {

struct ServerLimits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::chrono::milliseconds head_timeout{10'000};     // from a request's first byte
  std::chrono::milliseconds request_timeout{30'000};  // head and body
  std::chrono::milliseconds idle_timeout{60'000};     // before the next request's first byte
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds linger_timeout{2'000};  // for the client to read a last answer
  std::size_t connections = 4096;
  std::size_t connections_per_address = 4096;
};

// How much of a reply is sent, where a server is made to misbehave.
enum class Sending {
  whole,
  none,     // the connection ends instead
  half,     // the head and half of the body, then the connection ends
  reset,    // the connection is reset instead
  silence,  // nothing, until the client leaves or the idle timeout passes
};

class HttpServer {
 public:
  // Renders an answer that no handler gives. `seen` holds what was read of the request: nothing at
  // all when the head itself was the trouble. The default is `{"error":"…"}`.
  using Refuse =
      std::function<wire::Reply(const wire::Request& seen, int status, std::string_view reason)>;

  // Listens at once; throws std::runtime_error, naming the address, when it cannot. `log` and
  // `loop` outlive the server; the handler's captures too.
  HttpServer(Loop& loop, const Endpoint& listen, wire::Handler handler, ServerLimits limits,
             ports::Log& log, Refuse refuse = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Closes every connection and destroys every handler still running, at its await point. Not
  // to be called from inside a handler.
  ~HttpServer();

  // Asked before each reply of the handler is sent; it may take headers out that were meant
  // for it. Without one every reply is sent whole.
  using Spoil = std::function<Sending(wire::Reply& reply)>;
  void spoil_replies(Spoil spoil);

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] Endpoint endpoint() const;
  [[nodiscard]] std::size_t connections() const;

  // Drains: the listener and idle connections are closed; a request that has begun is still read,
  // handled and answered, with `Connection: close`.
  void stop_accepting();
  // Ends when no connection is left; only useful after `stop_accepting`. One awaiter at a time.
  base::Task<void> drained();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace cobro::net
