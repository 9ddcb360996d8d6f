#include "surfaces/courses/routes.h"

#include "surfaces/common/flat_error.h"
#include "surfaces/courses/words.h"

namespace cobro::surfaces::courses {
namespace {

constexpr std::string_view kBasePath = "/payments";

ApiStyle style_at(std::string_view base_path) {
  return {.base_path = base_path,
          .render_error = &render_flat_error,
          .error_type = wire::type_of<FlatError>(),
          .render_state = &render_state};
}

}  // namespace

Route make_route(RouteSpec spec) {
  static const ApiStyle kStyle = style_at(kBasePath);
  return surfaces::make_route(kStyle, std::move(spec));
}

Surface surface(const operations::Parts& parts) {
  Surface all{.base_path = std::string(kBasePath), .render_error = &render_flat_error};
  add_payment_routes(all.routes);
  add_checkout_routes(all.routes);
  add_subscription_routes(all.routes);
  for (const auto& [base, id] : {std::pair(kBasePath, "receiveCoursesWebhook"),
                                 std::pair(std::string_view("/v1/payments"), "receiveV1Webhook")})
    all.routes.push_back(operations::unnamed_webhook_route(parts, style_at(base), "/webhook", id));
  return all;
}

}  // namespace cobro::surfaces::courses
