// A flow's statements as they were seen on the wire, one line each; a backslash stands before
// `n` for a line's end, and before itself:
//
//   W                 a transaction that writes begins; R: one that only reads
//   S rows text       a statement, and how many rows it gives or changes
//   N                 its next parameter: NULL
//   I integer         an integer that is the same in every flow
//   C text            a text that is
//   U which           an id of the flow's own
//   M which           a number of its own
//   T which length text   a text of its own, that long, and how it begins
//   X                 the time, in microseconds
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace cobro::bench {

struct Parameter {
  enum class Kind { null, integer, text, own_id, own_number, own_text, time };
  Kind kind = Kind::null;
  std::int64_t value = 0;  // the integer, or which of the flow's own
  std::size_t length = 0;
  std::string text;
};

struct ScriptStatement {
  std::string sql;
  std::int64_t rows = 0;
  std::vector<Parameter> parameters;
};

struct ScriptTransaction {
  bool writes = false;
  std::vector<ScriptStatement> statements;
};

using Script = std::vector<ScriptTransaction>;

// Throws std::runtime_error on a line that it does not know.
Script read_script(std::istream& lines);

}  // namespace cobro::bench
