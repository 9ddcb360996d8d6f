#include "crypto/jwt.h"

extern "C" {
#include <cjose/cjose.h>
}

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>
#include <unordered_map>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/flat_json.h"
#include "crypto/hash.h"

namespace cobro::crypto {
namespace {

using Kind = FlatValue::Kind;
template <class T>
using Checked = base::Result<T, JwtRefusal>;

constexpr std::size_t kMaxClaimBytes = 255;
// Beyond it microseconds would overflow; nobody's token lives that long.
constexpr std::int64_t kMaxSeconds = 9'000'000'000'000;

struct ReleaseKey {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct ReleaseSignature {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Key = std::unique_ptr<cjose_jwk_t, ReleaseKey>;
using Signature = std::unique_ptr<cjose_jws_t, ReleaseSignature>;

Key make_key(std::string_view secret) {
  cjose_err error{};
  Key key(cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t*>(secret.data()), secret.size(),
                                    &error));
  if (secret.empty() || !key) throw std::invalid_argument("a JWT key must not be empty");
  return key;
}

Checked<FlatObject> parse_object(std::string_view text) {
  auto object = parse_flat_object(text);
  if (!object) return std::unexpected(JwtRefusal{JwtError::malformed});
  return std::move(*object);
}

// The value of that name, null when it is absent or JSON's null.
const FlatValue* find(const FlatObject& object, std::string_view name) {
  const auto found = object.find(name);
  const bool is_there = found != object.end() && found->second.kind != Kind::null;
  return is_there ? &found->second : nullptr;
}

bool is_text(const FlatValue* value, std::string_view expected) {
  return value != nullptr && value->kind == Kind::text && value->text == expected;
}

// Three parts in strict base64url. cjose's own decoder is laxer.
bool has_compact_form(std::string_view token) {
  const auto parts = base::split(token, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && base::from_base64url(part).has_value();
         });
}

// cjose passes unknown `crit` extensions and takes the algorithm from the header.
std::optional<JwtRefusal> check_header(std::string_view token) {
  const auto text = base::from_base64url(token.substr(0, token.find('.')));
  const auto header = parse_object(*text);
  if (!header) return header.error();
  if (!is_text(find(*header, "alg"), "HS256")) return JwtRefusal{JwtError::wrong_algorithm};
  if (header->contains("crit")) return JwtRefusal{JwtError::critical_header};
  return std::nullopt;
}

Checked<FlatObject> verified_payload(std::string_view token, const std::vector<Key>& keys) {
  cjose_err error{};
  // cjose marks a signature object as failed for good, hence one for each key.
  for (const auto& key : keys) {
    const Signature jws(cjose_jws_import(token.data(), token.size(), &error));
    if (!jws) return std::unexpected(JwtRefusal{JwtError::malformed});
    if (!cjose_jws_verify(jws.get(), key.get(), &error)) continue;
    uint8_t* payload = nullptr;
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &error))
      return std::unexpected(JwtRefusal{JwtError::malformed});
    return parse_object({reinterpret_cast<const char*>(payload), size});
  }
  return std::unexpected(JwtRefusal{JwtError::bad_signature});
}

