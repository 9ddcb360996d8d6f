// A page of one of Stripe's lists.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/gateway_call.h"
#include "gateways/stripe/snapshots.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

inline bool is_success(int status) {
  return status >= 200 && status < 300;
}

// Stripe pages by the last object's id; the rest of the query stays as it is.
domain::GatewayRequest page_after(const domain::GatewayRequest& request, const std::string& id);

// The items and whether more follow; nothing when this is no page of a list.
struct Page {
  const wire::JsonArray* items = nullptr;
  bool has_more = false;
};
std::optional<Page> read_page_of(const wire::Json& body);

// Reads every item of a page into `items`; false when one of them, or the page, is not
// understood.
template <class Snapshot, class Item>
bool read_list(const domain::GatewayRequest& request, const wire::Json& body,
               std::optional<Snapshot> (*read)(const wire::Json&), std::vector<Item>& items,
               std::optional<domain::GatewayRequest>& next_page) {
  const auto page = read_page_of(body);
  if (!page) return false;
  for (const wire::Json& item : *page->items) {
    auto snapshot = read(item);
    if (!snapshot) return false;
    items.push_back(std::move(*snapshot));
  }
  if (!page->has_more) return true;
  const auto last = id_at(page->items->back(), "id");
  if (last) next_page = page_after(request, *last);
  return last.has_value();
}

}  // namespace cobro::gateways::stripe
