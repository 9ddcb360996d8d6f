// Pages of lists: `limit` and `offset`, or `limit` and `cursor`; newest first.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "ports/store.h"
#include "surfaces/common/fields.h"
#include "wire/types.h"

namespace cobro::surfaces {

// Members of a query, to be described with the filters of its route.
struct PageQuery {
  std::optional<wire::Int<1, 100>> limit;
  std::optional<wire::Int<0, 1'000'000'000>> offset;
  std::optional<wire::Reference<1, 64>> cursor;
};
BOOST_DESCRIBE_STRUCT(PageQuery, (), (limit, offset, cursor))

// A cursor is the last item's id, made opaque.
std::string to_cursor(const base::Uuid& last);
std::optional<base::Uuid> parse_cursor(std::string_view cursor);

// Fails `cursor` when it is none of ours.
ports::Page to_page(const PageQuery& query, Fields& fields);

// Takes a page of a list that is there as a whole, in its order.
template <class T>
ports::Listed<T> take_page(std::vector<T> all, const ports::Page& page) {
  const auto total = static_cast<std::int64_t>(all.size());
  auto first = all.begin() + std::min(page.offset, total);
  if (page.after) {
    first = std::ranges::find(all, *page.after, [](const T& item) { return item.id.uuid; });
    if (first != all.end()) ++first;
  }
  const auto last = first + std::min(page.limit, static_cast<std::int64_t>(all.end() - first));
  return {.items = {std::move_iterator(first), std::move_iterator(last)},
          .total = total,
          .more = last != all.end()};
}

// Gives the cursor of the page after this one; null at the end of the list.
template <class T>
std::optional<std::string> next_cursor(const ports::Listed<T>& listed) {
  if (!listed.more || listed.items.empty()) return std::nullopt;
  return to_cursor(listed.items.back().id.uuid);
}

}  // namespace cobro::surfaces
