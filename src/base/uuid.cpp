#include "base/uuid.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace cobro::base {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

Uuid Uuid::v7(Timestamp now, const std::array<std::uint8_t, 10>& chance) {
  Uuid id;
  const auto millis = static_cast<std::uint64_t>(now.unix_millis());
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  std::copy(chance.begin(), chance.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::string hex;
  hex.reserve(32);
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (is_dash_position(i) != (text[i] == '-')) return std::nullopt;
    if (text[i] != '-') hex.push_back(text[i]);
  }
  const auto bytes = from_hex(hex);
  if (!bytes) return std::nullopt;
  Uuid id;
  std::memcpy(id.bytes.data(), bytes->data(), id.bytes.size());
  return id;
}

std::string Uuid::to_string() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(kTextLength);
  for (const auto byte : bytes) {
    if (is_dash_position(text.size())) text.push_back('-');
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0x0f]);
  }
  return text;
}

Timestamp Uuid::made_at() const {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | bytes[i];
  return {millis * 1000};
}

}  // namespace cobro::base

std::size_t std::hash<cobro::base::Uuid>::operator()(const cobro::base::Uuid& id) const noexcept {
  return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}
