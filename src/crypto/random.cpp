#include "crypto/random.h"

#include <openssl/rand.h>

#include <stdexcept>

namespace cobro::crypto {

void fill_random(std::span<std::uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the random generator failed");
}

}  // namespace cobro::crypto
