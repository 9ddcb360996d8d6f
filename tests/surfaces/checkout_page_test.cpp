// The checkout page as it is served: its forms, its caching, and what its policy allows.
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "surfaces/checkout/files.h"
#include "surfaces/checkout/page.h"

namespace cobro::testing {
namespace {

using surfaces::checkout::asset_reply;
using surfaces::checkout::content_security_policy;
using surfaces::checkout::File;
using surfaces::checkout::files;
using surfaces::checkout::page_reply;

wire::Request asking(wire::Headers headers = {}) {
  return {"GET", "/checkout/x", {}, std::move(headers), {}, {}};
}

const File& script() {
  for (const auto& file : files())
    if (file.name.ends_with(".js")) return file;
  throw std::logic_error("the page has no script");
}

std::string header(const wire::Reply& reply, std::string_view name) {
  return std::string(reply.headers.find(name).value_or(""));
}

TEST(CheckoutPage, names_the_files_that_it_loads) {
  const auto page = page_reply(asking(), "default-src 'none'");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(header(page, "Content-Type"), "text/html; charset=utf-8");
  std::size_t loaded = 0;
  for (const auto& file : files())
    if (page.body.find("/checkout/assets/" + std::string(file.name)) != std::string::npos) ++loaded;
  EXPECT_EQ(loaded, files().size() - 1);  // all but itself
  EXPECT_EQ(page.body.find("<style"), std::string::npos);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_EQ(page.body.find(" style="), std::string::npos);
}

TEST(CheckoutPage, is_never_kept_and_never_framed) {
  const auto page = page_reply(asking(), "the policy");
  EXPECT_EQ(header(page, "Cache-Control"), "no-store");
  EXPECT_EQ(header(page, "Content-Security-Policy"), "the policy");
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(page, "Referrer-Policy"), "strict-origin");
  EXPECT_EQ(header(page, "X-Frame-Options"), "DENY");
}

TEST(CheckoutPage, has_assets_that_are_kept_for_good) {
  const auto reply = asset_reply(asking(), script().name);
  ASSERT_TRUE(reply);
  EXPECT_EQ(header(*reply, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*reply, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(*reply, "X-Content-Type-Options"), "nosniff");
  EXPECT_FALSE(asset_reply(asking(), "index.html"));
  EXPECT_FALSE(asset_reply(asking(), "../index.html"));
  EXPECT_FALSE(asset_reply(asking(), ""));
}

TEST(CheckoutPage, comes_in_the_best_form_that_the_browser_takes) {
  const auto coding = [](const std::string& accepted) {
    const auto reply = *asset_reply(asking({{"Accept-Encoding", accepted}}), script().name);
    EXPECT_EQ(header(reply, "Vary"), "Accept-Encoding");
    const auto& file = script();
    const auto used = header(reply, "Content-Encoding");
    EXPECT_EQ(reply.body, used == "br" ? file.brotli : used == "gzip" ? file.gzip : file.plain);
    return used;
  };
  EXPECT_EQ(coding("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(coding("BR"), "br");
  EXPECT_EQ(coding("gzip;q=0.5, br;q=0"), "gzip");
  EXPECT_EQ(coding("br;q=0.001"), "br");
  EXPECT_EQ(coding("br;q=0.0"), "");
  EXPECT_EQ(coding("identity"), "");
  EXPECT_EQ(coding("brotli"), "");
  EXPECT_EQ(coding(""), "");
}

TEST(CheckoutPage, is_not_sent_again_to_who_has_it) {
  std::set<std::string> tags;
  for (const auto* accepted : {"", "gzip", "br"}) {
    const auto first = *asset_reply(asking({{"Accept-Encoding", accepted}}), script().name);
    const auto tag = header(first, "ETag");
    EXPECT_TRUE(tags.insert(tag).second) << tag;
    const auto again = *asset_reply(
        asking({{"Accept-Encoding", accepted}, {"If-None-Match", "\"other\", W/" + tag}}),
        script().name);
    EXPECT_EQ(again.status, 304);
    EXPECT_TRUE(again.body.empty());
    EXPECT_EQ(header(again, "ETag"), tag);
  }
}

TEST(CheckoutPage, lets_the_sandbox_take_cards_and_no_other_script_run) {
  const auto policy = content_security_policy({.sandbox_api_base = "http://127.0.0.1:12111/v1"});
  EXPECT_NE(policy.find("connect-src 'self' http://127.0.0.1:12111;"), std::string::npos);
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("stripe.com"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST(CheckoutPage, lets_stripe_in_only_with_real_keys) {
  const auto policy = content_security_policy({});
  EXPECT_NE(policy.find("script-src 'self' https://js.stripe.com"), std::string::npos);
  EXPECT_NE(policy.find("connect-src 'self' https://api.stripe.com;"), std::string::npos);
  EXPECT_NE(policy.find("frame-src https://js.stripe.com"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST(CheckoutPage, puts_nothing_into_its_policy_but_an_address) {
  for (const auto* base : {"", "127.0.0.1:12111", "ftp://127.0.0.1", "http://", "http://a; x b",
                           "http://*", "javascript://a"})
    EXPECT_THROW(content_security_policy({.sandbox_api_base = base}), std::invalid_argument)
        << base;
}

TEST(CheckoutPage, weighs_far_less_than_its_limit) {
  std::size_t bytes = 0;
  for (const auto& file : files()) bytes += file.gzip.size();
  EXPECT_LT(bytes, 30U * 1024);
}

}  // namespace
}  // namespace cobro::testing
