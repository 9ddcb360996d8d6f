#include "surfaces/common/documents.h"

#include "base/check.h"

namespace cobro::surfaces {

wire::Json example(std::string_view json) {
  auto parsed = wire::parse_json(json);
  COBRO_CHECK(parsed.has_value());
  return std::move(*parsed);
}

}  // namespace cobro::surfaces
