// What the service answers stands in its own document.
#pragma once

#include <string>

#include "wire/json.h"

namespace cobro::testing {

// A route's answer has a status that the OpenAPI document names for it. Of what is no route, and of
// the listener's own refusals, nothing is expected.
void expect_documented(const wire::Json& document, const std::string& method,
                       const std::string& path, int status);

}  // namespace cobro::testing
