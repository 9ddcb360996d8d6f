#include "tests/net/raw_requests.h"

namespace cobro::net {
namespace {

using namespace std::string_literals;

std::string get(const std::string& fields) {
  return "GET /x HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string host(const std::string& value) {
  return "GET /x HTTP/1.1\r\nHost:" + value + "\r\n\r\n";
}
std::string target(const std::string& text) {
  return "GET " + text + " HTTP/1.1\r\nHost: x\r\n\r\n";
}
std::string version(const std::string& text) {
  return "GET /x " + text + "\r\nHost: x\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}
std::string coding(const std::string& field) {
  return post(field + "\r\n", "3\r\nabc\r\n0\r\n\r\n");
}
std::string length(const std::string& field) {
  return post(field + "\r\n", "abc");
}
std::string many(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

using Rows = std::vector<RefusedRequest>;

void add_codings(Rows& rows) {
  const std::string te = "Transfer-Encoding: chunked";
  const Rows more{
      {"length, then chunked", coding("Content-Length: 4\r\n" + te), 400},
      {"chunked, then length", coding(te + "\r\nContent-Length: 4"), 400},
      {"chunked and a length of 0", coding("Content-Length: 0\r\n" + te), 400},
      {"length and identity", coding("Content-Length: 3\r\nTransfer-Encoding: identity"), 400},
      {"length and an empty coding", coding("Content-Length: 3\r\nTransfer-Encoding:"), 400},
      {"xchunked", coding("Transfer-Encoding: xchunked"), 501},
      {"chunkedx", coding("Transfer-Encoding: chunkedx"), 501},
      {"identity", coding("Transfer-Encoding: identity"), 501},
      {"gzip", coding("Transfer-Encoding: gzip"), 501},
      {"gzip, chunked", coding("Transfer-Encoding: gzip, chunked"), 501},
      {"chunked, gzip", coding("Transfer-Encoding: chunked, gzip"), 501},
      {"chunked, chunked", coding("Transfer-Encoding: chunked, chunked"), 501},
      {"chunked, identity", coding("Transfer-Encoding: chunked, identity"), 501},
      {"chunked with a comma before", coding("Transfer-Encoding: ,chunked"), 501},
      {"chunked with a comma behind", coding("Transfer-Encoding: chunked,"), 501},
      {"chunked with a parameter", coding("Transfer-Encoding: chunked;a=b"), 501},
      {"quoted chunked", coding("Transfer-Encoding: \"chunked\""), 501},
      {"an empty coding", coding("Transfer-Encoding:"), 501},
      {"a coding of spaces", coding("Transfer-Encoding: \t "), 501},
      {"chunked behind a no-break space",
       coding("Transfer-Encoding: \xc2\xa0"
              "chunked"),
       501},
      {"chunked behind a vertical tab",
       coding("Transfer-Encoding: \x0b"
              "chunked"),
       400},
      {"chunked behind a form feed",
       coding("Transfer-Encoding: \x0c"
              "chunked"),
       400},
      {"chunked before NUL", coding("Transfer-Encoding: chunked\0"s), 400},
      {"chunked before a bare CR", coding("Transfer-Encoding: chunked\rx"), 400},
      {"chunked twice", coding(te + "\r\n" + te), 400},
      {"chunked, then identity below", coding(te + "\r\ntransfer-encoding: identity"), 400},
      {"identity, then chunked below", coding("Transfer-Encoding: identity\r\n" + te), 400},
      {"chunked folded", coding("Transfer-Encoding:\r\n chunked"), 400},
      {"a folded second coding", coding(te + "\r\n , identity"), 400},
      {"a space before the coding's colon", coding("Transfer-Encoding : chunked"), 400},
      {"a tab before the coding's colon", coding("Transfer-Encoding\t: chunked"), 400},
      {"a folded coding behind a field", coding("X: y\r\n Transfer-Encoding: chunked"), 400},
      {"a coding behind a bare LF", coding("X: y\nTransfer-Encoding: chunked"), 400},
      {"a coding behind a bare CR", coding("X: y\rTransfer-Encoding: chunked"), 400},
      {"chunked in HTTP/1.0",
       "POST /x HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in HTTP/1.0 kept alive",
       "POST /x HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n",
       400},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_lengths(Rows& rows) {
  const Rows more{
      {"two equal lengths", length("Content-Length: 3\r\nContent-Length: 3"), 400},
      {"two lengths", length("Content-Length: 3\r\nContent-Length: 40"), 400},
      {"two lengths, one in lower case", length("Content-Length: 0\r\ncontent-length: 3"), 400},
      {"a list of equal lengths", length("Content-Length: 3, 3"), 400},
      {"a list of lengths", length("Content-Length: 3, 40"), 400},
      {"a length with a comma", length("Content-Length: 3,"), 400},
      {"a positive length", length("Content-Length: +3"), 400},
      {"a negative length", length("Content-Length: -3"), 400},
      {"a hexadecimal length", length("Content-Length: 0x3"), 400},
      {"a length in hexadecimal digits", length("Content-Length: a"), 400},
      {"a fraction", length("Content-Length: 3.0"), 400},
      {"an exponent", length("Content-Length: 3e0"), 400},
      {"a quoted length", length("Content-Length: \"3\""), 400},
      {"a length with a space in it", length("Content-Length: 3 0"), 400},
      {"a length with an underscore", length("Content-Length: 1_0"), 400},
      {"an empty length", length("Content-Length:"), 400},
      {"a length of 2^64", length("Content-Length: 18446744073709551616"), 400},
      {"a length of 2^64 + 3", length("Content-Length: 18446744073709551619"), 400},
      {"a length of 400 digits", length("Content-Length: " + std::string(400, '9')), 400},
      {"a length of 2^64 - 1", length("Content-Length: 18446744073709551615"), 413},
      {"a length over the limit", length("Content-Length: 1048577"), 413},
      {"a length in Arabic digits", length("Content-Length: \xd9\xa3"), 400},
      {"a length before NUL", length("Content-Length: 3\0"s), 400},
      {"a length behind a form feed",
       length("Content-Length: \x0c"
              "3"),
       400},
      {"a space before the length's colon", length("Content-Length : 3"), 400},
      {"a folded length", length("Content-Length:\r\n 3"), 400},
      {"a length folded in two", length("Content-Length: 3\r\n 0"), 400},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_lines(Rows& rows) {
  const Rows more{
      {"a fold", get("X: a\r\n b\r\n"), 400},
      {"a fold with a tab", get("X: a\r\n\tb\r\n"), 400},
      {"a fold of nothing", get("X: a\r\n \r\n"), 400},
      {"a folded first field", "GET /x HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"a space before the first field", "GET /x HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n", 400},
      {"no name", get(": a\r\n"), 400},
      {"no colon", get("Nothing\r\n"), 400},
      {"a space in a name", get("X Y: a\r\n"), 400},
      {"brackets in a name", get("X[0]: a\r\n"), 400},
      {"a quote in a name", get("\"X\": a\r\n"), 400},
      {"a high byte in a name", get("X\xe9: a\r\n"), 400},
      {"NUL in a name", get("X\0Y: a\r\n"s), 400},
      {"a control in a name", get("X\x01: a\r\n"), 400},
      {"NUL in a value", get("X: a\0b\r\n"s), 400},
      {"an escape in a value", get("X: \x1b[2J\r\n"), 400},
      {"a backspace in a value", get("X: a\x08\r\n"), 400},
      {"DEL in a value", get("X: a\x7f\r\n"), 400},
      {"a bare CR in a value", get("X: a\rb\r\n"), 400},
      {"a bare CR hiding a field", get("X: a\rContent-Length: 33\r\n"), 400},
      {"two CR before LF", get("X: a\r\r\n"), 400},
      {"CR as the line end", "GET /x HTTP/1.1\rHost: x\r\r", 400},
      {"LF as the line end", "GET /x HTTP/1.1\nHost: x\n\n", 400},
      {"LF behind the request line", "GET /x HTTP/1.1\nHost: x\r\n\r\n", 400},
      {"LF behind a field", "GET /x HTTP/1.1\r\nHost: x\n\r\n", 400},
      {"LF for the empty line", "GET /x HTTP/1.1\r\nHost: x\r\n\n", 400},
      {"LF CR for the empty line", "GET /x HTTP/1.1\r\nHost: x\n\r", 400},
      {"an empty line first", "\r\n" + get(""), 400},
      {"a bare LF first", "\n" + get(""), 400},
      {"a byte order mark first", "\xef\xbb\xbf" + get(""), 400},
      {"NUL first", "\0"s + get(""), 400},
      {"two authorizations", get("Authorization: Bearer a\r\nauthorization: Bearer b\r\n"), 400},
      {"two idempotency keys", get("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400},
      {"two content types", get("Content-Type: a/b\r\nContent-Type: c/d\r\n"), 400},
      {"two expectations", get("Expect: 100-continue\r\nExpect: x\r\n"), 400},
      {"a malformed Connection", get("Connection: a b\r\n"), 400},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_hosts(Rows& rows) {
  const Rows more{
      {"no Host", "GET /x HTTP/1.1\r\nAccept: */*\r\n\r\n", 400},
      {"no field at all", "GET /x HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", get("Host: y\r\n"), 400},
      {"two equal Hosts", get("Host: x\r\n"), 400},
      {"two Hosts in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"an empty Host", host(""), 400},
      {"a Host of spaces", host("   "), 400},
      {"a space in Host", host(" x y"), 400},
      {"a list in Host", host(" x,y"), 400},
      {"user information in Host", host(" admin@x"), 400},
      {"user and password in Host", host(" a:b@x"), 400},
      {"a scheme in Host", host(" http://x"), 400},
      {"a path in Host", host(" x/admin"), 400},
      {"a backslash in Host", host(" x\\y"), 400},
      {"a query in Host", host(" x?y"), 400},
      {"a fragment in Host", host(" x#y"), 400},
      {"a percent in Host", host(" x%00y"), 400},
      {"UTF-8 in Host",
       host(" b\xc3\xbc"
            "cher.example"),
       400},
      {"a port that is no number", host(" x:http"), 400},
      {"a port above 65535", host(" x:65536"), 400},
      {"a signed port", host(" x:+80"), 400},
      {"a negative port", host(" x:-1"), 400},
      {"two ports", host(" x:80:80"), 400},
      {"only a port", host(" :80"), 400},
      {"an open bracket", host(" [::1"), 400},
      {"empty brackets", host(" []"), 400},
      {"a name behind brackets", host(" [::1]x"), 400},
      {"a zone in brackets", host(" [fe80::1%25eth0]"), 400},
      {"an IPv6 address without brackets", host(" ::1"), 400},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_request_lines(Rows& rows) {
  const Rows more{
      {"an absolute target", target("http://x/x"), 400},
      {"an absolute target of another host", target("https://other/x"), 400},
      {"an authority", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT to a path", "CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"an asterisk", target("*"), 400},
      {"an asterisk of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a target without a slash", target("x"), 400},
      {"a query alone", target("?a=b"), 400},
      {"a fragment", target("/x#y"), 400},
      {"a high byte in the target", target("/\xff"), 400},
      {"UTF-8 in the query", target("/x?a=\xc3\xa9"), 400},
      {"NUL in the target", target("/x\0y"s), 400},
      {"a control in the target", target("/x\x1f"), 400},
      {"DEL in the target", target("/x\x7f"), 400},
      {"a tab in the target", target("/x\ty"), 400},
      {"a space in the target", target("/x y"), 400},
      {"a version in the target", target("/x HTTP/1.1"), 400},
      {"a backslash in the path", target("/x\\..\\admin"), 400},
      {"a backslash for the slash", target("\\x"), 400},
      {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two spaces before the target", "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two spaces behind the target", "GET /x  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a tab behind the method", "GET\t/x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a space behind the version", "GET /x HTTP/1.1 \r\nHost: x\r\n\r\n", 400},
      {"a space before the method", " GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no method", "/x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a method with a slash", "GET/ /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a high byte in the method",
       "G\xcb"
       "T /x HTTP/1.1\r\nHost: x\r\n\r\n",
       400},
      {"HTTP/0.9", "GET /x\r\n\r\n", 400},
      {"HTTP/0.9 with its version", version("HTTP/0.9"), 505},
      {"HTTP/1.2", version("HTTP/1.2"), 505},
      {"HTTP/2.0", version("HTTP/2.0"), 505},
      {"HTTP/2", version("HTTP/2"), 400},
      {"HTTP/1.10", version("HTTP/1.10"), 400},
      {"HTTP/01.1", version("HTTP/01.1"), 400},
      {"HTTP/1,1", version("HTTP/1,1"), 400},
      {"HTTP 1.1", version("HTTP 1.1"), 400},
      {"http/1.1", version("http/1.1"), 400},
      {"HTTPS/1.1", version("HTTPS/1.1"), 400},
      {"ICY", version("ICY/1.0"), 400},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"a reply", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 400},
      {"a TLS greeting", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"s + std::string(32, 'r'), 400},
      {"a WebSocket frame", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 400},
      {"a line of SMTP", "EHLO example.org\r\n", 400},
      {"a PROXY line", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n" + get(""), 400},
      {"JSON without a head", "{\"amount\":1}\r\n\r\n", 400},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_sizes(Rows& rows) {
  const std::string large(17'000, 'a');
  const Rows more{
      {"a long method", large + " /x HTTP/1.1\r\nHost: x\r\n\r\n", 431},
      {"a long target", target("/" + large), 431},
      {"a long query", target("/x?" + large), 431},
      {"a long name", get(large + ": a\r\n"), 431},
      {"a long value", get("X: " + large + "\r\n"), 431},
      {"a long line of spaces", get("X:" + std::string(17'000, ' ') + "\r\n"), 431},
      {"100 fields beside Host", get(many("X: y\r\n", 100)), 431},
      {"5,000 fields", get(many("a:\r\n", 5'000)), 431},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_chunks(Rows& rows) {
  const std::string end = "0\r\n\r\n";
  const Rows more{
      {"a chunk without a size", chunked("\r\nabc\r\n" + end), 400},
      {"a size that is no number", chunked("xyz\r\nabc\r\n" + end), 400},
      {"a positive size", chunked("+3\r\nabc\r\n" + end), 400},
      {"a negative size", chunked("-3\r\nabc\r\n" + end), 400},
      {"a size of 0x3", chunked("0x3\r\nabc\r\n" + end), 400},
      {"a size of 17 digits", chunked("00000000000000003\r\nabc\r\n" + end), 400},
      {"a size of 2^64 + 3", chunked("10000000000000003\r\nabc\r\n" + end), 400},
      {"a size of 2^64 - 1", chunked("ffffffffffffffff\r\nabc\r\n" + end), 413},
      {"a size over the limit", chunked("100001\r\nabc\r\n" + end), 413},
      {"chunks over the limit together", chunked("1\r\na\r\n100000\r\nabc\r\n" + end), 413},
      {"a space before a size", chunked(" 3\r\nabc\r\n" + end), 400},
      {"a space behind a size", chunked("3 \r\nabc\r\n" + end), 400},
      {"a space in a size", chunked("3 3\r\nabc\r\n" + end), 400},
      {"a tab behind a size", chunked("3\t\r\nabc\r\n" + end), 400},
      {"an underscore in a size", chunked("0_3\r\nabc\r\n" + end), 400},
      {"NUL behind a size", chunked("3\0\r\nabc\r\n"s + end), 400},
      {"LF behind a size", chunked("3\nabc\r\n" + end), 400},
      {"CR behind a size", chunked("3\rabc\r\n" + end), 400},
      {"two CR behind a size", chunked("3\r\r\nabc\r\n" + end), 400},
      {"LF behind the data", chunked("3\r\nabc\n" + end), 400},
      {"CR behind the data", chunked("3\r\nabc\r" + end), 400},
      {"nothing behind the data", chunked("3\r\nabc" + end), 400},
      {"two other bytes behind the data", chunked("3\r\nabcxy" + end), 400},
      {"more data than the size", chunked("3\r\nabcd\r\n" + end), 400},
      {"less data than the size", chunked("5\r\nabc\r\n" + end), 400},
      {"LF in an extension", chunked("3;a\nb\r\nabc\r\n" + end), 400},
      {"LF behind an extension", chunked("3;\nabc\r\n" + end), 400},
      {"CR in an extension", chunked("3;a\rb\r\nabc\r\n" + end), 400},
      {"LF in a quoted extension", chunked("3;a=\"\n\"\r\nabc\r\n" + end), 400},
      {"CR LF in a quoted extension", chunked("3;a=\"\r\n\"\r\nabc\r\n" + end), 400},
      {"NUL in an extension", chunked("3;a=\0\r\nabc\r\n"s + end), 400},
      {"a comma for an extension", chunked("3,a\r\nabc\r\n" + end), 400},
      {"a long extension", chunked("3;" + std::string(17'000, 'a') + "\r\nabc\r\n" + end), 400},
      {"many extensions", chunked(many("1;" + std::string(100, 'a') + "\r\nb\r\n", 200) + end),
       400},
      {"the last chunk with LF", chunked("0\n\r\n"), 400},
      {"the last chunk, then LF", chunked("0\r\n\n"), 400},
      {"the last chunk, then CR", chunked("0\r\n\rx"), 400},
      {"the last chunk, then a request", chunked("0\r\n"), 400},
      {"a last chunk of -0", chunked("-0\r\n\r\n"), 400},
      {"a last chunk with a long extension", chunked("0;" + std::string(17'000, 'a') + "\r\n\r\n"),
       400},
      {"a length in the trailers", chunked("0\r\nContent-Length: 33\r\n\r\n"), 400},
      {"a coding in the trailers", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"a Host in the trailers", chunked("0\r\nHost: y\r\n\r\n"), 400},
      {"a fold in the trailers", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400},
      {"LF in the trailers", chunked("0\r\nX: a\nY: b\r\n\r\n"), 400},
      {"a space before a trailer's colon", chunked("0\r\nX : a\r\n\r\n"), 400},
      {"a trailer without a colon", chunked("0\r\nX\r\n\r\n"), 400},
      {"a long trailer", chunked("0\r\nX: " + std::string(17'000, 'a') + "\r\n\r\n"), 400},
      {"many trailers", chunked("0\r\n" + many("X: y\r\n", 5'000) + "\r\n"), 400},
      {"an unknown expectation", post("Expect: 200-ok\r\nContent-Length: 3\r\n", "abc"), 417},
      {"an expectation in HTTP/1.0", "POST /x HTTP/1.0\r\nExpect: x\r\nContent-Length: 0\r\n\r\n",
       417},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_departures(Rows& rows) {
  const Rows more{
      {"gone in the request line", "GET /x HT", 0},
      {"gone in a field", "GET /x HTTP/1.1\r\nHost: x\r\nAccep", 0},
      {"gone before the empty line", "GET /x HTTP/1.1\r\nHost: x\r\n", 0},
      {"gone between CR and LF", "GET /x HTTP/1.1\r\nHost: x\r\n\r", 0},
      {"gone in a body", post("Content-Length: 40\r\n", "abc"), 0},
      {"gone before a body", post("Content-Length: 3\r\n"), 0},
      {"gone in a chunk's size", chunked("3"), 0},
      {"gone in a chunk's data", chunked("3\r\nab"), 0},
      {"gone behind a chunk's data", chunked("3\r\nabc\r"), 0},
      {"gone before the last chunk", chunked("3\r\nabc\r\n"), 0},
      {"gone in the trailers", chunked("0\r\nX: y\r\n"), 0},
      {"gone before the last line", chunked("0\r\n\r"), 0},
  };
  rows.insert(rows.end(), more.begin(), more.end());
}

}  // namespace

std::vector<RefusedRequest> refused_requests() {
  Rows rows;
  add_codings(rows);
  add_lengths(rows);
  add_lines(rows);
  add_hosts(rows);
  add_request_lines(rows);
  add_sizes(rows);
  add_chunks(rows);
  add_departures(rows);
  return rows;
}

}  // namespace cobro::net
