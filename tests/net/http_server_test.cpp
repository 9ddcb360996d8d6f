#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/net/loop_thread.h"
#include "tests/net/raw_client.h"

namespace cobro::net {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// Answers what it was asked; `/slow` waits for the test's word, `/throw` throws.
class Echo {
 public:
  base::Task<wire::Reply> handle(wire::Request request) {
    ++begun;
    if (request.path == "/throw") throw std::runtime_error("internal matter");
    if (request.path == "/slow") co_await wait();
    ++ended;
    co_return wire::Reply{
        200,
        {{"X-Peer", request.peer}},
        request.method + " " + request.path + "?" + request.query + " " + request.body};
  }

  // On the loop's thread.
  void release() {
    for (auto& waiting : std::exchange(waiting_, {})) waiting(true);
  }

  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;

 private:
  base::Task<void> wait() {
    co_await base::await_callback<bool>(
        [this](base::Completion<bool> done) { waiting_.push_back(std::move(done)); });
  }
  std::vector<base::Completion<bool>> waiting_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() = default;
  ~HttpServerTest() override {
    thread.on_loop([this] { server.reset(); });
  }

  void start(ServerLimits limits = {}, HttpServer::Refuse refuse = {}) {
    thread.on_loop([&] {
      server.emplace(
          thread.loop, Endpoint{},
          [this](wire::Request request) { return echo.handle(std::move(request)); }, limits, log,
          std::move(refuse));
    });
  }
  RawClient client() { return RawClient(server->port()); }
  // Lets the loop turn until `condition` holds.
  template <class Condition>
  void until(Condition condition) {
    while (!thread.on_loop(condition)) std::this_thread::yield();
  }

