#include "net/head_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace cobro::net {
namespace {

using namespace std::string_literals;

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\n" + fields + "\r\n";
}

struct Row {
  const char* what;
  std::string head;
  int status;  // 0: passes
};

const Row kHeads[] = {
    {"the least there is", get("Host: a\r\n"), 0},
    {"a port in Host", get("Host: pay.example:8443\r\n"), 0},
    {"an IPv6 Host", get("Host: [::1]:80\r\n"), 0},
    {"a query", "GET /a/b?c=%20d HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"a length", get("Host: a\r\nContent-Length: 5\r\n"), 0},
    {"chunked", get("Host: a\r\nTransfer-Encoding: chunked\r\n"), 0},
    {"chunked in capitals", get("Host: a\r\nTransfer-Encoding: CHUNKED\r\n"), 0},
    {"an unknown method that is a token", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"UTF-8 in a value", get("Host: a\r\nX-Name: Jos\xc3\xa9\r\n"), 0},
    {"an empty value", get("Host: a\r\nX-Empty:\r\n"), 0},
    {"a tab in a value", get("Host: a\r\nX: a\tb\r\n"), 0},

    {"no Host", get("Accept: x\r\n"), 400},
    {"two Hosts", get("Host: a\r\nHost: a\r\n"), 400},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400},
    {"an empty Host", get("Host:\r\n"), 400},
    {"a list in Host", get("Host: a, b\r\n"), 400},
    {"user info in Host", get("Host: a@b\r\n"), 400},
    {"a path in Host", get("Host: a/b\r\n"), 400},
    {"a space in Host", get("Host: a b\r\n"), 400},
    {"two lengths", get("Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n"), 400},
    {"two different lengths", get("Host: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {"a list of lengths", get("Host: a\r\nContent-Length: 5, 5\r\n"), 400},
    {"a signed length", get("Host: a\r\nContent-Length: +5\r\n"), 400},
    {"a negative length", get("Host: a\r\nContent-Length: -1\r\n"), 400},
    {"a hexadecimal length", get("Host: a\r\nContent-Length: 0x10\r\n"), 400},
    {"an empty length", get("Host: a\r\nContent-Length:\r\n"), 400},
    {"a length and chunked", get("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
     400},
    {"chunked and a length", get("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
     400},
    {"chunked twice",
     get("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"chunked, chunked", get("Host: a\r\nTransfer-Encoding: chunked, chunked\r\n"), 501},
    {"chunked, identity", get("Host: a\r\nTransfer-Encoding: chunked, identity\r\n"), 501},
    {"gzip, chunked", get("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"), 501},
    {"xchunked", get("Host: a\r\nTransfer-Encoding: xchunked\r\n"), 501},
    {"identity", get("Host: a\r\nTransfer-Encoding: identity\r\n"), 501},
    {"an empty coding", get("Host: a\r\nTransfer-Encoding:\r\n"), 501},
    {"chunked with a vertical tab",
     get("Host: a\r\nTransfer-Encoding: \x0b"
         "chunked\r\n"),
     400},
    {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"a folded line", get("Host: a\r\nX: a\r\n b\r\n"), 400},
    {"a folded first line", get(" Host: a\r\n"), 400},
    {"a line folded with a tab", get("Host: a\r\nX: a\r\n\tb\r\n"), 400},
    {"a space before the colon", get("Host: a\r\nContent-Length : 5\r\n"), 400},
    {"a tab before the colon", get("Host: a\r\nContent-Length\t: 5\r\n"), 400},
    {"no name", get("Host: a\r\n: x\r\n"), 400},
    {"no colon", get("Host: a\r\nContent-Length 5\r\n"), 400},
    {"a name that is no token", get("Host: a\r\nX(y): z\r\n"), 400},
    {"a high byte in a name", get("Host: a\r\nX\xc3\xa9: z\r\n"), 400},
    {"a bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
    {"a bare CR in a value", get("Host: a\r\nX: a\rb\r\n"), 400},
    {"a bare CR before CR LF", get("Host: a\r\r\n"), 400},
    {"NUL in a value", get("Host: a\r\nX: a\0b\r\n"s), 400},
    {"DEL in a value", get("Host: a\r\nX: a\x7f\r\n"), 400},
    {"an absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"an authority target", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"the asterisk target", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a high byte in the target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a control in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"HTTP/0.9", "GET /\r\n\r\n", 400},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505},
    {"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"a longer version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
    {"an empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"bytes behind the head", get("Host: a\r\n") + "x", 400},
    {"no empty line", "GET / HTTP/1.1\r\nHost: a\r\n", 400},
    {"nothing", "", 400},
};

TEST(HeadScan, has_one_reading_of_every_head_or_refuses_it) {
  for (const auto& row : kHeads) {
    const auto refusal = scan_head(row.head);
    EXPECT_EQ(refusal ? refusal->status : 0, row.status) << row.what;
  }
}

}  // namespace
}  // namespace cobro::net
