#include "crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/check.h"

namespace cobro::crypto {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_string(const Digest& digest, unsigned size) {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

std::string sha256(std::string_view data) {
  Digest digest;
  unsigned size = 0;
  COBRO_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
              1);
  return to_string(digest, size);
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  Digest digest;
  unsigned size = 0;
  // A null key would mean "the key of the last call" to OpenSSL.
  const char* key_bytes = key.empty() ? "" : key.data();
  COBRO_CHECK(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes_of(data),
                   data.size(), digest.data(), &size) != nullptr);
  return to_string(digest, size);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cobro::crypto
