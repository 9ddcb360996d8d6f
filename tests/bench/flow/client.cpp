#include "bench/flow/client.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace cobro::bench {
namespace {

constexpr std::string_view kOrder =
    R"({"items": [{"product_id": 1, "quantity": 2, "unit_price": 29.99}], )"
    R"("shipping_address": {"street": "Av. Principal 123", "city": "Lima", "state": "Lima", )"
    R"("postal_code": "15001", "country": "Peru"}, )"
    R"("billing_address": {"street": "Av. Principal 123", "city": "Lima", "state": "Lima", )"
    R"("postal_code": "15001", "country": "Peru"}})";
constexpr std::string_view kProcess =
    R"({"payment_method_id": "pm_card_visa", "confirmation_method": "manual"})";
constexpr std::string_view kRefund = R"({"amount": 29.99, "reason": "Product defect"})";
// What an answer must begin with, and what must stand in it.
constexpr std::array<std::string_view, kSteps> kStatus = {"HTTP/1.1 201", "HTTP/1.1 201",
                                                          "HTTP/1.1 200", "HTTP/1.1 200"};
constexpr std::array<std::string_view, kSteps> kState = {"pending", "pending", "completed",
                                                         "succeeded"};

// The first string behind `"name":`.
std::string_view text_member(std::string_view json, std::string_view name) {
  const auto key = json.find(fmt::format("\"{}\":", name));
  if (key == std::string_view::npos) return {};
  const auto begin = json.find('"', key + name.size() + 3);
  if (begin == std::string_view::npos) return {};
  return json.substr(begin + 1, json.find('"', begin + 1) - begin - 1);
}

std::uint32_t micros_since(Clock::time_point begin, Clock::time_point end) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(end - begin).count());
}

}  // namespace

Client::Client(const Target& target, Latencies& latencies, Clock::time_point deadline)
    : target_(target), latencies_(latencies), deadline_(deadline) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* address = reinterpret_cast<const sockaddr*>(&target_.address);
  if (::connect(socket_, address, sizeof target_.address) != 0)
    failure_ = fmt::format("cannot connect: {}", std::strerror(errno));
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Client::~Client() {
  ::close(socket_);
}

bool Client::start() {
  return failure_.empty() && begin_step();
}

bool Client::ready() {
  return sending_ ? send_rest() : receive();
}

bool Client::begin_step() {
  step_began_ = Clock::now();
  if (step_ == 0) {
    if (step_began_ >= deadline_) return false;
    flow_began_ = step_began_;
  }
  out_.clear();
  sent_ = 0;
  if (step_ == 0) put_request("/api/v1/orders", target_.user_token, kOrder);
  if (step_ == 1)
    put_request("/api/v1/payments", target_.user_token,
                fmt::format(R"({{"order_id": "{}", "payment_method": "stripe", "amount": 59.98, )"
                            R"("currency": "PEN"}})",
                            order_));
  if (step_ == 2)
    put_request(fmt::format("/api/v1/payments/{}/process", payment_), target_.user_token, kProcess);
  if (step_ == 3)
    put_request(fmt::format("/api/v1/payments/{}/refund", payment_), target_.admin_token, kRefund);
  return send_rest();
}

void Client::put_request(std::string_view path, std::string_view token, std::string_view body) {
  fmt::format_to(std::back_inserter(out_),
                 "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
                 "Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{}",
                 path, target_.host, token, body.size(), body);
}

bool Client::send_rest() {
  while (sent_ < out_.size()) {
    const auto count =
        ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    sending_ = count < 0 && errno == EAGAIN;
    if (sending_) return true;
    if (count <= 0) return fail(fmt::format("cannot send: {}", std::strerror(errno)));
    sent_ += static_cast<std::size_t>(count);
  }
  sending_ = false;
  in_.clear();
  head_ = body_ = 0;
  return true;
}

bool Client::receive() {
  std::array<char, 16384> buffer;
  for (;;) {
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) return fail("the connection was closed");
    in_.append(buffer.data(), static_cast<std::size_t>(count));
    if (whole_answer()) return end_step();
  }
}

bool Client::whole_answer() {
  if (head_ == 0) {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    head_ = end + 4;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = in_.find(kLength);
    if (at < end) std::from_chars(in_.data() + at + kLength.size(), in_.data() + end, body_);
  }
  return in_.size() >= head_ + body_;
}

bool Client::end_step() {
  const auto now = Clock::now();
  const auto body = std::string_view(in_).substr(head_);
  const auto state = text_member(body, "status");
  if (!in_.starts_with(kStatus.at(step_)) || state != kState.at(step_))
    return fail(fmt::format("{}: {}", kStepNames.at(step_), in_));
  if (step_ == 0) order_ = text_member(body, "id");
  if (step_ == 1) payment_ = text_member(body, "id");
  latencies_.steps.at(step_).push_back(micros_since(step_began_, now));
  step_ = (step_ + 1) % kSteps;
  if (step_ == 0) latencies_.flow.push_back(micros_since(flow_began_, now));
  return begin_step();
}

bool Client::fail(std::string why) {
  failure_ = std::move(why);
  return false;
}

}  // namespace cobro::bench
