// What the client makes of answers that no server of ours gives, to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "net/curl_client.h"
#include "tests/net/loop_thread.h"
#include "tests/net/loopback.h"

namespace cobro::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = ports::HttpFailure::Kind;

// Answers one request with these bytes, and keeps what it was asked.
class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes) {
    asked_ =
        std::async(std::launch::async, [this, answer = std::move(bytes)] { return serve(answer); });
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  // Also when nobody came.
  ~OneAnswer() {
    socket_.give_up();
    if (asked_.valid()) asked_.wait();
  }

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(socket_.port()) + "/x";
  }
  std::string asked() { return asked_.get(); }

 private:
  [[nodiscard]] std::string serve(const std::string& answer) const {
    const int connection = socket_.accept_next();
    std::string seen;
    std::array<char, 4096> buffer{};
    while (seen.find("\r\n\r\n") == std::string::npos) {
      const auto count = recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    std::size_t sent = 0;
    while (sent < answer.size()) {
      const auto count =
          ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    close(connection);
    return seen;
  }
  LoopbackSocket socket_;
  std::future<std::string> asked_;
};

class CurlAnswers : public testing::Test {
 protected:
  CurlAnswers() {
    thread.on_loop([this] { client.emplace(thread.loop, "cobro/test"); });
  }
  ~CurlAnswers() override {
    thread.on_loop([this] { client.reset(); });
  }
  ports::HttpResult send(ports::HttpRequest request) {
    return thread.await<ports::HttpResult>([&] { return client->send(std::move(request)); });
  }
  static std::string ok(const std::string& fields, const std::string& body) {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
  }

  LoopThread thread;
  std::optional<CurlClient> client;
};

TEST_F(CurlAnswers, an_answer_may_have_four_mebibytes_and_not_a_byte_more) {
  constexpr std::size_t kMost = 4 * 1024 * 1024;
  OneAnswer whole(ok("", std::string(kMost, 'x')));
  const auto taken = send({"GET", whole.url(), {}, ""});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->body.size(), kMost);
  OneAnswer over(ok("", std::string(kMost + 1, 'x')));
  const auto refused = send({"GET", over.url(), {}, ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::too_large);
  EXPECT_EQ(refused.error().message, "the answer is too large");
}

TEST_F(CurlAnswers, a_head_may_have_a_quarter_of_a_mebibyte) {
  const auto fields = [](int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += "X: " + std::string(1019, 'a') + "\r\n";
    return all;
  };
  OneAnswer large(ok(fields(250), "b"));
  const auto taken = send({"GET", large.url(), {}, ""});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->body, "b");
  OneAnswer over(ok(fields(257), "b"));
  const auto refused = send({"GET", over.url(), {}, ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::too_large);
}

TEST_F(CurlAnswers, fields_are_read_without_the_space_around_them) {
  OneAnswer answer(ok("X-A:  b c \r\nX-Empty:\r\nX-Colon: a:b\r\n", ""));
  const auto reply = send({"GET", answer.url(), {}, ""});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->headers.find("x-a"), "b c");
  EXPECT_EQ(reply->headers.find("x-empty"), "");
  EXPECT_EQ(reply->headers.find("x-colon"), "a:b");
  EXPECT_EQ(reply->status, 200);
}

