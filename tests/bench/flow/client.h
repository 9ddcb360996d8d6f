// One customer: a connection that is kept alive, and the four steps of a flow on it, again
// and again. Non-blocking; told by its owner when the socket is ready.
#pragma once

#include <netinet/in.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cobro::bench {

using Clock = std::chrono::steady_clock;

inline constexpr std::size_t kSteps = 4;
inline constexpr std::array<std::string_view, kSteps> kStepNames = {"order", "payment", "process",
                                                                    "refund"};

// Microseconds, one per flow or step that went well.
struct Latencies {
  std::vector<std::uint32_t> flow;
  std::array<std::vector<std::uint32_t>, kSteps> steps;
};

struct Target {
  sockaddr_in address{};
  std::string host;
  std::string user_token;
  std::string admin_token;
};

class Client {
 public:
  Client(const Target& target, Latencies& latencies, Clock::time_point deadline);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  [[nodiscard]] int socket() const { return socket_; }
  // Both give false after the last flow, or when it failed. The socket is to be watched for
  // edges, of reading and of writing.
  bool start();
  bool ready();
  // Empty when all went well.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  bool begin_step();
  bool send_rest();
  bool receive();
  bool end_step();
  bool fail(std::string why);
  void put_request(std::string_view path, std::string_view token, std::string_view body);
  bool whole_answer();

  const Target& target_;
  Latencies& latencies_;
  Clock::time_point deadline_;
  int socket_ = -1;
  std::size_t step_ = 0;
  bool sending_ = false;
  std::string out_;
  std::size_t sent_ = 0;
  std::string in_;
  std::size_t head_ = 0;  // bytes of the answer's head, when it is there
  std::size_t body_ = 0;  // bytes of the answer's body, by its Content-Length
  std::string order_;
  std::string payment_;
  Clock::time_point flow_began_;
  Clock::time_point step_began_;
  std::string failure_;
};

}  // namespace cobro::bench
