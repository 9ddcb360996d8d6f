// JSON Web Tokens (RFC 7519) as bearer credentials. The key and the algorithm are the
// verifier's: nothing in a token chooses them (RFC 8725 §3.1). Only HS256 so far.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace cobro::crypto {

constexpr std::size_t kMaxTokenBytes = 8 * 1024;
// RFC 7518 §3.2: an HS256 key has at least the length of the hash. The verifier refuses
// only empty keys; whether a shorter one may be used is configuration's to say.
constexpr std::size_t kMinHs256KeyBytes = 32;

struct JwtKeys {
  // All are accepted, so that keys can rotate; the first one signs.
  std::vector<base::Secret> hs256;
  std::optional<std::string> issuer;    // checked when set
  std::optional<std::string> audience;  // must be among the token's when set
  base::Duration leeway = std::chrono::seconds{30};
};

struct Claims {
  std::string sub;                 // an integer's digits, where it was no text
  std::vector<std::string> roles;  // of `role` and `roles`, each a string or an array; as written
  std::optional<std::string> tenant_id;
  std::optional<std::string> email;
  std::optional<std::string> name;
  base::Timestamp exp;

  friend bool operator==(const Claims&, const Claims&) = default;
};

enum class JwtError {
  malformed,        // not three base64url parts of JSON objects, too long, a name twice
  wrong_algorithm,  // the header says anything but HS256
  critical_header,  // `crit` names extensions, and none is understood here
  bad_signature,    // by none of the keys
  missing_claim,    // `exp` or `sub`
  bad_claim,        // of the wrong type, longer than 255 bytes, with control characters
  expired,
  not_yet_valid,
  wrong_issuer,
  wrong_audience,
};

// Why a token is refused.
struct JwtRefusal {
  JwtError error = JwtError::malformed;
  std::string_view claim = {};  // that is wrong; empty: none, or it never came to that

  friend bool operator==(const JwtRefusal&, const JwtRefusal&) = default;
};
// For a person and for `WWW-Authenticate`; says nothing about the keys.
std::string describe(const JwtRefusal& refusal);

// Remembers the tokens that it accepted.
// One thread at a time.
class JwtVerifier {
 public:
  // Throws std::invalid_argument when there is no key, or an empty one.
  explicit JwtVerifier(JwtKeys keys);
  JwtVerifier(JwtVerifier&&) noexcept;
  JwtVerifier& operator=(JwtVerifier&&) noexcept;
  ~JwtVerifier();

  // `token` is the compact form, without "Bearer". The payload is not looked at before
  // the signature holds.
  [[nodiscard]] base::Result<Claims, JwtRefusal> verify(std::string_view token,
                                                        base::Timestamp now) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

// The compact form of any claims, given as the text of a JSON object.
std::string sign_hs256(std::string_view claims_json, const base::Secret& key);
// A token that a verifier of the same keys accepts until `claims.exp`.
std::string make_token(const Claims& claims, const JwtKeys& keys);

}  // namespace cobro::crypto
