// application/x-www-form-urlencoded, flat and nested the way Stripe nests it
// (`a[b][c]=1`, `items[0][price]=p`, `expand[]=x`, repeated `a[]=1&a[]=2`).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/json.h"

namespace cobro::wire {

// Percent-encodes everything but unreserved characters (RFC 3986).
std::string percent_encode(std::string_view text);
// Decodes percent-encoding. `+` becomes a space only when `plus_is_space`. Gives nothing for a
// malformed escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

using FormFields = std::vector<std::pair<std::string, std::string>>;

// Gives the pairs in order, decoded. Gives nothing for a malformed escape, invalid UTF-8, a NUL or
// more than 1,000 pairs.
std::optional<FormFields> parse_form(std::string_view text);
// Writes names with their brackets raw, and values percent-encoded.
std::string to_form(const FormFields& fields);

struct FormError {
  std::string parameter;  // bracket form
  std::string message;
};
// Builds the tree that a nested form describes, of objects, arrays (indices `0..` or empty
// brackets) and strings. Depth over 10 and a name used both as value and as container are refused.
base::Result<Json, FormError> parse_nested_form(std::string_view text);

}  // namespace cobro::wire
