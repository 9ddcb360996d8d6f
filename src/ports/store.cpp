#include "ports/store.h"

#include <iterator>

namespace cobro::ports {

CallRef ref_of(const domain::GatewayCall& call) {
  return {call.id, subject_of(call.operation)};
}

namespace {
template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}
}  // namespace

Changes& Changes::merge(Changes other) {
  rows.merge(std::move(other.rows));
  replace_items = replace_items || other.replace_items;
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
