// Stripe's API versions.
#pragma once

#include <string_view>

namespace cobro::sandbox::stripe {

// Whether Stripe ever published it: "2026-10-28.endive", "2020-08-27".
bool is_known_version(std::string_view version);

}  // namespace cobro::sandbox::stripe
