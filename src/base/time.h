// Instants and spans. A Timestamp is microseconds since the Unix epoch, UTC; it is
// what the database stores. Nothing here reads a clock: time comes from ports::Clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cobro::base {

using Duration = std::chrono::microseconds;

struct Timestamp {
  std::int64_t micros = 0;

  friend auto operator<=>(Timestamp, Timestamp) = default;
  friend Timestamp operator+(Timestamp t, Duration d) { return {t.micros + d.count()}; }
  friend Timestamp operator-(Timestamp t, Duration d) { return {t.micros - d.count()}; }
  friend Duration operator-(Timestamp a, Timestamp b) { return Duration{a.micros - b.micros}; }

  static Timestamp from_unix_seconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
  std::int64_t unix_seconds() const { return micros / 1'000'000; }
  std::int64_t unix_millis() const { return micros / 1'000; }
};

// `2025-11-05T10:30:00.000Z`: ISO 8601, UTC, milliseconds, as every answer prints it.
std::string to_iso8601(Timestamp instant);
// Reads RFC 3339 with `Z` or an offset and up to nine decimals of a second; nothing else.
std::optional<Timestamp> parse_iso8601(std::string_view text);

}  // namespace cobro::base
