// Drives the flow create order, create payment, process, refund, and prints what it saw as
// one line of JSON.
//
//   bench_flow PORT CONNECTIONS MILLISECONDS
// The tokens come by the environment: USER_TOKEN, ADMIN_TOKEN.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/flow/driver.h"

namespace {

using cobro::bench::Drive;
using cobro::bench::kStepNames;

std::string shares(std::vector<std::uint32_t> micros) {
  if (micros.empty()) return R"({"count": 0})";
  std::ranges::sort(micros);
  const auto at = [&micros](std::size_t percent) {
    return micros[std::min(micros.size() - 1, micros.size() * percent / 100)];
  };
  return fmt::format(R"({{"count": {}, "p50_us": {}, "p99_us": {}, "max_us": {}}})", micros.size(),
                     at(50), at(99), micros.back());
}

double own_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void print(Drive& drive) {
  auto& latencies = drive.latencies;
  fmt::print(R"({{"in_time": {}, "seconds": {:.3f}, "cpu_seconds": {:.3f}, "flow": {})",
             drive.in_time, drive.seconds, own_cpu_seconds(), shares(std::move(latencies.flow)));
  for (std::size_t i = 0; i < kStepNames.size(); ++i)
    fmt::print(R"(, "{}": {})", kStepNames.at(i), shares(std::move(latencies.steps.at(i))));
  fmt::print("}}\n");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int run(std::uint16_t port, std::size_t connections, std::chrono::milliseconds length) {
  cobro::bench::Target target;
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(port);
  target.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  target.host = fmt::format("127.0.0.1:{}", port);
  target.user_token = variable("USER_TOKEN");
  target.admin_token = variable("ADMIN_TOKEN");
  auto drive = cobro::bench::drive(target, connections, length);
  print(drive);
  if (drive.failure.empty()) return 0;
  fmt::print(stderr, "a flow failed: {}\n", drive.failure);
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: bench_flow PORT CONNECTIONS MILLISECONDS\n", stderr);
    return 2;
  }
  try {
    return run(static_cast<std::uint16_t>(std::atoi(arguments[1])),
               static_cast<std::size_t>(std::atoi(arguments[2])),
               std::chrono::milliseconds(std::atoi(arguments[3])));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_flow: {}\n", error.what());
    return 1;
  }
}