bool is_claim_text(std::string_view text) {
  return !text.empty() && text.size() <= kMaxClaimBytes && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

std::unexpected<JwtRefusal> bad(std::string_view claim) {
  return std::unexpected(JwtRefusal{JwtError::bad_claim, claim});
}

Checked<std::optional<std::string>> optional_text(const FlatObject& payload,
                                                  std::string_view name) {
  const FlatValue* value = find(payload, name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::text) return bad(name);
  if (value->text.empty()) return std::nullopt;
  if (!is_claim_text(value->text)) return bad(name);
  return value->text;
}

bool is_integer(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  return number.size() <= kMaxClaimBytes && number.find_first_not_of("0123456789") == number.npos;
}

// Text, or an integer, whose digits are the id: they are never read as a number, which might
// not hold them.
Checked<std::string> read_sub(const FlatObject& payload) {
  constexpr std::string_view kName = "sub";
  const FlatValue* value = find(payload, kName);
  if (value != nullptr && value->kind == Kind::number) {
    if (!is_integer(value->text) || value->text == "-0") return bad(kName);
    return value->text;
  }
  COBRO_TRY_INTO(std::optional<std::string> text, optional_text(payload, kName));
  if (!text) return std::unexpected(JwtRefusal{JwtError::missing_claim, kName});
  return std::move(*text);
}

// The whole seconds of a JSON number in any of its forms ("1e9", "1764547200.5"), by its digits.
std::int64_t whole_seconds(std::string_view number) {
  constexpr std::int64_t kFar = 1'000'000;  // more places than a token has digits
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  auto exponent = number.substr(std::min(mantissa.size() + 1, number.size()));
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  const auto whole = mantissa.substr(0, mantissa.find('.'));
  std::string digits(whole);
  digits += mantissa.substr(std::min(whole.size() + 1, mantissa.size()));
  const auto zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  if (digits.empty()) return 0;
  const auto unread = exponent.empty() ? 0 : exponent.starts_with('-') ? -kFar : kFar;
  const auto shift = std::clamp(base::parse_int64(exponent).value_or(unread), -kFar, kFar);
  const auto places =
      static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(zeros) + shift;
  if (places <= 0) return 0;
  constexpr std::int64_t kMostPlaces = 15;
  if (places > kMostPlaces) return negative ? -kMaxSeconds : kMaxSeconds;
  digits.resize(static_cast<std::size_t>(places), '0');
  const auto seconds = std::min(base::parse_int64(digits).value_or(kMaxSeconds), kMaxSeconds);
  return negative ? -seconds : seconds;
}

// A NumericDate may carry a fraction (RFC 7519 §2), which is cut off.
Checked<std::optional<base::Timestamp>> numeric_date(const FlatObject& payload,
                                                     std::string_view name) {
  const auto value = payload.find(name);
  if (value == payload.end()) return std::nullopt;
  if (value->second.kind != Kind::number) return bad(name);
  return base::Timestamp::from_unix_seconds(whole_seconds(value->second.text));
}

Checked<std::vector<std::string>> texts(const FlatObject& payload, std::string_view name) {
  const FlatValue* value = find(payload, name);
  std::vector<std::string> result;
  if (value == nullptr) return result;
  if (value->kind == Kind::text)
    result.push_back(value->text);
  else if (value->kind == Kind::texts)
    result = value->texts;
  else
    return bad(name);
  if (!std::ranges::all_of(result, is_claim_text)) return bad(name);
  return result;
}

// What a token says, and from when.
struct Accepted {
  Claims claims;
  std::optional<base::Timestamp> not_before;

  [[nodiscard]] std::optional<JwtRefusal> refused_at(base::Timestamp now,
                                                     base::Duration leeway) const {
    if (now >= claims.exp + leeway) return JwtRefusal{JwtError::expired, "exp"};
    if (not_before && now + leeway < *not_before) return JwtRefusal{JwtError::not_yet_valid, "nbf"};
    return std::nullopt;
  }
};

std::optional<JwtRefusal> read_times(const FlatObject& payload, Accepted& into) {
  const auto expires = numeric_date(payload, "exp");
  if (!expires) return expires.error();
  if (!*expires) return JwtRefusal{JwtError::missing_claim, "exp"};
  into.claims.exp = **expires;
  const auto not_before = numeric_date(payload, "nbf");
  if (!not_before) return not_before.error();
  into.not_before = *not_before;
  return std::nullopt;
}

std::optional<JwtRefusal> check_addressee(const FlatObject& payload, const JwtKeys& keys) {
  if (keys.issuer && !is_text(find(payload, "iss"), *keys.issuer))
    return JwtRefusal{JwtError::wrong_issuer, "iss"};
  if (!keys.audience) return std::nullopt;
  const auto audiences = texts(payload, "aud");
  if (!audiences) return audiences.error();
  const bool named = std::ranges::find(*audiences, *keys.audience) != audiences->end();
  if (named) return std::nullopt;
  return JwtRefusal{JwtError::wrong_audience, "aud"};
}

Checked<std::vector<std::string>> read_roles(const FlatObject& payload) {
  COBRO_TRY_INTO(std::vector<std::string> roles, texts(payload, "role"));
  COBRO_TRY_INTO(const std::vector<std::string> more, texts(payload, "roles"));
  for (const auto& role : more)
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
  return roles;
}

// Of nobody's tenant is a token that has none: an empty one is a mistake of whoever made it, which
// must not make it the deployment's.
Checked<std::optional<std::string>> read_tenant(const FlatObject& payload) {
  const FlatValue* value = find(payload, "tenant_id");
  if (value != nullptr && value->text.empty()) return bad("tenant_id");
  return optional_text(payload, "tenant_id");
}

Checked<Claims> read_claims(const FlatObject& payload) {
  Claims claims;
  COBRO_TRY_INTO(claims.sub, read_sub(payload));
  COBRO_TRY_INTO(claims.roles, read_roles(payload));
  COBRO_TRY_INTO(claims.tenant_id, read_tenant(payload));
  COBRO_TRY_INTO(claims.email, optional_text(payload, "email"));
  COBRO_TRY_INTO(claims.name, optional_text(payload, "name"));
  return claims;
}

}  // namespace

namespace {

std::string_view wanted_of(std::string_view claim) {
  if (claim == "exp" || claim == "nbf") return "must be a number";
  if (claim == "sub") return "must be text of at most 255 bytes, or an integer";
  if (claim == "role" || claim == "roles" || claim == "aud")
    return "must be text or a list of texts";
  return "must be text of at most 255 bytes";
}

}  // namespace

