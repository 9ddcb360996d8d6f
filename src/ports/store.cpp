#include "ports/store.h"

namespace cobro::ports {

CallRef ref_of(const domain::GatewayCall& call) {
  return {call.id, subject_of(call.operation)};
}

Changes& Changes::merge(Changes other) {
  rows.merge(std::move(other.rows));
  append(replaced_items, std::move(other.replaced_items));
  append(resolve_reviews, std::move(other.resolve_reviews));
  append(complete_records, std::move(other.complete_records));
  append(release_records, std::move(other.release_records));
  return *this;
}

bool Changes::empty() const {
  return rows.empty() && resolve_reviews.empty() && complete_records.empty() &&
         release_records.empty();
}

}  // namespace cobro::ports
