#include "surfaces/courses/named_plan.h"

namespace cobro::surfaces::courses {

base::Task<std::optional<std::string>> price_of_plan(app::Context& context, std::string code,
                                                     Fields& fields) {
  std::string known;
  for (const auto& plan : co_await app::list_plans(context)) {
    if (!plan.gateway_price_id) continue;
    if (plan.code == code) co_return plan.gateway_price_id;
    (known += known.empty() ? "" : ", ") += plan.code;
  }
  fields.fail("plan", "not_one_of", "must be one of: " + known);
  co_return std::nullopt;
}

}  // namespace cobro::surfaces::courses
