// Statements of one text, sent as one: what they differ in goes as arrays, a row for each. A
// statement costs PostgreSQL a message each way, a portal and a plan to start; so do many of the
// writes that are committed together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace cobro::store {

// Statements in the same order, where those that stand together with one text and touch one row
// each, by its id $1, have become one (`also_alone`: of one, too). Whether a version was the one
// that was read is still decided row by row, and fails the whole.
std::vector<Statement> merge_changes(std::vector<Statement> statements, bool also_alone = false);

// The reads of several writes. Statements of one text become one, whichever writes they are of, and
// each write gets its own rows back.
class MergedReads {
 public:
  // Adds the reads of one write; they are counted from 0.
  void add(std::span<const Statement> statements);
  // What to send, once all were added; `also_alone` as above.
  const std::vector<Statement>& statements(bool also_alone = false);
  // Takes the answers to what one write read, in its own order, out of those to `statements`. Once
  // for each write.
  [[nodiscard]] std::vector<Rows> answers_of(std::size_t write, std::span<Rows> answers) const;

 private:
  struct Place {
    std::size_t statement;  // of those that are sent
    std::size_t row;        // of its parameters
  };
  [[nodiscard]] bool is_merged(std::size_t statement) const;

  bool also_alone_ = false;
  std::vector<std::vector<Statement>> same_;  // of one text each
  std::vector<Statement> sent_;
  std::vector<std::vector<Place>> places_;  // of each write
};

// PostgreSQL's text form of an array of these
// (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO).
std::string array_literal(std::span<const Statement> statements, std::size_t parameter);

}  // namespace cobro::store
