#include "crypto/jwt.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/flat_json.h"
#include "crypto/hash.h"

namespace cobro {

using crypto::JwtError;

namespace {

constexpr std::int64_t kNow = 1'762'338'600;
const base::Secret kKey("a-key-of-thirty-two-bytes-or-more");
const base::Secret kOldKey("the-key-before-that-one-was-longer");

// A good token's claims with the members of `extra` added, or put in their place.
std::string claims(std::string_view extra = "{}") {
  std::string members;
  if (!crypto::parse_flat_object(extra)->contains("sub")) members += R"("sub":"user-1",)";
  if (!crypto::parse_flat_object(extra)->contains("exp")) members += R"("exp":1762338660,)";
  members += extra.substr(1, extra.size() - 2);
  if (members.ends_with(',')) members.pop_back();
  return "{" + members + "}";
}

// Signed with HMAC-SHA-256 whatever the header says.
std::string token_of(std::string_view header, std::string_view payload,
                     const base::Secret& key = kKey) {
  const auto signed_part = base::to_base64url(header) + "." + base::to_base64url(payload);
  return signed_part + "." + base::to_base64url(crypto::hmac_sha256(key.reveal(), signed_part));
}

crypto::JwtVerifier verifier(std::optional<std::string> issuer = {},
                             std::optional<std::string> audience = {}) {
  return crypto::JwtVerifier({{kKey, kOldKey}, std::move(issuer), std::move(audience)});
}

base::Timestamp at(std::int64_t seconds) {
  return base::Timestamp::from_unix_seconds(seconds);
}

// "ok" or the error's description.
std::string verdict_on(const std::string& token, std::int64_t now = kNow) {
  const auto result = verifier().verify(token, at(now));
  return result ? "ok" : describe(result.error());
}
// Of a token with these claims.
std::string outcome(std::string_view payload, std::int64_t now = kNow) {
  return verdict_on(crypto::sign_hs256(payload, kKey), now);
}
std::string says(JwtError error, std::string_view claim = {}) {
  return crypto::describe({error, claim});
}

constexpr std::string_view kHeader = R"({"alg":"HS256"})";

}  // namespace

TEST(Jwt, reads_every_claim) {
  const auto token = crypto::sign_hs256(
      claims(R"({"role":"admin","tenant_id":"t1","email":"a@b.c","name":"A B","iat":1})"), kKey);
  const crypto::Claims expected{"user-1", {"admin"}, "t1", "a@b.c", "A B", at(kNow + 60)};
  EXPECT_EQ(verifier().verify(token, at(kNow)), expected);
}

TEST(Jwt, the_example_of_rfc_7515_verifies_with_its_key) {
  const auto key = base::from_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const crypto::JwtVerifier rfc({{base::Secret(*key)}, "joe", {}});
  const auto result = rfc.verify(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo"
      "gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj"
      "Xk",
      at(1'300'819'300));
  // The signature holds; what it lacks is a `sub`.
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (crypto::JwtRefusal{JwtError::missing_claim, "sub"}));
}

TEST(Jwt, roles_come_as_text_or_list_from_either_name) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows{
      {"{}", {}},
      {R"({"role":"user"})", {"user"}},
      {R"({"roles":["a","b"]})", {"a", "b"}},
      {R"({"role":["a"],"roles":"b"})", {"a", "b"}},
      {R"({"role":"a","roles":["a","b"]})", {"a", "b"}},
      {R"({"role":null,"roles":[]})", {}}};
  for (const auto& [extra, roles] : rows)
    EXPECT_EQ(verifier().verify(crypto::sign_hs256(claims(extra), kKey), at(kNow))->roles, roles)
        << extra;
}

TEST(Jwt, expires_30_seconds_after_exp) {
  EXPECT_EQ(outcome(claims(), kNow + 60 + 29), "ok");
  EXPECT_EQ(outcome(claims(), kNow + 60 + 30), says(JwtError::expired));
  EXPECT_EQ(outcome(claims(), kNow + 60 + 31), says(JwtError::expired));
}

TEST(Jwt, is_accepted_from_30_seconds_before_nbf) {
  const auto payload = claims(R"({"nbf":1762338600,"exp":1762339600})");
  EXPECT_EQ(outcome(payload, kNow - 30), "ok");
  EXPECT_EQ(outcome(payload, kNow - 31), says(JwtError::not_yet_valid));
}

TEST(Jwt, times_may_carry_a_fraction_and_lie_far_away) {
  EXPECT_EQ(outcome(claims(R"({"exp":1762338600.9})"), kNow + 29), "ok");
  EXPECT_EQ(outcome(claims(R"({"exp":1762338600.9})"), kNow + 30), says(JwtError::expired));
  EXPECT_EQ(outcome(claims(R"({"exp":9223372036854775807})")), "ok");
  EXPECT_EQ(outcome(claims(R"({"exp":-9223372036854775808})")), says(JwtError::expired));
  for (const auto* exp : {"\"1762338660\"", "null", "true", "[1762338660]", "{}"})
    EXPECT_EQ(outcome(claims(std::string("{\"exp\":") + exp + "}")),
              says(JwtError::bad_claim, "exp"))
        << exp;
}

TEST(Jwt, times_may_be_any_json_number) {
  const std::vector<std::pair<std::string, std::int64_t>> rows = {
      {"1e9", 1'000'000'000},
      {"1E+9", 1'000'000'000},
      {"1764547200.5", 1'764'547'200},
      {"1764547200.999999999999999999999999", 1'764'547'200},
      {"1.7645472005e9", 1'764'547'200},
      {"0.17645472009E10", 1'764'547'200},
      {"17645472009e-1", 1'764'547'200},
      {"0.00000000017645472e19", 1'764'547'200},
      {"1764547200000000000000000000e-18", 1'764'547'200},
      {"10.0e8", 1'000'000'000},
      {"0", 0},
      {"-0.0e5", 0},
      {"1e-400", 0},
      {"0.5", 0},
      {"17645472009e-11", 0},
      {"-1.5", -1},
      {"-2e9", -2'000'000'000},
      {"99999999999999999999", 9'000'000'000'000},
      {"9000000000001", 9'000'000'000'000},
      {"1e300", 9'000'000'000'000},
      {"-1e300", -9'000'000'000'000}};
  const auto all = verifier();
  const auto exp_of = [&](const std::string& text, std::int64_t now) {
    return all.verify(crypto::sign_hs256(claims("{\"exp\":" + text + "}"), kKey), at(now));
  };
  for (const auto& [text, seconds] : rows) {
    const auto accepted = exp_of(text, seconds - 1);
    ASSERT_TRUE(accepted) << text;
    EXPECT_EQ(accepted->exp, at(seconds)) << text;
    EXPECT_EQ(exp_of(text, seconds + 30).error(), (crypto::JwtRefusal{JwtError::expired, "exp"}))
        << text;
  }
  EXPECT_EQ(outcome(claims(R"({"nbf":1e9,"exp":1.7623386605e9})")), "ok");
  EXPECT_EQ(outcome(claims(R"({"nbf":1e11})")), says(JwtError::not_yet_valid));
}

TEST(Jwt, an_integer_sub_is_its_digits_exactly) {
  for (const std::string sub : {"0", "1", "42", "-7", "9007199254740993", "18446744073709551617",
                                "123456789012345678901234567890"}) {
    const auto accepted =
        verifier().verify(crypto::sign_hs256(claims("{\"sub\":" + sub + "}"), kKey), at(kNow));
    ASSERT_TRUE(accepted) << sub;
    EXPECT_EQ(accepted->sub, sub);
  }
  for (const auto* sub : {"1.0", "1e3", "1E3", "-0", "0.5", "true", "[1]", "{}"})
    EXPECT_EQ(outcome(claims(std::string("{\"sub\":") + sub + "}")),
              says(JwtError::bad_claim, "sub"))
        << sub;
  EXPECT_EQ(outcome(claims("{\"sub\":" + std::string(255, '1') + "}")), "ok");
  EXPECT_EQ(outcome(claims("{\"sub\":" + std::string(256, '1') + "}")),
            says(JwtError::bad_claim, "sub"));
}

TEST(Jwt, exp_and_sub_are_required) {
  const auto none = [](std::string_view claim) { return says(JwtError::missing_claim, claim); };
  EXPECT_EQ(verdict_on(token_of(kHeader, R"({"sub":"u"})")), none("exp"));
  EXPECT_EQ(verdict_on(token_of(kHeader, R"({"exp":1762338660})")), none("sub"));
  EXPECT_EQ(outcome(claims(R"({"sub":""})")), none("sub"));
  EXPECT_EQ(outcome(claims(R"({"sub":null})")), none("sub"));
  EXPECT_EQ(outcome(claims(R"({"sub":"a\u0000b"})")), says(JwtError::bad_claim, "sub"));
  EXPECT_EQ(outcome(claims(R"({"sub":")" + std::string(255, 'x') + "\"}")), "ok");
  EXPECT_EQ(outcome(claims(R"({"sub":")" + std::string(256, 'x') + "\"}")),
            says(JwtError::bad_claim, "sub"));
}

TEST(Jwt, the_claim_that_is_wrong_is_named) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"role":1})", "role"},
      {R"({"roles":[1]})", "roles"},
      {R"({"role":{}})", "role"},
      {R"({"tenant_id":5})", "tenant_id"},
      {R"({"email":[]})", "email"},
      {R"({"name":1})", "name"},
      {R"({"tenant_id":""})", "tenant_id"},
      {R"({"nbf":"x"})", "nbf"},
      {R"({"nbf":null})", "nbf"},
      {R"({"exp":"soon"})", "exp"},
      {R"({"sub":[]})", "sub"}};
  for (const auto& [extra, claim] : rows) {
    EXPECT_EQ(outcome(claims(extra)), says(JwtError::bad_claim, claim)) << extra;
    EXPECT_NE(outcome(claims(extra)).find("claim " + claim + " must be"), std::string::npos);
  }
}

TEST(Jwt, only_hs256_is_accepted_whatever_signs) {
  const auto payload = claims();
  for (const auto* alg : {"none", "None", "RS256", "HS512", "HS384", "ES256", "hs256", ""})
    EXPECT_EQ(verdict_on(token_of(std::string(R"({"alg":")") + alg + "\"}", payload)),
              says(JwtError::wrong_algorithm))
        << alg;
  EXPECT_EQ(verdict_on(token_of("{}", payload)), says(JwtError::wrong_algorithm));
  const auto unsigned_token =
      base::to_base64url(R"({"alg":"none"})") + "." + base::to_base64url(payload) + ".";
  EXPECT_EQ(verdict_on(unsigned_token), says(JwtError::malformed));
}

TEST(Jwt, a_critical_extension_is_refused) {
  EXPECT_EQ(verdict_on(token_of(R"({"alg":"HS256","crit":["x"],"x":1})", claims())),
            says(JwtError::critical_header));
}

TEST(Jwt, a_changed_payload_or_another_key_fails) {
  const auto token = crypto::sign_hs256(claims(), kKey);
  const auto other = crypto::sign_hs256(claims(R"({"sub":"user-2"})"), kKey);
  const auto mixed = other.substr(0, other.rfind('.')) + token.substr(token.rfind('.'));
  EXPECT_EQ(verdict_on(mixed), says(JwtError::bad_signature));
  EXPECT_EQ(verdict_on(crypto::sign_hs256(claims(), base::Secret("somebody else's key entirely"))),
            says(JwtError::bad_signature));
}

TEST(Jwt, both_keys_are_accepted_during_rotation) {
  EXPECT_EQ(verdict_on(crypto::sign_hs256(claims(), kOldKey)), "ok");
  const crypto::JwtVerifier rotated({{kKey}, {}, {}});
  EXPECT_EQ(rotated.verify(crypto::sign_hs256(claims(), kOldKey), at(kNow)).error().error,
            JwtError::bad_signature);
}

TEST(Jwt, duplicate_names_are_refused) {
  EXPECT_EQ(verdict_on(token_of(kHeader, R"({"sub":"a","sub":"b","exp":1762338660})")),
            says(JwtError::malformed));
  EXPECT_EQ(verdict_on(token_of(R"({"alg":"HS256","alg":"HS256"})", claims())),
            says(JwtError::malformed));
}

TEST(Jwt, garbage_and_every_truncation_is_refused) {
  for (const std::string garbage :
       {"", ".", "..", "...", "a.b.c", "Bearer x", "e30.e30.e30=", "\x80.\x80.\x80", "e30.e30"})
    EXPECT_NE(verdict_on(garbage), "ok") << garbage;
  const auto token = crypto::sign_hs256(claims(), kKey);
  for (std::size_t length = 0; length < token.size(); ++length)
    EXPECT_NE(verdict_on(token.substr(0, length)), "ok") << length;
  EXPECT_NE(verdict_on(token + "."), "ok");
  EXPECT_NE(verdict_on(token + "="), "ok");
  EXPECT_EQ(verdict_on(token_of(kHeader, "[]")), says(JwtError::malformed));
}

TEST(Jwt, every_changed_character_of_a_token_is_noticed) {
  const auto token = crypto::sign_hs256(claims(), kKey);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(verdict_on(changed), "ok") << i;
  }
}

TEST(Jwt, tokens_over_8_kib_are_not_looked_at) {
  const auto large = claims(R"({"x":")" + std::string(8192, 'x') + "\"}");
  EXPECT_EQ(outcome(large), says(JwtError::malformed));
}

TEST(Jwt, issuer_and_audience_are_checked_when_set) {
  const auto strict = verifier("https://id.example", "cobro");
  const auto verdict = [&](std::string_view extra) {
    return strict.verify(crypto::sign_hs256(claims(extra), kKey), at(kNow));
  };
  EXPECT_TRUE(verdict(R"({"iss":"https://id.example","aud":"cobro"})"));
  EXPECT_TRUE(verdict(R"({"iss":"https://id.example","aud":["x","cobro"]})"));
  EXPECT_EQ(verdict(R"({"aud":"cobro"})").error().error, JwtError::wrong_issuer);
  EXPECT_EQ(verdict(R"({"iss":"evil","aud":"cobro"})").error().error, JwtError::wrong_issuer);
  EXPECT_EQ(verdict(R"({"iss":"https://id.example"})").error().error, JwtError::wrong_audience);
  EXPECT_EQ(verdict(R"({"iss":"https://id.example","aud":["x"]})").error().error,
            JwtError::wrong_audience);
}

TEST(Jwt, a_made_token_is_accepted_by_a_verifier_of_the_same_keys) {
  const crypto::JwtKeys keys{{kKey}, "iss", "aud"};
  const crypto::Claims made{"admin-1", {"admin", "user"}, "t1", std::nullopt, "N", at(kNow + 60)};
  EXPECT_EQ(crypto::JwtVerifier(keys).verify(crypto::make_token(made, keys), at(kNow)), made);
}

TEST(Jwt, a_token_that_was_accepted_before_still_expires_and_still_waits_for_its_time) {
  const auto all = verifier();
  const auto token = crypto::sign_hs256(claims(R"({"nbf":1762338590})"), kKey);
  EXPECT_EQ(all.verify(token, at(kNow))->sub, "user-1");
  EXPECT_EQ(all.verify(token, at(kNow)), all.verify(token, at(kNow + 1)));
  EXPECT_EQ(all.verify(token, at(1'762'338'690)).error().error, JwtError::expired);
  EXPECT_EQ(all.verify(token, at(1'762'338'559)).error().error, JwtError::not_yet_valid);
}

TEST(Jwt, nothing_but_the_very_token_is_known_again) {
  const auto all = verifier();
  const auto token = crypto::sign_hs256(claims(), kKey);
  ASSERT_TRUE(all.verify(token, at(kNow)));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed != token) EXPECT_FALSE(all.verify(changed, at(kNow))) << i;
  }
  EXPECT_FALSE(all.verify(token + "A", at(kNow)));
}

TEST(Jwt, more_tokens_than_are_remembered_are_all_accepted) {
  const auto all = verifier();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 1500; ++i) {
      const auto sub = "user-" + std::to_string(i);
      const auto token = crypto::sign_hs256(claims(R"({"sub":")" + sub + R"("})"), kKey);
      ASSERT_EQ(all.verify(token, at(kNow))->sub, sub);
    }
}

TEST(Jwt, a_verifier_without_a_key_cannot_be_made) {
  EXPECT_THROW(crypto::JwtVerifier({{}, {}, {}}), std::invalid_argument);
  EXPECT_THROW(crypto::JwtVerifier({{base::Secret("")}, {}, {}}), std::invalid_argument);
}

}  // namespace cobro
