// A blocking socket that sends exactly the bytes it is told to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cobro::net {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connection refused");
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(socket_); }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: what it said is still to be read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // One reply as it came, by its Content-Length; what there is when the server closes first.
  std::string reply() {
    while (true) {
      const auto head = received_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const auto size = head + 4 + content_length(received_.substr(0, head));
        if (received_.size() >= size) return take(size);
      }
      if (!receive()) return take(received_.size());
    }
  }

  // Everything until the server closes.
  std::string until_closed() {
    while (receive()) {
    }
    return take(received_.size());
  }

  // The last receiving call ended because the server closed, not for want of patience.
  [[nodiscard]] bool closed_by_server() const { return closed_by_server_; }

  // Closes with a reset instead of a farewell.
  void reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(socket_);
    socket_ = -1;
  }
  void finish_sending() { shutdown(socket_, SHUT_WR); }

 private:
  static std::size_t content_length(const std::string& head) {
    const auto field = head.find("Content-Length: ");
    return field == std::string::npos ? 0 : std::stoul(head.substr(field + 16));
  }
  bool receive() {
    char bytes[16384];
    const auto got = recv(socket_, bytes, sizeof bytes, 0);
    closed_by_server_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t size) {
    auto taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  int socket_;
  bool closed_by_server_ = false;
  std::string received_;
};

}  // namespace cobro::net
