// Chance for keys, ids and tokens, from OpenSSL's generator, which the operating system
// seeds. Only adapters call it: the service draws from ports::Random.
#pragma once

#include <cstdint>
#include <span>

namespace cobro::crypto {

// Throws std::runtime_error when the generator has no entropy.
void fill_random(std::span<std::uint8_t> bytes);

}  // namespace cobro::crypto
