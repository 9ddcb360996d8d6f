#include "wire/web_address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cobro::wire {
namespace {

// "-" of what is no address.
std::string origin(std::string_view address) {
  const auto found = origin_of(address);
  return found ? to_string(*found) : "-";
}

TEST(WebAddress, has_one_origin_however_it_is_written) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows = {
      {"https://shop.example",
       {"https://shop.example", "HTTPS://SHOP.example/", "https://shop.example:443/a?b#c",
        "https://shop.example:/", "https://shop.example:0443?x=@", "https://shop.example#//evil",
        "https://shop.example//evil.example"}},
      {"http://shop.example:8080", {"http://Shop.Example:8080/x", "http://shop.example:08080"}},
      {"http://localhost:5173", {"http://localhost:5173/payment/success"}},
      {"http://[::1]:8080", {"http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080/x"}},
      {"http://[2001:db8::a]", {"http://[2001:DB8:0::A]:80/"}},
      {"https://a_b.xn--80ak6aa92e.com", {"https://a_b.xn--80ak6aa92e.com:443"}}};
  for (const auto& [expected, addresses] : rows)
    for (const auto& address : addresses) EXPECT_EQ(origin(address), expected) << address;
}

TEST(WebAddress, another_scheme_host_or_port_is_another_origin) {
  const auto shop = origin_of("https://shop.example/");
  for (const auto* other :
       {"http://shop.example", "https://shop.example:444", "http://shop.example:443",
        "https://shop.example.evil", "https://www.shop.example", "https://shop.example."})
    EXPECT_NE(origin_of(other), shop) << other;
}

TEST(WebAddress, what_could_be_read_in_two_ways_is_none) {
  const std::vector<std::string> none = {"",
                                         "shop.example",
                                         "//shop.example",
                                         "/path",
                                         "https:shop.example",
                                         "https:/shop.example",
                                         "https:///shop.example",
                                         "https://",
                                         "https://?x",
                                         "https://:443",
                                         "ftp://shop.example",
                                         "javascript://shop.example/%0aalert(1)",
                                         " https://shop.example",
                                         "https://shop.example ",
                                         "https://shop.example@evil.example",
                                         "https://user:pass@shop.example",
                                         "https://@shop.example",
                                         "https://shop.example\\@evil.example",
                                         "https:\\\\shop.example",
                                         "https://shop.example/\\evil",
                                         "https://shop.example/a\tb",
                                         "https://shop.example/a\nb",
                                         std::string("https://shop.example/a\0b", 24),
                                         "https://shop.example/\x7f",
                                         "https://shóp.example",
                                         "https://shop%2eexample",
                                         "https://shop.example%00.evil",
                                         "https://shop.example:65536",
                                         "https://shop.example:0",
                                         "https://shop.example:-1",
                                         "https://shop.example:+1",
                                         "https://shop.example:8x",
                                         "https://shop.example:80:81",
                                         "https://[::1",
                                         "https://[::1]x",
                                         "https://[::g]",
                                         "https://[]",
                                         "https://[::1%25eth0]",
                                         "https://::1",
                                         "https://a[b]"};
  for (const auto& address : none) EXPECT_EQ(origin(address), "-") << address;
}

TEST(WebAddress, an_origin_alone_has_no_path) {
  for (const auto* text : {"https://shop.example", "https://shop.example/", "http://a:1"})
    EXPECT_TRUE(parse_origin(text)) << text;
  for (const auto* text :
       {"https://shop.example/a", "https://shop.example?", "https://shop.example#",
        "https://shop.example//", "shop.example", "*", "https://*.shop.example"})
    EXPECT_FALSE(parse_origin(text)) << text;
}

}  // namespace
}  // namespace cobro::wire
