#include "surfaces/platform/route_spec.h"

#include "surfaces/platform/payment_words.h"

namespace cobro::surfaces::platform {

Route make_route(RouteSpec spec) {
  static const Dialect kDialect{.base_path = kBasePath,
                                .word_error = &word_error,
                                .error_type = wire::type_of<ErrorReply>(),
                                .word_state = &word_state};
  return surfaces::make_route(kDialect, std::move(spec));
}

wire::Json page_of(std::string_view plural, wire::Json item) {
  wire::Json page;
  page.set(plural, wire::JsonArray{std::move(item)})
      .set("total", 1)
      .set("next_cursor", wire::JsonNull{});
  return page;
}

}  // namespace cobro::surfaces::platform
