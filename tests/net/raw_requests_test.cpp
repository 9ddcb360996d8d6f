// Every request of the two tables over a real socket, with another request behind it.
#include "tests/net/raw_requests.h"

#include <gtest/gtest.h>

#include "net/http_server.h"
#include "net/request_reader.h"
#include "tests/net/loop_thread.h"
#include "tests/net/raw_client.h"

namespace cobro::net {
namespace {

class RawRequests : public testing::Test {
 protected:
  RawRequests() {
    thread.on_loop([this] {
      server.emplace(
          thread.loop, Endpoint{},
          [this](wire::Request request) { return record(std::move(request)); }, ServerLimits{},
          log);
    });
  }
  ~RawRequests() override {
    thread.on_loop([this] { server.reset(); });
  }

  // What the handler was asked since the last call.
  std::vector<std::string> take_seen() {
    return thread.on_loop([this] { return std::exchange(seen, {}); });
  }

  ports::NoLog log;
  LoopThread thread;
  std::vector<std::string> seen;  // on the loop's thread
  std::optional<HttpServer> server;

 private:
  base::Task<wire::Reply> record(wire::Request request) {
    seen.push_back(request.method + " " + request.path + "?" + request.query + " " + request.body);
    co_return wire::Reply{200, {}, "ok"};
  }
};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++times;
  return times;
}

TEST_F(RawRequests, what_is_refused_is_answered_once_and_closed_and_nothing_behind_it_is_served) {
  const auto rows = refused_requests();
  EXPECT_GE(rows.size(), 200U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    RawClient client(server->port());
    client.send(row.status == 0 ? row.bytes : row.bytes + kBehind);
    if (row.status == 0) client.finish_sending();
    const auto answer = client.until_closed();
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_EQ(take_seen(), std::vector<std::string>{});
    if (row.status == 0) {
      EXPECT_EQ(answer, "");
      continue;
    }
    EXPECT_EQ(count(answer, "\r\nDate: "), 1U) << answer;
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(row.status) + " ")) << answer;
    EXPECT_EQ(count(answer, "\r\nConnection: close\r\n"), 1U) << answer;
  }
}

TEST_F(RawRequests, what_is_odd_and_legal_is_served_and_so_is_what_comes_behind) {
  const auto rows = accepted_requests();
  EXPECT_GE(rows.size(), 40U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    RawClient client(server->port());
    client.send(row.bytes + kBehind);
    if (!row.closes) client.finish_sending();
    const auto answers = client.until_closed();
    auto expected = row.seen;
    if (!row.closes) expected.emplace_back("GET /behind? ");
    EXPECT_TRUE(client.closed_by_server());
    EXPECT_EQ(take_seen(), expected);
    EXPECT_EQ(count(answers, " 200 OK\r\n"), expected.size()) << answers;
    EXPECT_EQ(count(answers, "100 Continue"), 0U) << answers;
  }
}

// The reading does not depend on how the bytes arrive.
TEST_F(RawRequests, one_byte_at_a_time_the_reader_judges_the_same) {
  for (const auto& row : refused_requests()) {
    if (row.bytes.size() > 16'000) continue;
    SCOPED_TRACE(row.name);
    RequestReader reader(16 * 1024, 1024 * 1024);
    std::string pending;
    for (const char byte : row.bytes + (row.status == 0 ? "" : kBehind)) {
      pending += byte;
      pending.erase(0, reader.feed(pending));
      ASSERT_NE(reader.state(), RequestReader::State::complete);
    }
    EXPECT_EQ(reader.state() == RequestReader::State::refused ? reader.refusal().status : 0,
              row.status);
  }
}

}  // namespace
}  // namespace cobro::net
