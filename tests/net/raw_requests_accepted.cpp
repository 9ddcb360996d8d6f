#include "tests/net/raw_requests.h"

namespace cobro::net {
namespace {

std::string get(const std::string& fields) {
  return "GET /x HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}
std::string host(const std::string& value) {
  return "GET /x HTTP/1.1\r\nHost:" + value + "\r\n\r\n";
}
std::string fields(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += "X-" + std::to_string(i) + ": y\r\n";
  return all;
}

const std::vector<std::string> kPlain{"GET /x? "};
const std::vector<std::string> kAbc{"POST /x? abc"};

std::vector<AcceptedRequest> odd_heads() {
  return {
      {"names in lower case", "GET /x HTTP/1.1\r\nhost: x\r\naccept: */*\r\n\r\n", kPlain},
      {"names in capitals", "POST /x HTTP/1.1\r\nHOST: x\r\nCONTENT-LENGTH: 3\r\n\r\nabc", kAbc},
      {"no space behind colons", "GET /x HTTP/1.1\r\nHost:x\r\nAccept:*/*\r\n\r\n", kPlain},
      {"spaces and tabs around values", host(" \t x \t "), kPlain},
      {"a length among spaces", post("Content-Length: \t3 \r\n", "abc"), kAbc},
      {"a length with zeros before", post("Content-Length: 003\r\n", "abc"), kAbc},
      {"an empty value", get("X:\r\n"), kPlain},
      {"a value of spaces", get("X:   \r\n"), kPlain},
      {"a tab in a value", get("X: a\tb\r\n"), kPlain},
      {"UTF-8 in a value", get("X: Jos\xc3\xa9\r\n"), kPlain},
      {"a name of odd characters", get("X_!#$%&'*+-.^`|~: y\r\n"), kPlain},
      {"a repeated field", get("Accept: a/b\r\nAccept: c/d\r\n"), kPlain},
      {"99 fields beside Host", get(fields(99)), kPlain},
      {"a field of 12,000 bytes", get("X: " + std::string(12'000, 'a') + "\r\n"), kPlain},
      {"a port", host(" pay.example:8443"), kPlain},
      {"an empty port", host(" pay.example:"), kPlain},
      {"an IPv4 address", host(" 127.0.0.1:80"), kPlain},
      {"an IPv6 address", host(" [::ffff:127.0.0.1]:80"), kPlain},
      {"an underscore in Host", host(" cobro_service"), kPlain},
      {"Host last", "GET /x HTTP/1.1\r\nAccept: */*\r\nHost: x\r\n\r\n", kPlain},
  };
}

std::vector<AcceptedRequest> odd_bodies() {
  return {
      {"a body of GET",
       "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 33\r\n\r\n" + kBehind,
       {"GET /x? " + kBehind}},
      {"a chunked body of DELETE",
       "DELETE /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       {"DELETE /x? abc"}},
      {"a length of 0", post("Content-Length: 0\r\n", ""), {"POST /x? "}},
      {"POST without a body", post("", ""), {"POST /x? "}},
      {"chunked in capitals", post("Transfer-Encoding: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n"),
       kAbc},
      {"chunked behind a tab", post("Transfer-Encoding:\tchunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
       kAbc},
      {"sizes in either case",
       chunked("A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
       {"POST /x? 01234567890123456789a"}},
      {"sizes with zeros before", chunked("0003\r\nabc\r\n0000\r\n\r\n"), kAbc},
      {"extensions", chunked("3;a;b=c;d=\"e;f \\\" g\"\r\nabc\r\n0;z\r\n\r\n"), kAbc},
      {"trailers", chunked("3\r\nabc\r\n0\r\nX-Sum: 1\r\nAuthorization: x\r\n\r\n"), kAbc},
      {"a body of line ends", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), {"POST /x? \r\n\r\n"}},
      {"a request in a chunk",
       chunked("21\r\n" + kBehind + "\r\n0\r\n\r\n"),
       {"POST /x? " + kBehind}},
      {"an empty chunked body", chunked("0\r\n\r\n"), {"POST /x? "}},
      {"four at once",
       get("") + post("Content-Length: 3\r\n", "abc") + chunked("3\r\nabc\r\n0\r\n\r\n") + get(""),
       {"GET /x? ", "POST /x? abc", "POST /x? abc", "GET /x? "}},
  };
}

std::vector<AcceptedRequest> odd_manners() {
  return {
      {"a method nobody knows", "BREW /x HTTP/1.1\r\nHost: x\r\n\r\n", {"BREW /x? "}},
      {"a method in lower case", "get /x HTTP/1.1\r\nHost: x\r\n\r\n", {"get /x? "}},
      {"marks in the target",
       "GET /a;b=c/~d/(e)/%2F%zz?f[]=g|h&i=\\{j}?k HTTP/1.1\r\nHost: x\r\n\r\n",
       {"GET /a;b=c/~d/(e)/%2F%zz?f[]=g|h&i=\\{j}?k "}},
      {"two slashes", "GET //x HTTP/1.1\r\nHost: x\r\n\r\n", {"GET //x? "}},
      {"an upgrade to h2c, not taken",
       get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
       kPlain},
      {"an upgrade to WebSocket, not taken",
       get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"), kPlain},
      {"Connection naming a field", get("Connection: X\r\nX: y\r\n"), kPlain},
      {"HTTP/1.0 kept alive", "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", kPlain},
      {"HTTP/1.0", "GET /x HTTP/1.0\r\n\r\n", kPlain, true},
      {"Connection: close", get("Connection: close\r\n"), kPlain, true},
      {"close in a list and in capitals", get("Connection: x, CLOSE\r\n"), kPlain, true},
      {"close, then keep-alive", get("Connection: close\r\nConnection: keep-alive\r\n"), kPlain,
       true},
      {"an expectation that HTTP/1.0 cannot have",
       "POST /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", kAbc, true},
  };
}

}  // namespace

std::vector<AcceptedRequest> accepted_requests() {
  auto rows = odd_heads();
  for (const auto& more : {odd_bodies(), odd_manners()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace cobro::net
