// 128-bit identifiers (RFC 9562). New ones are version 7: 48 bits of Unix
// milliseconds, then chance; both are handed in, so that a simulation repeats them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cobro::base {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

  // `chance` is 80 random bits; six of them are overwritten by version and variant.
  static Uuid v7(Timestamp now, const std::array<std::uint8_t, 10>& chance);
  // The 36-character form, either case; nothing else.
  static std::optional<Uuid> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  // Writes that text, 36 characters, and gives the place behind it.
  char* write_to(char* out) const;
  // The milliseconds in a version 7 id; meaningless for others.
  [[nodiscard]] Timestamp made_at() const;
};

// Distinct id types: Id<struct PaymentTag> does not convert to Id<struct OrderTag>.
template <class Tag>
struct Id {
  Uuid uuid;

  friend auto operator<=>(const Id&, const Id&) = default;
  static std::optional<Id> parse(std::string_view text) {
    auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id{*uuid}) : std::nullopt;
  }
  [[nodiscard]] std::string to_string() const { return uuid.to_string(); }
};

}  // namespace cobro::base

template <>
struct std::hash<cobro::base::Uuid> {
  std::size_t operator()(const cobro::base::Uuid& id) const noexcept;
};
template <class Tag>
struct std::hash<cobro::base::Id<Tag>> {
  std::size_t operator()(const cobro::base::Id<Tag>& id) const noexcept {
    return std::hash<cobro::base::Uuid>{}(id.uuid);
  }
};
