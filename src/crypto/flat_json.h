// The top level of a JSON object, as far as tokens need it. crypto stands beside wire, so
// that it cannot use its JSON; what is nested deeper is checked for syntax and not kept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cobro::crypto {

struct FlatValue {
  enum class Kind { null, text, number, texts, other };
  Kind kind = Kind::other;
  std::string text;                // a text, or a number as it stands
  std::vector<std::string> texts;  // a list of texts alone; an empty list too
};
using FlatObject = std::map<std::string, FlatValue, std::less<>>;

// Nothing for other JSON than an object, a top-level name twice, trailing bytes.
std::optional<FlatObject> parse_flat_object(std::string_view text);

}  // namespace cobro::crypto
