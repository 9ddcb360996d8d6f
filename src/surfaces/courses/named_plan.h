// The plan that a body names by its code.
#pragma once

#include <optional>
#include <string>

#include "app/subscriptions/subscriptions.h"
#include "surfaces/common/fields.h"

namespace cobro::surfaces::courses {

// The price of the plan at the gateway; nothing, and `plan` failed, when there is no such plan.
base::Task<std::optional<std::string>> price_of_plan(app::Context& context, std::string code,
                                                     Fields& fields);

}  // namespace cobro::surfaces::courses
