#include "net/request_reader.h"

#include <gtest/gtest.h>

#include "net/endpoint.h"
#include "net/reply_writer.h"

namespace cobro::net {
namespace {

using State = RequestReader::State;

// Offers the bytes as a connection would, `step` at a time; gives back what was not taken.
std::string offer(RequestReader& reader, const std::string& bytes, std::size_t step) {
  std::string pending;
  for (std::size_t from = 0; from < bytes.size(); from += step) {
    pending += bytes.substr(from, step);
    pending.erase(0, reader.feed(pending));
  }
  return pending;
}

const std::string kPost =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"
    "true";
const std::string kChunked =
    "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nAuthorization: Bearer stolen\r\n\r\n";

class Chopped : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(RequestReader, Chopped, testing::Values(1, 2, 3, 7, 64, 4096));

TEST_P(Chopped, reads_a_body_by_its_length) {
  RequestReader reader(1024, 100);
  EXPECT_EQ(offer(reader, kPost + "GET", GetParam()), "GET");
  ASSERT_EQ(reader.state(), State::complete);
  EXPECT_TRUE(reader.keep_alive());
  const auto request = reader.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b=c");
  EXPECT_EQ(request.headers.find("content-type"), "application/json");
  EXPECT_EQ(request.body, "true");
}

TEST_P(Chopped, reads_chunks_and_drops_their_trailers) {
  RequestReader reader(1024, 100);
  EXPECT_EQ(offer(reader, kChunked, GetParam()), "");
  ASSERT_EQ(reader.state(), State::complete) << reader.refusal().reason;
  const auto request = reader.take();
  EXPECT_EQ(request.body, "abcde");
  EXPECT_FALSE(request.headers.find("authorization"));
}

TEST_P(Chopped, refuses_chunks_that_add_up_to_too_much) {
  RequestReader reader(1024, 4);
  offer(reader, kChunked, GetParam());
  EXPECT_EQ(reader.state(), State::refused);
  EXPECT_EQ(reader.refusal().status, 413);
}

TEST_P(Chopped, refuses_a_bare_line_feed_as_soon_as_it_comes) {
  RequestReader reader(1024, 4);
  offer(reader, "GET / HTTP/1.1\nHost", GetParam());
  EXPECT_EQ(reader.refusal().status, 400);
}

TEST(RequestReader, a_stated_length_over_the_limit_is_refused_at_the_head) {
  RequestReader reader(1024, 3);
  offer(reader, kPost.substr(0, kPost.size() - 4), 4096);
  EXPECT_EQ(reader.refusal().status, 413);
  EXPECT_EQ(reader.request().path, "/a");
}

TEST(RequestReader, a_head_over_the_limit_is_431) {
  RequestReader reader(256, 3);
  offer(reader, "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(300, 'a'), 10);
  EXPECT_EQ(reader.refusal().status, 431);
}

// A whole head of that many bytes, its empty line included.
std::string head_of(std::size_t bytes) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  const std::string end = "\r\n\r\n";
  return begin + std::string(bytes - begin.size() - end.size(), 'a') + end;
}

TEST_P(Chopped, a_head_may_take_all_of_its_limit_and_not_a_byte_more) {
  for (const std::size_t limit : {256, 16 * 1024}) {
    RequestReader whole(limit, 3);
    EXPECT_EQ(offer(whole, head_of(limit), GetParam()), "");
    EXPECT_EQ(whole.state(), State::complete) << whole.refusal().reason;
    RequestReader over(limit, 3);
    offer(over, head_of(limit + 1), GetParam());
    ASSERT_EQ(over.state(), State::refused);
    EXPECT_EQ(over.refusal().status, 431);
    RequestReader unfinished(limit, 3);
    offer(unfinished, head_of(limit + 8).substr(0, limit - 1), GetParam());
    EXPECT_EQ(unfinished.state(), State::head);
    unfinished.feed(head_of(limit + 8).substr(0, limit));
    EXPECT_EQ(unfinished.refusal().status, 431);
  }
}

TEST(RequestReader, endless_trailers_and_chunk_extensions_are_refused) {
  const auto head = kChunked.substr(0, kChunked.find("3;name"));
  RequestReader trailers(256, 100);
  offer(trailers, head + "0\r\nX: " + std::string(400, 'a'), 16);
  EXPECT_EQ(trailers.state(), State::refused);
  RequestReader extension(256, 100);
  offer(extension, head + "3;x=" + std::string(400, 'a'), 16);
  EXPECT_EQ(extension.state(), State::refused);
}

TEST(RequestReader, malformed_chunks_are_refused) {
  const auto head = kChunked.substr(0, kChunked.find("3;name"));
  for (const std::string body :
       {"3\nabc\n0\n\n", "x\r\nabc\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-3\r\nabc\r\n",
        "ffffffffffffffff1\r\nabc\r\n", "3;a\nb\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n",
        "3 \r\nabc\r\n0\r\n\r\n", "3\r\nabc0\r\n\r\n\r\n", "0\r\n X: folded\r\n\r\n"}) {
    RequestReader reader(1024, 100);
    offer(reader, head + body, 1);
    EXPECT_NE(reader.state(), State::complete) << body;
  }
}

TEST(RequestReader, a_chunked_body_cut_in_its_last_line_waits_for_the_rest) {
  const auto head = kChunked.substr(0, kChunked.find("3;name"));
  RequestReader reader(1024, 100);
  auto pending = offer(reader, head + "0\r\n", 4096);
  pending += "\r";
  pending.erase(0, reader.feed(pending));
  EXPECT_EQ(reader.state(), State::body);
  pending += "\n";
  pending.erase(0, reader.feed(pending));
  EXPECT_EQ(reader.state(), State::complete);
}

TEST(RequestReader, knows_who_waits_for_100_continue) {
  RequestReader reader(1024, 100);
  offer(reader, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n",
        4096);
  EXPECT_TRUE(reader.expects_continue());
  RequestReader other(1024, 100);
  offer(other, "POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 4096);
  EXPECT_EQ(other.refusal().status, 417);
}

TEST(RequestReader, closes_after_http_1_0_and_after_connection_close) {
  RequestReader old(1024, 100);
  offer(old, "GET / HTTP/1.0\r\n\r\n", 4096);
  EXPECT_FALSE(old.keep_alive());
  EXPECT_TRUE(old.is_http_1_0());
  RequestReader last(1024, 100);
  offer(last, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 4096);
  EXPECT_FALSE(last.keep_alive());
}

TEST(ReplyWriter, writes_the_framing_itself_and_nothing_illegal) {
  wire::Reply reply{201,
                    {{"Content-Type", "application/json"},
                     {"content-length", "9"},
                     {"X-Split", "a\r\nSet-Cookie: b"}},
                    "{}"};
  std::string out;
  append_reply(reply, {.close = true, .date = http_date(784111777)}, out);
  EXPECT_EQ(out,
            "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
}

TEST(ReplyWriter, head_keeps_the_length_and_204_has_none) {
  std::string head;
  append_reply({200, {}, "abc"}, {.head_only = true, .date = "d"}, head);
  EXPECT_TRUE(head.ends_with("Content-Length: 3\r\n\r\n"));
  std::string empty;
  append_reply({204, {}, ""}, {}, empty);
  EXPECT_EQ(empty.find("Content-Length"), std::string::npos);
}

TEST(Endpoint, reads_what_it_prints) {
  for (const auto* text : {"127.0.0.1:8080", "[::1]:80", "0.0.0.0:0"})
    EXPECT_EQ(to_string(parse_endpoint(text).value()), text);
  EXPECT_EQ(to_string(parse_endpoint(":80").value()), "0.0.0.0:80");
  EXPECT_TRUE(is_loopback(parse_endpoint("localhost:1").value()));
  EXPECT_FALSE(is_loopback(parse_endpoint(":1").value()));
  for (const auto* text : {"", "80", "127.0.0.1", "127.0.0.1:", "a.example:80", "::1:80",
                           "127.0.0.1:65536", "127.0.0.1:+8", "1.2.3:4"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace
}  // namespace cobro::net
