// From a token to a caller's rights, and from a caller's address to where browsers may go.
#include <gtest/gtest.h>

#include "surfaces/common/access.h"
#include "surfaces/common/bearer.h"
#include "surfaces/common/return_urls.h"

namespace cobro::testing {
namespace {

const base::Timestamp kNow = base::Timestamp::from_unix_seconds(1'762'338'600);

app::Caller caller_with(std::vector<std::string> roles) {
  const crypto::JwtKeys keys{{base::Secret("a-key-of-thirty-two-bytes-or-more")}, {}, {}};
  const crypto::Claims claims{.sub = "ops",
                              .roles = std::move(roles),
                              .tenant_id = {},
                              .email = {},
                              .name = {},
                              .exp = kNow + std::chrono::minutes(1)};
  const wire::Headers headers{{"Authorization", "Bearer " + crypto::make_token(claims, keys)}};
  return surfaces::authenticate(headers, crypto::JwtVerifier(keys), kNow).value();
}

TEST(Roles, of_several_the_rights_add_up) {
  struct Row {
    std::vector<std::string> roles;
    bool admin;
    bool service;
  };
  for (const Row& row :
       {Row{{}, false, false}, Row{{"user"}, false, false},
        Row{{"cook", "Admin", "ADMIN", "admin "}, false, false}, Row{{"admin"}, true, false},
        Row{{"service"}, false, true}, Row{{"admin", "service"}, true, true},
        Row{{"service", "admin"}, true, true},
        Row{{"user", "service", "cook", "admin"}, true, true}}) {
    const auto caller = caller_with(row.roles);
    const auto shown = ::testing::PrintToString(row.roles);
    EXPECT_TRUE(caller.roles.has(app::Role::user)) << shown;
    EXPECT_EQ(caller.roles.has(app::Role::admin), row.admin) << shown;
    EXPECT_EQ(caller.roles.has(app::Role::service), row.service) << shown;
    EXPECT_EQ(app::is_trusted(caller), row.admin || row.service) << shown;
    EXPECT_EQ(app::may(caller, app::Action::resolve_by_hand), row.admin) << shown;
    for (const auto action : {app::Action::move_order, app::Action::capture, app::Action::refund,
                              app::Action::void_authorized, app::Action::record_transaction,
                              app::Action::filter_by_user})
      EXPECT_EQ(app::may(caller, action), row.admin || row.service) << shown;
    const auto may_call = [&](surfaces::Access access) {
      return surfaces::may_call(caller, access, {});
    };
    EXPECT_TRUE(may_call(surfaces::Access::bearer)) << shown;
    EXPECT_EQ(may_call(surfaces::Access::admin), row.admin) << shown;
    EXPECT_EQ(may_call(surfaces::Access::deployment), row.admin) << shown;
    EXPECT_EQ(may_call(surfaces::Access::trusted), row.admin || row.service) << shown;
  }
}

TEST(Bearer, the_challenge_names_the_claim) {
  const crypto::JwtKeys keys{{base::Secret("a-key-of-thirty-two-bytes-or-more")}, {}, {}};
  const auto token = crypto::sign_hs256(R"({"sub":[1],"exp":1762338660})", keys.hs256.front());
  const auto refused = surfaces::authenticate({{"Authorization", "Bearer " + token}},
                                              crypto::JwtVerifier(keys), kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "The bearer token is not valid: the token's claim sub must be text of at most 255 "
            "bytes, or an integer.");
  EXPECT_EQ(refused.error().challenge,
            "Bearer error=\"invalid_token\", error_description=\"the token's claim sub must be "
            "text of at most 255 bytes, or an integer\"");
}

std::string code_of(const surfaces::ReturnUrls& returns, std::string_view url) {
  const auto fault = returns.fault_of(url);
  return fault ? std::string(fault->code) : "";
}

TEST(ReturnUrls, are_of_an_origin_that_is_allowed) {
  const surfaces::ReturnUrls returns({wire::origin_of("https://shop.example").value(),
                                      wire::origin_of("http://localhost:5173").value()});
  for (const auto* url :
       {"https://shop.example/a?b", "HTTPS://SHOP.EXAMPLE:443/", "http://localhost:5173"})
    EXPECT_EQ(code_of(returns, url), "") << url;
  for (const auto* url : {"http://shop.example/", "https://shop.example:444/",
                          "https://evil.example/https://shop.example", "http://localhost/"})
    EXPECT_EQ(code_of(returns, url), "not_allowed") << url;
  for (const auto* url : {"", "//shop.example", "https://shop.example@evil.example",
                          "https://evil.example\\@shop.example", "ftp://shop.example"})
    EXPECT_EQ(code_of(returns, url), "invalid_format") << url;
}

TEST(ReturnUrls, without_a_list_may_be_of_any_site) {
  const surfaces::ReturnUrls returns;
  EXPECT_EQ(code_of(returns, "https://anywhere.example/"), "");
  EXPECT_EQ(code_of(returns, "https://eva@anywhere.example/"), "invalid_format");
}

}  // namespace
}  // namespace cobro::testing
