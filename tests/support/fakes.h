// Fakes for every port a test needs: virtual time, seeded chance, recorded HTTP. Header
// only; one thread. A clock must outlive the tasks that sleep on it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "sim/ground/clock.h"
#include "sim/ground/seeded_random.h"
#include "wire/message.h"

namespace cobro::testing {

using sim::ManualClock;
using sim::run;
using sim::SeededRandom;

// Keeps every request and answers as the test says: 200 with an empty body by default.
class RecordingHttpClient final : public ports::HttpClient {
 public:
  using Answer = std::function<ports::HttpResult(const ports::HttpRequest&)>;

  base::Task<ports::HttpResult> send(ports::HttpRequest request) override {
    requests.push_back(request);
    if (delay.count() > 0 && clock) co_await clock->sleep(delay);
    co_return answer ? answer(request) : ports::HttpResult(ports::HttpResponse{200, {}, {}});
  }

  std::vector<ports::HttpRequest> requests;
  Answer answer;
  ports::Clock* clock = nullptr;  // with `delay`: how long an answer takes
  base::Duration delay{0};
};

// Hands each request to the handler of its origin ("http://stripe.test"), without a socket.
class LoopbackHttpClient final : public ports::HttpClient {
 public:
  void connect(std::string origin, wire::Handler handler) {
    handlers_[std::move(origin)] = std::move(handler);
  }

  base::Task<ports::HttpResult> send(ports::HttpRequest request) override {
    const auto path = request.url.find('/', request.url.find("://") + 3);
    const auto found = handlers_.find(request.url.substr(0, path));
    if (found == handlers_.end())
      co_return std::unexpected(
          ports::HttpFailure{ports::HttpFailure::Kind::unreachable, "nobody"});
    std::string target = path == std::string::npos ? "/" : request.url.substr(path);
    const auto mark = target.find('?');
    wire::Request incoming{request.method,
                           target.substr(0, mark),
                           mark == std::string::npos ? "" : target.substr(mark + 1),
                           request.headers,
                           request.body,
                           "127.0.0.1"};
    wire::Reply reply = co_await found->second(std::move(incoming));
    co_return ports::HttpResponse{reply.status, std::move(reply.headers), std::move(reply.body)};
  }

 private:
  std::map<std::string, wire::Handler> handlers_;
};

}  // namespace cobro::testing
