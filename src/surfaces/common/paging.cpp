#include "surfaces/common/paging.h"

#include <algorithm>

#include "base/bytes.h"

namespace cobro::surfaces {

std::string to_cursor(const base::Uuid& last) {
  return base::to_base64url({reinterpret_cast<const char*>(last.bytes.data()), last.bytes.size()});
}

std::optional<base::Uuid> parse_cursor(std::string_view cursor) {
  const auto bytes = base::from_base64url(cursor);
  base::Uuid id;
  if (!bytes || bytes->size() != id.bytes.size()) return std::nullopt;
  std::ranges::transform(*bytes, id.bytes.begin(), [](char c) { return std::uint8_t(c); });
  return id;
}

ports::Page to_page(const PageQuery& query, Fields& fields) {
  ports::Page page;
  if (query.limit) page.limit = query.limit->value;
  if (query.offset) page.offset = query.offset->value;
  if (!query.cursor) return page;
  page.after = parse_cursor(query.cursor->text);
  if (!page.after) fields.fail("cursor", "invalid_format", "must be a cursor from a list");
  return page;
}

}  // namespace cobro::surfaces
