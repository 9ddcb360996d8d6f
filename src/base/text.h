// Small ASCII text helpers: no locale, ever.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cobro::base {

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
// Keeps empty pieces: split("a,,b", ',') has three.
std::vector<std::string_view> split(std::string_view text, char separator);
// The whole text is a decimal integer that fits; else nothing.
std::optional<std::int64_t> parse_int64(std::string_view text);
// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
// Number of Unicode code points of well-formed UTF-8.
std::size_t utf8_length(std::string_view text);
// The known name with the smallest edit distance, when it is near enough to be a typing
// slip (distance ≤ a third of its length); used to name the nearest key or flag.
std::optional<std::string_view> nearest(std::string_view name,
                                        const std::vector<std::string_view>& known);

// What an exception says of itself.
std::string reason_of(const std::exception_ptr& failure);

}  // namespace cobro::base