  ports::NoLog log;
  LoopThread thread;
  Echo echo;
  std::optional<HttpServer> server;
};

TEST_F(HttpServerTest, takes_a_head_of_16_kib_and_not_a_byte_more) {
  start();
  const auto head_of = [](std::size_t bytes) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
    return begin + std::string(bytes - begin.size() - 4, 'a') + "\r\n\r\n";
  };
  auto socket = client();
  socket.send(head_of(16 * 1024));
  EXPECT_TRUE(socket.reply().starts_with("HTTP/1.1 200 "));
  socket.send(head_of(16 * 1024 + 1));
  EXPECT_TRUE(socket.reply().starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, answers_and_keeps_the_connection) {
  start();
  auto socket = client();
  socket.send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto first = socket.reply();
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << first;
  EXPECT_THAT(first, HasSubstr("X-Peer: 127.0.0.1\r\n"));
  EXPECT_TRUE(first.ends_with("\r\n\r\nGET /one? "));
  socket.send("POST /two?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(socket.reply().ends_with("POST /two?a=b hi"));
}

TEST_F(HttpServerTest, answers_pipelined_requests_in_order) {
  start();
  auto socket = client();
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n.";
  socket.send(all);
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(socket.reply().ends_with("POST /" + std::to_string(i) + "? .")) << i;
}

TEST_F(HttpServerTest, reads_a_large_chunked_body) {
  start();
  auto socket = client();
  std::string request = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string expected;
  for (int i = 0; i < 60; ++i) {
    expected += std::string(16'000, static_cast<char>('a' + i % 26));
    request += "3e80\r\n" + expected.substr(expected.size() - 16'000) + "\r\n";
  }
  socket.send(request + "0\r\n\r\n");
  EXPECT_TRUE(socket.reply().ends_with("POST /c? " + expected));
}

TEST_F(HttpServerTest, refuses_a_large_body_from_its_head_and_the_client_can_read_why) {
  start();
  auto socket = client();
  socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
  socket.send(std::string(2'000'000, 'x'));
  const auto answer = socket.until_closed();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("{\"error\":\"the body is too large\"}"));
  EXPECT_EQ(echo.begun, 0);
}

TEST_F(HttpServerTest, words_refusals_as_it_is_told_to) {
  start({}, [](const wire::Request& seen, int status, std::string_view) {
    return wire::json_reply(status, "{\"path\":\"" + seen.path + "\"}");
  });
  auto socket = client();
  socket.send("POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_TRUE(socket.until_closed().ends_with("{\"path\":\"/v1/x\"}"));
}

TEST_F(HttpServerTest, refuses_a_large_head_and_a_smuggled_request) {
  start();
  auto large = client();
  large.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a'));
  EXPECT_TRUE(large.until_closed().starts_with("HTTP/1.1 431 "));
  auto smuggler = client();
  smuggler.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = smuggler.until_closed();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(answer.find("hidden"), std::string::npos);
  EXPECT_EQ(echo.begun, 0);
}

TEST_F(HttpServerTest, says_100_continue_before_a_body_it_would_take) {
  start();
  auto socket = client();
  socket.send("PUT /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(socket.reply(), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("ok");
  EXPECT_TRUE(socket.reply().ends_with("PUT /e? ok"));
}

TEST_F(HttpServerTest, a_slow_head_and_a_slow_body_are_refused_and_an_idle_connection_closed) {
  start({.head_timeout = milliseconds(40),
         .request_timeout = milliseconds(80),
         .idle_timeout = milliseconds(60)});
  auto head = client();
  head.send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(head.until_closed().starts_with("HTTP/1.1 408 "));
  auto body = client();
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(body.until_closed().starts_with("HTTP/1.1 408 "));
  auto idle = client();
  EXPECT_EQ(idle.until_closed(), "");
  EXPECT_EQ(echo.begun, 0);
}

TEST_F(HttpServerTest, head_has_no_body_and_http_1_0_closes) {
  start();
  auto socket = client();
  socket.send("HEAD /h HTTP/1.0\r\n\r\n");
  const auto answer = socket.until_closed();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_TRUE(answer.ends_with("Connection: close\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, a_handler_that_throws_says_nothing_of_it) {
  start();
  auto socket = client();
  socket.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = socket.reply();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(answer.find("matter"), std::string::npos);
  socket.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(socket.reply().ends_with("/next? "));
}

TEST_F(HttpServerTest, a_handler_runs_to_its_end_when_the_client_is_gone) {
  start();
  {
    auto socket = client();
    socket.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    until([this] { return echo.begun == 1; });
    socket.reset();
  }
  thread.on_loop([this] { echo.release(); });
  until([this] { return server->connections() == 0; });
  EXPECT_EQ(echo.ended, 1);
}

TEST_F(HttpServerTest, drains_requests_that_have_begun_and_closes_the_rest) {
  start();
  auto busy = client();
  auto idle = client();
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.reply();
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  until([this] { return echo.begun == 2; });
  thread.on_loop([this] { server->stop_accepting(); });
  EXPECT_EQ(idle.until_closed(), "");
  EXPECT_THROW(client(), std::runtime_error);
  thread.on_loop([this] { echo.release(); });
  const auto answer = busy.until_closed();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  busy.reset();
  const auto drain = [](HttpServer& draining) -> base::Task<bool> {
    co_await draining.drained();
    co_return true;
  };
  EXPECT_TRUE(thread.await<bool>([&] { return drain(*server); }));
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpServerTest, turns_away_what_is_over_the_limits) {
  start({.connections_per_address = 1});
  auto first = client();
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  first.reply();
  auto second = client();
  EXPECT_TRUE(second.until_closed().starts_with("HTTP/1.1 503 "));
  first.reset();
  until([this] { return server->connections() == 0; });
  auto third = client();
  third.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(third.reply().ends_with("/third? "));
}

TEST_F(HttpServerTest, may_be_destroyed_while_handlers_wait) {
  start();
  auto socket = client();
  socket.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  until([this] { return echo.begun == 1; });
  thread.on_loop([this] { server.reset(); });
  EXPECT_EQ(socket.until_closed(), "");
  thread.on_loop([this] { echo.release(); });
  EXPECT_EQ(echo.ended, 0);
}

TEST_F(HttpServerTest, names_the_address_it_cannot_listen_on) {
  start();
  const auto again = [&] { HttpServer other(thread.loop, server->endpoint(), {}, {}, log); };
  try {
    thread.on_loop(again);
    FAIL() << "it listens twice";
  } catch (const std::runtime_error& failed) {
    EXPECT_THAT(failed.what(), HasSubstr(to_string(server->endpoint())));
  }
}

TEST_F(HttpServerTest, spoils_replies_as_it_is_told) {
  start({.idle_timeout = milliseconds(200)});
  const auto spoiled = [&](Sending sending) {
    thread.on_loop([&] {
      server->spoil_replies([sending](wire::Reply& reply) {
        reply.headers.remove("X-Peer");
        return sending;
      });
    });
    RawClient one(server->port());
    one.send("GET /abc HTTP/1.1\r\nHost: x\r\n\r\n");
    return one.until_closed();
  };
  EXPECT_EQ(spoiled(Sending::none), "");
  EXPECT_EQ(spoiled(Sending::reset), "");
  EXPECT_EQ(spoiled(Sending::silence), "");
  const auto half = spoiled(Sending::half);
  EXPECT_THAT(half, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(half, testing::EndsWith("\r\n\r\nGET /"));
  EXPECT_THAT(half, testing::Not(HasSubstr("X-Peer")));
  EXPECT_EQ(echo.ended, 4);
}

}  // namespace
}  // namespace cobro::net
