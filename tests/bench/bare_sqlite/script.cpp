#include "bench/bare_sqlite/script.h"

#include <sstream>
#include <stdexcept>
#include <string_view>

namespace cobro::bench {
namespace {

std::string unescaped(std::string_view line) {
  std::string text;
  bool escaped = false;
  for (const char c : line) {
    if (c == '\\' && !escaped) {
      escaped = true;
      continue;
    }
    text += escaped && c == 'n' ? '\n' : c;
    escaped = false;
  }
  return text;
}

// What follows the fields that were read, without the blank before it.
std::string rest_of(std::istringstream& fields) {
  std::string rest;
  fields.get();
  std::getline(fields, rest);
  return unescaped(rest);
}

Parameter read_parameter(char kind, std::istringstream& fields) {
  using Kind = Parameter::Kind;
  Parameter parameter;
  if (kind == 'N') parameter.kind = Kind::null;
  if (kind == 'I') parameter.kind = Kind::integer;
  if (kind == 'C') parameter.kind = Kind::text;
  if (kind == 'U') parameter.kind = Kind::own_id;
  if (kind == 'M') parameter.kind = Kind::own_number;
  if (kind == 'T') parameter.kind = Kind::own_text;
  if (kind == 'X') parameter.kind = Kind::time;
  if (kind == 'I' || kind == 'U' || kind == 'M' || kind == 'T') fields >> parameter.value;
  if (kind == 'T') fields >> parameter.length;
  if (kind == 'C' || kind == 'T') parameter.text = rest_of(fields);
  return parameter;
}

}  // namespace

Script read_script(std::istream& lines) {
  Script script;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    char kind = 0;
    fields.get(kind);
    if (kind == 'W' || kind == 'R') {
      script.push_back({.writes = kind == 'W', .statements = {}});
    } else if (kind == 'S' && !script.empty()) {
      ScriptStatement statement;
      fields >> statement.rows;
      statement.sql = rest_of(fields);
      script.back().statements.push_back(std::move(statement));
    } else if (std::string_view("NICUMTX").find(kind) != std::string_view::npos &&
               !script.empty() && !script.back().statements.empty()) {
      script.back().statements.back().parameters.push_back(read_parameter(kind, fields));
    } else {
      throw std::runtime_error("not a line of a script: " + line);
    }
  }
  return script;
}

}  // namespace cobro::bench
