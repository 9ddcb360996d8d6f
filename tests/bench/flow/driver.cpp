#include "bench/flow/driver.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace cobro::bench {
namespace {

class Customers {
 public:
  Customers(const Target& target, std::size_t count, Latencies& latencies,
            Clock::time_point deadline)
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < count; ++i)
      clients_.push_back(std::make_unique<Client>(target, latencies, deadline));
  }
  Customers(const Customers&) = delete;
  Customers& operator=(const Customers&) = delete;
  ~Customers() { ::close(epoll_); }

  void start() {
    for (auto& client : clients_) {
      epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = client.get()}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client->socket(), &event);
      ++busy_;
      follow(*client, client->start());
    }
  }

  [[nodiscard]] bool busy() const { return busy_ > 0; }

  void wait() {
    constexpr int kMost = 64;
    constexpr int kLongestWaitMs = 30'000;
    std::array<epoll_event, kMost> events{};
    const int count = ::epoll_wait(epoll_, events.data(), kMost, kLongestWaitMs);
    if (count == 0) throw std::runtime_error("no answer within 30 s");
    for (int i = 0; i < count; ++i) {
      auto& client = *static_cast<Client*>(events.at(static_cast<std::size_t>(i)).data.ptr);
      follow(client, client.ready());
    }
  }

  [[nodiscard]] std::string failure() const {
    for (const auto& client : clients_)
      if (!client->failure().empty()) return client->failure();
    return {};
  }

 private:
  void follow(const Client& client, bool goes_on) {
    if (goes_on) return;
    --busy_;
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.socket(), nullptr);
  }

  int epoll_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t busy_ = 0;
};

}  // namespace

Drive drive(const Target& target, std::size_t connections, std::chrono::milliseconds length) {
  Drive result;
  const auto began = Clock::now();
  const auto deadline = began + length;
  Customers customers(target, connections, result.latencies, deadline);
  customers.start();
  while (customers.busy()) {
    customers.wait();
    if (Clock::now() < deadline) result.in_time = result.latencies.flow.size();
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  result.failure = customers.failure();
  return result;
}

}  // namespace cobro::bench