std::string describe(const JwtRefusal& refusal) {
  switch (refusal.error) {
    case JwtError::malformed:
      return "the token is malformed";
    case JwtError::wrong_algorithm:
      return "the token's algorithm is not accepted";
    case JwtError::critical_header:
      return "the token demands extensions that are not supported";
    case JwtError::bad_signature:
      return "the token's signature is not valid";
    case JwtError::missing_claim:
      return "the token lacks the claim " + std::string(refusal.claim);
    case JwtError::bad_claim:
      return "the token's claim " + std::string(refusal.claim) + " " +
             std::string(wanted_of(refusal.claim));
    case JwtError::expired:
      return "the token has expired (exp)";
    case JwtError::not_yet_valid:
      return "the token is not valid yet (nbf)";
    case JwtError::wrong_issuer:
      return "the token's issuer (iss) is not accepted";
    case JwtError::wrong_audience:
      return "the token is meant for another audience (aud)";
  }
  return "the token is not accepted";
}

// A caller sends the same token with every request. Those that were accepted are known again by
// their hash; whether their time has come or is over is looked at each time.
struct JwtVerifier::Keys {
  static constexpr std::size_t kMostAccepted = 1024;

  JwtKeys config;
  std::vector<Key> hs256;
  std::unordered_map<std::string, Accepted> accepted;  // by SHA-256

  void remember(std::string hash, Accepted token) {
    if (accepted.size() >= kMostAccepted) accepted.clear();
    accepted.insert_or_assign(std::move(hash), std::move(token));
  }
};

JwtVerifier::JwtVerifier(JwtKeys keys) : keys_(std::make_unique<Keys>()) {
  if (keys.hs256.empty()) throw std::invalid_argument("a JWT verifier needs a key");
  for (const auto& secret : keys.hs256) keys_->hs256.push_back(make_key(secret.reveal()));
  keys_->config = std::move(keys);
}

JwtVerifier::JwtVerifier(JwtVerifier&&) noexcept = default;
JwtVerifier& JwtVerifier::operator=(JwtVerifier&&) noexcept = default;
JwtVerifier::~JwtVerifier() = default;

namespace {

Checked<Accepted> verified(std::string_view token, base::Timestamp now, const JwtKeys& config,
                           const std::vector<Key>& keys) {
  if (!has_compact_form(token)) return std::unexpected(JwtRefusal{JwtError::malformed});
  if (const auto error = check_header(token)) return std::unexpected(*error);
  COBRO_TRY_INTO(const FlatObject payload, verified_payload(token, keys));
  Accepted accepted;
  if (const auto error = read_times(payload, accepted)) return std::unexpected(*error);
  if (const auto error = accepted.refused_at(now, config.leeway)) return std::unexpected(*error);
  if (const auto error = check_addressee(payload, config)) return std::unexpected(*error);
  const auto exp = accepted.claims.exp;
  COBRO_TRY_INTO(accepted.claims, read_claims(payload));
  accepted.claims.exp = exp;
  return accepted;
}

}  // namespace

base::Result<Claims, JwtRefusal> JwtVerifier::verify(std::string_view token,
                                                     base::Timestamp now) const {
  if (token.size() > kMaxTokenBytes) return std::unexpected(JwtRefusal{JwtError::malformed});
  auto hash = sha256(token);
  if (const auto known = keys_->accepted.find(hash); known != keys_->accepted.end()) {
    const auto error = known->second.refused_at(now, keys_->config.leeway);
    if (error) return std::unexpected(*error);
    return known->second.claims;
  }
  COBRO_TRY_INTO(Accepted accepted, verified(token, now, keys_->config, keys_->hs256));
  auto claims = accepted.claims;
  keys_->remember(std::move(hash), std::move(accepted));
  return claims;
}

std::string sign_hs256(std::string_view claims_json, const base::Secret& key) {
  const auto signed_part =
      base::to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base::to_base64url(claims_json);
  return signed_part + "." + base::to_base64url(hmac_sha256(key.reveal(), signed_part));
}

std::string make_token(const Claims& claims, const JwtKeys& keys) {
  if (keys.hs256.empty()) throw std::invalid_argument("no key to sign with");
  boost::json::object json{{"sub", claims.sub}, {"exp", claims.exp.unix_seconds()}};
  boost::json::array roles(claims.roles.begin(), claims.roles.end());
  if (!roles.empty()) json["roles"] = std::move(roles);
  if (claims.tenant_id) json["tenant_id"] = *claims.tenant_id;
  if (claims.email) json["email"] = *claims.email;
  if (claims.name) json["name"] = *claims.name;
  if (keys.issuer) json["iss"] = *keys.issuer;
  if (keys.audience) json["aud"] = *keys.audience;
  return sign_hs256(boost::json::serialize(json), keys.hs256.front());
}

}  // namespace cobro::crypto
