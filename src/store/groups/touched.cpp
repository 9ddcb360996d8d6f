#include "store/groups/touched.h"

#include <algorithm>

namespace cobro::store {
namespace {

bool any_in(const std::unordered_set<std::string>& some,
            const std::unordered_set<std::string>& all) {
  if (some.size() > all.size()) return any_in(all, some);
  return std::ranges::any_of(some, [&](const auto& key) { return all.contains(key); });
}

// Rows that are known by a key before they have an id, and found by it.
std::optional<std::string_view> key_of(const auto&) {
  return std::nullopt;
}
std::optional<std::string_view> key_of(const ports::IdempotencyRecord& record) {
  return record.key;
}
std::optional<std::string_view> key_of(const ports::StoredWebhook& webhook) {
  return webhook.event_id;
}

}  // namespace

void Touched::write(const auto& rows) {
  for (const auto& row : rows) {
    written_.insert(row.id.to_string());
    if (const auto key = key_of(row)) written_.emplace(*key);
  }
}

Touched::Touched(const ports::Changes& changes) {
  changes.rows.for_each([&]<class Row>(const ports::RowSet<Row>& set) {
    for (const auto& row : set.inserted)
      if (const auto key = key_of(row)) written_.emplace(*key);
    if constexpr (ports::Versioned<Row>) {
      write(set.updated);
      write(set.removed);
      for (const auto& row : set.relied_on) relied_on_.insert(row.id.to_string());
    }
  });
  for (const auto& review : changes.resolve_reviews) written_.insert(review.call.to_string());
  for (const auto& record : changes.complete_records) written_.insert(record.key);
  for (const auto& key : changes.release_records) written_.insert(key);
}

// Two that only rely on the same row meet too, as they do in two transactions: each may have
// changed what hangs on it.
bool Touched::meets(const Touched& other) const {
  return any_in(written_, other.written_) || any_in(written_, other.relied_on_) ||
         any_in(relied_on_, other.written_) || any_in(relied_on_, other.relied_on_);
}

void Touched::add(const Touched& other) {
  written_.insert(other.written_.begin(), other.written_.end());
  relied_on_.insert(other.relied_on_.begin(), other.relied_on_.end());
}

}  // namespace cobro::store
