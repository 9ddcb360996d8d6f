#include "store/sql/pieces.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

std::string text_of(const Piece& piece) {
  return fmt::format("SELECT {} {}", fmt::join(piece.columns, ", "), piece.tail);
}

// Every cell as text: what a cell means is known to who reads it.
std::string array_of(const Piece& piece) {
  const auto row = fmt::format("ARRAY[{}::text]", fmt::join(piece.columns, "::text, "));
  const auto& tail = piece.tail_together.empty() ? piece.tail : piece.tail_together;
  return tail.empty() ? fmt::format("ARRAY[{}]", row)
                      : fmt::format("ARRAY(SELECT {} {})", row, tail);
}

class ArrayReader {
 public:
  explicit ArrayReader(std::string_view literal) : rest_(literal) {}

  Rows read(std::size_t columns) {
    Rows rows(columns);
    take('{');
    if (!skip('}')) {
      do read_row(rows, columns);
      while (skip(','));
      take('}');
    }
    COBRO_CHECK(rest_.empty());
    return rows;
  }

 private:
  void read_row(Rows& rows, std::size_t columns) {
    take('{');
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) take(',');
      read_cell(rows);
    }
    take('}');
  }

  void read_cell(Rows& rows) {
    if (skip('"')) return rows.add(quoted());
    const auto end = rest_.find_first_of(",}");
    COBRO_CHECK(end != std::string_view::npos && end > 0);
    const auto bare = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (bare == "NULL")
      rows.add_null();
    else
      rows.add(bare);
  }

  std::string_view quoted() {
    text_.clear();
    for (;;) {
      const auto end = rest_.find_first_of("\"\\");
      COBRO_CHECK(end != std::string_view::npos);
      text_ += rest_.substr(0, end);
      const char found = rest_[end];
      rest_.remove_prefix(end + 1);
      if (found == '"') return text_;
      COBRO_CHECK(!rest_.empty());
      text_ += rest_.front();
      rest_.remove_prefix(1);
    }
  }

  bool skip(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void take(char wanted) { COBRO_CHECK(skip(wanted)); }

  std::string_view rest_;
  std::string text_;  // of the quoted cell that was read last
};

}  // namespace

Piece open_calls_of(std::string_view subjects) {
  return {
      Part::open_calls, gateway_calls().column_list("c"),
      fmt::format("FROM ({}) s JOIN gateway_calls c ON c.subject_id = s.id"
                  " WHERE c.status = 'open' ORDER BY c.id",
                  subjects),
      // PostgreSQL would walk all open calls, by whatever index has only these, for each subject.
      // The offset is a fence that keeps the status out of what it chooses an index by.
      fmt::format("FROM ({}) s CROSS JOIN LATERAL"
                  " (SELECT * FROM gateway_calls WHERE subject_id = s.id OFFSET 0) c"
                  " WHERE c.status = 'open' ORDER BY c.id",
                  subjects)};
}

Pieces::Pieces(const std::vector<Piece>& apart, const std::vector<Piece>& together,
               std::string_view from) {
  for (const auto& piece : apart) apart_.push_back({piece.part, text_of(piece)});
  together_ = "SELECT ";
  for (const auto& piece : together) {
    if (!widths_.empty()) together_ += ", ";
    together_ += array_of(piece);
    widths_.push_back({piece.part, piece.columns.size()});
  }
  together_ += fmt::format(" {}", from);
}

void Pieces::add_to(ReadPlan& plan, const std::vector<Param>& params,
                    const SqlTraits& traits) const {
  if (traits.arrays) return plan.add(*this, together_, params);
  for (const auto& one : apart_) plan.add(one.part, one.text, params);
}

void Pieces::split(const Rows& answer, const std::function<void(Part, const Rows&)>& take) const {
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    const auto& width = widths_[i];
    const auto cell = answer.empty() ? std::nullopt : answer.cell(0, i);
    take(width.part, cell ? rows_of_array(*cell, width.columns) : Rows(width.columns));
  }
}

Rows rows_of_array(std::string_view literal, std::size_t columns) {
  return ArrayReader(literal).read(columns);
}

}  // namespace cobro::store
