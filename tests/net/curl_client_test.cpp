#include "net/curl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_server.h"
#include "tests/net/loop_thread.h"
#include "tests/net/loopback.h"
#include "tests/net/raw_client.h"

namespace cobro::net {
namespace {

using Kind = ports::HttpFailure::Kind;

// A listener that never answers by itself: it resets what connects, or leaves it waiting.
class Listener {
 public:
  [[nodiscard]] std::uint16_t port() const { return socket_.port(); }

  // Waits for a request's first bytes, then resets the connection.
  void reset_next() {
    const int connection = socket_.accept_next();
    char byte = 0;
    static_cast<void>(recv(connection, &byte, 1, 0));
    const linger now{1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(connection);
  }

 private:
  LoopbackSocket socket_;
};

class CurlClientTest : public testing::Test {
 protected:
  CurlClientTest() {
    thread.on_loop([this] {
      server.emplace(thread.loop, Endpoint{}, &CurlClientTest::answer, ServerLimits{}, log);
      client.emplace(thread.loop);
    });
  }
  ~CurlClientTest() override {
    thread.on_loop([this] {
      client.reset();
      server.reset();
    });
  }

  static base::Task<wire::Reply> answer(wire::Request request) {
    if (request.path == "/large") co_return wire::Reply{200, {}, std::string(5 << 20, 'x')};
    if (request.path == "/elsewhere") co_return wire::Reply{302, {{"Location", "/x"}}, ""};
    std::string seen = request.method + " " + request.path + "\n";
    for (const auto& field : request.headers) seen += field.name + ": " + field.value + "\n";
    co_return wire::Reply{201, {{"X-Answer", "yes"}}, seen + "\n" + request.body};
  }

  ports::HttpResult send(ports::HttpRequest request) {
    return thread.await<ports::HttpResult>([&] { return client->send(std::move(request)); });
  }
  [[nodiscard]] std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path);
  }

  ports::NoLog log;
  LoopThread thread;
  std::optional<HttpServer> server;
  std::optional<CurlClient> client;
};

TEST_F(CurlClientTest, sends_what_it_is_given_and_nothing_else_of_note) {
  const auto reply = send({"POST", url("/a?b=c"), {{"Idempotency-Key", "k-1"}}, "amount=100"});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->headers.find("x-answer"), "yes");
  EXPECT_THAT(reply->body, testing::StartsWith("POST /a\n"));
  EXPECT_THAT(reply->body, testing::HasSubstr("Idempotency-Key: k-1\n"));
  EXPECT_THAT(reply->body, testing::EndsWith("\n\namount=100"));
  EXPECT_THAT(reply->body, testing::Not(testing::HasSubstr("Content-Type")));
  EXPECT_THAT(reply->body, testing::Not(testing::HasSubstr("Expect")));
}

TEST_F(CurlClientTest, speaks_every_method) {
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    const auto reply = send({method, url("/m"), {}, ""});
    ASSERT_TRUE(reply) << method << reply.error().message;
    EXPECT_THAT(reply->body, testing::StartsWith(std::string(method) + " /m\n"));
  }
  const auto head = send({"HEAD", url("/m"), {}, ""});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
}

TEST_F(CurlClientTest, reuses_its_connection) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send({"GET", url("/"), {}, ""}));
  EXPECT_EQ(thread.on_loop([this] { return server->connections(); }), 1U);
}

TEST_F(CurlClientTest, does_not_follow_redirects) {
  const auto reply = send({"GET", url("/elsewhere"), {}, ""});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
  EXPECT_EQ(reply->headers.find("location"), "/x");
}

TEST_F(CurlClientTest, a_refused_port_is_unreachable) {
  std::uint16_t free_port = 0;
  {
    const Listener gone;
    free_port = gone.port();
  }
  const auto reply = send({"GET", "http://127.0.0.1:" + std::to_string(free_port), {}, ""});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::unreachable);
}

TEST_F(CurlClientTest, silence_ends_at_the_time_out) {
  const Listener silent;
  const auto reply = send({"POST",
                           "http://127.0.0.1:" + std::to_string(silent.port()),
                           {},
                           "x",
                           std::chrono::milliseconds(50)});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::timed_out);
}

TEST_F(CurlClientTest, a_reset_is_broken) {
  Listener listener;
  std::thread resetting([&] { listener.reset_next(); });
  const auto reply = send({"POST", "http://127.0.0.1:" + std::to_string(listener.port()), {}, "x"});
  resetting.join();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::broken);
}

TEST_F(CurlClientTest, an_answer_over_four_mebibytes_is_too_large) {
  const auto reply = send({"GET", url("/large"), {}, ""});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::too_large);
}

TEST_F(CurlClientTest, other_schemes_and_split_headers_are_not_sent) {
  for (const auto* bad : {"file:///etc/passwd", "gopher://127.0.0.1/", "http://a\r\nb/"}) {
    const auto reply = send({"GET", bad, {}, ""});
    ASSERT_FALSE(reply) << bad;
    EXPECT_EQ(reply.error().kind, Kind::unreachable);
  }
  const auto split = send({"GET", url("/"), {{"X", "a\r\nHost: b"}}, ""});
  ASSERT_FALSE(split);
}

TEST_F(CurlClientTest, abandons_an_exchange_whose_task_is_destroyed) {
  const Listener silent;
  std::optional<base::TaskGroup> group;
  const auto ignore = [](CurlClient& curl, std::string target) -> base::Task<void> {
    static_cast<void>(co_await curl.send({"GET", std::move(target), {}, ""}));
  };
  thread.on_loop([&] {
    group.emplace([](std::string_view, std::exception_ptr) {});
    group->spawn("waits", ignore(*client, "http://127.0.0.1:" + std::to_string(silent.port())));
  });
  thread.on_loop([&] { group.reset(); });
  EXPECT_TRUE(send({"GET", url("/"), {}, ""}));
}

TEST_F(CurlClientTest, many_exchanges_run_at_once) {
  std::vector<std::future<ports::HttpResult>> replies;
  for (int i = 0; i < 50; ++i)
    replies.push_back(
        std::async(std::launch::async, [this] { return send({"GET", url("/"), {}, ""}); }));
  for (auto& reply : replies) EXPECT_TRUE(reply.get());
}

}  // namespace
}  // namespace cobro::net
