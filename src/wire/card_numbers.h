// Finds payment card numbers, which must never be stored or logged:
// 13 to 19 digits with single spaces or hyphens between them, a brand's prefix and length
// and a valid Luhn digit, with no letter or digit directly before or after.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "wire/json.h"

namespace cobro::wire {

bool contains_card_number(std::string_view text);

// Gives the path ("items[0].note") of the first string value that holds one. `exempt` tells of a
// path whether it is an id, a reference or a date; without it every string is looked at.
// decode<T> (wire/binding.h) does this by itself, with the types of T.
std::optional<std::string> find_card_number(
    const Json& value, const std::function<bool(std::string_view path)>& exempt = {});

}  // namespace cobro::wire
