// A socket that listens on a free port of this machine, for servers that no server of ours could
// be.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace cobro::net {

class LoopbackSocket {
 public:
  LoopbackSocket() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (bind(socket_, raw, size) != 0 || listen(socket_, 8) != 0 ||
        getsockname(socket_, raw, &size) != 0)
      throw std::runtime_error("no listener");
    port_ = ntohs(address.sin_port);
  }
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;
  ~LoopbackSocket() { close(socket_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Waits for a connection; the caller closes it.
  [[nodiscard]] int accept_next() const { return accept(socket_, nullptr, nullptr); }
  // Ends the waiting for connections, in whatever thread that is.
  void give_up() const { shutdown(socket_, SHUT_RDWR); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace cobro::net
