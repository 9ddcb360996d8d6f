#include "surfaces/platform/route_spec.h"

#include "surfaces/platform/payment_words.h"

namespace cobro::surfaces::platform {

Route make_route(RouteSpec spec) {
  static const ApiStyle kStyle{.base_path = kBasePath,
                               .render_error = &render_error,
                               .error_type = wire::type_of<ErrorReply>(),
                               .render_state = &render_state};
  return surfaces::make_route(kStyle, std::move(spec));
}

wire::Json page_of(std::string_view plural, wire::Json item) {
  wire::Json page;
  page.set(plural, wire::JsonArray{std::move(item)})
      .set("total", 1)
      .set("next_cursor", wire::JsonNull{});
  return page;
}

}  // namespace cobro::surfaces::platform