// Only the last head is the answer's.
TEST_F(CurlAnswers, what_an_interim_answer_says_is_forgotten) {
  OneAnswer answer("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + ok("X-Late: 1\r\n", "b"));
  const auto reply = send({"GET", answer.url(), {}, ""});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_FALSE(reply->headers.find("X-Early"));
  EXPECT_EQ(reply->headers.find("X-Late"), "1");
  EXPECT_FALSE(reply->headers.find("HTTP/1.1 200 OK"));
}

TEST_F(CurlAnswers, a_request_says_who_asks_and_what_it_was_given) {
  OneAnswer answer(ok("", ""));
  ASSERT_TRUE(send({"POST", answer.url(), {{"Content-Type", "a/b"}, {"X-Empty", ""}}, "body"}));
  const auto asked = answer.asked();
  EXPECT_THAT(asked, ::testing::StartsWith("POST /x HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nUser-Agent: cobro/test\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nContent-Type: a/b\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_THAT(asked, Not(HasSubstr("Expect")));
}

TEST_F(CurlAnswers, a_method_has_a_length_where_it_may_have_a_body) {
  for (const auto& [method, body, length] :
       {std::tuple("GET", "", false), std::tuple("GET", "x", true), std::tuple("DELETE", "", false),
        std::tuple("DELETE", "x", true), std::tuple("POST", "", true), std::tuple("PUT", "", true),
        std::tuple("PATCH", "", true), std::tuple("HEAD", "", false)}) {
    OneAnswer answer(ok("", ""));
    const auto reply = send({method, answer.url(), {}, body});
    ASSERT_TRUE(reply) << method << reply.error().message;
    const auto asked = answer.asked();
    EXPECT_THAT(asked, ::testing::StartsWith(std::string(method) + " /x"));
    EXPECT_EQ(asked.find("Content-Length: ") != std::string::npos, length) << asked;
  }
}

TEST_F(CurlAnswers, half_an_answer_and_none_are_broken) {
  for (const auto* bytes : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
    OneAnswer answer(bytes);
    const auto reply = send({"GET", answer.url(), {}, ""});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, Kind::broken);
    EXPECT_FALSE(reply.error().message.empty());
  }
}

TEST_F(CurlAnswers, what_could_split_a_request_is_not_sent) {
  for (const auto& [name, value] : {std::pair("X\n", "a"), std::pair("X", "a\nb"),
                                    std::pair("X", "a\x7f"), std::pair("X", "a\x1f")}) {
    const auto reply = send({"GET", "http://127.0.0.1:1/", {{name, value}}, ""});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().message, "malformed header");
    EXPECT_EQ(reply.error().kind, Kind::unreachable);
  }
  for (const auto* url : {"http://127.0.0.1:1/\n", "http://127.0.0.1:1/\x7f"}) {
    const auto reply = send({"GET", url, {}, ""});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().message, "malformed URL");
  }
}

// A proxy of the environment is for what is elsewhere.
TEST_F(CurlAnswers, what_is_on_this_machine_is_asked_without_a_proxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    OneAnswer answer(ok("", "here"));
    const auto reply = send({"GET", answer.url(host), {}, ""});
    ASSERT_TRUE(reply) << host << ' ' << reply.error().message;
    EXPECT_EQ(reply->body, "here");
  }
  const auto elsewhere = send({"GET", "http://gateway.invalid/", {}, ""});
  ::unsetenv("http_proxy");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().kind, Kind::unreachable);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("127.0.0.1"));
}

// Answers a first request, takes a second one on the same connection and closes it without a byte
// of answer; what comes on the next connection is refused.
class ForgetfulServer {
 public:
  ForgetfulServer() {
    served_ = std::async(std::launch::async, [this] { serve(); });
  }
  ForgetfulServer(const ForgetfulServer&) = delete;
  ForgetfulServer& operator=(const ForgetfulServer&) = delete;
  ~ForgetfulServer() {
    socket_.give_up();
    served_.wait();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(socket_.port());
  }

 private:
  static void take(int connection) {
    std::string seen;
    std::array<char, 4096> buffer{};
    while (!seen.ends_with("a=1")) {
      const auto count = recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  static void answer(int connection, std::string_view head) {
    static_cast<void>(::send(connection, head.data(), head.size(), MSG_NOSIGNAL));
  }
  void serve() const {
    const int kept = socket_.accept_next();
    take(kept);
    answer(kept, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    take(kept);
    close(kept);
    const int fresh = socket_.accept_next();
    take(fresh);
    answer(fresh, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n");
    close(fresh);
  }

  LoopbackSocket socket_;
  std::future<void> served_;
};

TEST_F(CurlAnswers, that_a_request_was_sent_again_is_told) {
  const ForgetfulServer server;
  const auto post = [&] {
    return thread.await<ports::HttpResult>(
        [&] { return client->send({"POST", server.url(), {}, "a=1"}); });
  };
  const auto first = post();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first->resent);
  const auto second = post();
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->status, 429);
  EXPECT_TRUE(second->resent);
}

}  // namespace
}  // namespace cobro::net
