// Numbers of orders, payments and transactions, drawn from their sequences in blocks. One thread.
//
// A quiet deployment draws what it needs, so that its numbers follow each other; one that draws
// often takes more at a time, and what it holds when it ends is lost: numbers may have gaps.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "base/time.h"
#include "ports/store.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace cobro::store {

class NumberBlock {
 public:
  // `text` gives $1 fresh numbers, a row each, and lives for ever.
  explicit NumberBlock(std::string_view text) : text_(text) {}

  // What must be asked of the database before `wanted` can be taken; nothing when they are here.
  // It gives as many by itself, for others may take what is here meanwhile.
  std::optional<Statement> draw(std::size_t wanted, base::Duration steady_now);
  void add(const Rows& rows);
  // The smallest first. As many as were wanted must be here.
  std::vector<std::int64_t> take(std::size_t wanted);
  // Those that a decision did not use.
  void give_back(std::span<const std::int64_t> unused);
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

 private:
  static constexpr std::size_t kLongest = 64;
  static constexpr base::Duration kOften = std::chrono::seconds(1);

  std::string_view text_;
  std::deque<std::int64_t> numbers_;  // ascending
  std::size_t length_ = 1;
  std::optional<base::Duration> drawn_at_;
};

}  // namespace cobro::store
