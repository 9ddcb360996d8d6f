#include "base/uuid.h"

#include <algorithm>

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
  Uuid id;
  std::size_t at = 0;
  for (auto& byte : id.bytes) {
    if (is_dash_position(at)) {
      if (text[at] != '-') return std::nullopt;
      ++at;
    }
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

char* Uuid::write_to(char* out) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t at = 0;
  for (const auto byte : bytes) {
    if (is_dash_position(at)) out[at++] = '-';
    out[at++] = kDigits[byte >> 4];
    out[at++] = kDigits[byte & 0x0f];
  }
  return out + at;
}

std::string Uuid::to_string() const {
  std::string text(kTextLength, '\0');
  write_to(text.data());
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
