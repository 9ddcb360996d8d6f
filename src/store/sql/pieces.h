// What hangs on one row, as SQL: a statement for each part, or, on a database that has arrays,
// one statement for all of them. One statement costs the database one plan to start and one
// message each way; and its root is found once, not again in every part.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/reads.h"

namespace cobro::store {

// One part: columns and where they come from.
struct Piece {
  Part part;
  std::vector<std::string> columns;
  std::string tail;  // "FROM … WHERE … ORDER BY …"; empty: columns of the root's own row
  std::string tail_together = {};  // where it is another one in the one statement
};

// The open calls of some subjects, given as a SELECT of a column `id`: each is found by its own
// key, however many calls of others are open.
Piece open_calls_of(std::string_view subjects);

class Pieces {
 public:
  // In `apart`, keys are expressions over the parameters; in `together`, they are columns of the
  // row that `from` finds ("FROM payments p WHERE p.id = $1"). Both tell of the same parts.
  Pieces(const std::vector<Piece>& apart, const std::vector<Piece>& together,
         std::string_view from);

  void add_to(ReadPlan& plan, const std::vector<Param>& params, const SqlTraits& traits) const;
  // Hands on each part of what the one statement answered. A part without rows is told of too.
  void split(const Rows& answer, const std::function<void(Part, const Rows&)>& take) const;

 private:
  struct Width {
    Part part;
    std::size_t columns;
  };
  struct Apart {
    Part part;
    std::string text;
  };
  std::vector<Apart> apart_;
  std::vector<Width> widths_;
  std::string together_;
};

// Reads PostgreSQL's text form of a two-dimensional array of text with rows of `columns` cells
// ("{{a,NULL},{\"b c\",d}}", https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO). Throws
// base::Bug for anything else.
Rows rows_of_array(std::string_view literal, std::size_t columns);

}  // namespace cobro::store
