#include "store/postgres/touched.h"

#include <algorithm>

namespace cobro::store {
namespace {

bool any_in(const std::unordered_set<std::string>& some,
            const std::unordered_set<std::string>& all) {
  if (some.size() > all.size()) return any_in(all, some);
  return std::ranges::any_of(some, [&](const auto& key) { return all.contains(key); });
}

}  // namespace

template <class Rows>
void Touched::write(const Rows& rows) {
  for (const auto& row : rows) written_.insert(row.id.to_string());
}

void Touched::write_records(const ports::Changes& changes) {
  for (const auto* record :
       {&changes.insert_record, &changes.update_record, &changes.delete_record})
    if (*record) written_.insert((*record)->key);
  for (const auto& record : changes.complete_records) written_.insert(record.key);
  for (const auto& key : changes.release_records) written_.insert(key);
}

Touched::Touched(const ports::Changes& changes) {
  write(changes.update_orders);
  write(changes.update_payments);
  write(changes.update_refunds);
  write(changes.update_transactions);
  write(changes.update_calls);
  write(changes.update_reviews);
  write(changes.update_customers);
  write(changes.update_methods);
  write(changes.update_subscriptions);
  write(changes.update_checkouts);
  write(changes.update_disputes);
  for (const auto& review : changes.resolve_reviews) written_.insert(review.call.to_string());
  write_records(changes);
  if (changes.update_webhook) written_.insert(changes.update_webhook->id.to_string());
  if (changes.insert_webhook) written_.insert(changes.insert_webhook->event_id);
  for (const auto& row : changes.relied_on) {
    if (row.order) relied_on_.insert(row.order->to_string());
    if (row.payment) relied_on_.insert(row.payment->to_string());
  }
}

bool Touched::meets(const Touched& other) const {
  return any_in(written_, other.written_) || any_in(written_, other.relied_on_) ||
         any_in(relied_on_, other.written_);
}

void Touched::add(const Touched& other) {
  written_.insert(other.written_.begin(), other.written_.end());
  relied_on_.insert(other.relied_on_.begin(), other.relied_on_.end());
}

}  // namespace cobro::store
