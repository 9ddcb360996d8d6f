// SHA-256, HMAC-SHA-256 and the comparison that goes with them. Digests are 32 raw bytes;
// base/bytes.h turns them into text.
#pragma once

#include <string>
#include <string_view>

namespace cobro::crypto {

std::string sha256(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);
// Takes the same time wherever the first difference is; lengths are no secret.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace cobro::crypto
