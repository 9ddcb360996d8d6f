#include "store/postgres/numbers.h"

#include <algorithm>

#include "base/check.h"

namespace cobro::store {

std::optional<Statement> NumberBlock::draw(std::size_t wanted, base::Duration steady_now) {
  if (numbers_.size() >= wanted) return std::nullopt;
  const bool often = drawn_at_ && steady_now - *drawn_at_ < kOften;
  length_ = often ? std::min(2 * length_, kLongest) : 1;
  drawn_at_ = steady_now;
  const auto count = std::max(length_, wanted);
  return Statement{text_, params_of(static_cast<std::int64_t>(count))};
}

void NumberBlock::add(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) numbers_.push_back(Cells(rows, i).int64());
  std::ranges::sort(numbers_);
}

std::vector<std::int64_t> NumberBlock::take(std::size_t wanted) {
  COBRO_CHECK(numbers_.size() >= wanted);
  const auto end = numbers_.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::vector<std::int64_t> taken(numbers_.begin(), end);
  numbers_.erase(numbers_.begin(), end);
  return taken;
}

void NumberBlock::give_back(std::span<const std::int64_t> unused) {
  if (unused.empty()) return;
  numbers_.insert(numbers_.end(), unused.begin(), unused.end());
  std::ranges::sort(numbers_);
}

}  // namespace cobro::store
