#include "store/sqlite/session.h"

namespace cobro::store {
namespace {

void bind(sqlite::Statement& prepared, const std::vector<Param>& params) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    const int index = static_cast<int>(i) + 1;
    const auto& value = params[i].value;
    if (const auto* number = std::get_if<std::int64_t>(&value))
      prepared.bind(index, *number);
    else if (const auto* text = std::get_if<std::string>(&value))
      prepared.bind(index, std::string_view(*text));
    else if (const auto* id = std::get_if<base::Uuid>(&value))
      prepared.bind(index, id->to_string());
    else
      prepared.bind_null(index);
  }
}

void add_row(Rows& rows, const sqlite::Statement& prepared, int columns) {
  for (int i = 0; i < columns; ++i)
    if (prepared.is_null(i))
      rows.add_null();
    else if (prepared.is_integer(i))
      rows.add(prepared.int64(i));
    else
      rows.add(prepared.text(i));
}

}  // namespace

Rows Session::run(const Statement& statement) {
  auto& prepared = connection_.prepared(statement.text);
  bind(prepared, statement.params);
  const int columns = prepared.columns();
  Rows rows(static_cast<std::size_t>(columns));
  while (prepared.step()) add_row(rows, prepared, columns);
  prepared.reset();
  const bool is_gone = (statement.touches == Touches::one && connection_.changes() != 1) ||
                       (statement.touches == Touches::finds_one && rows.size() != 1);
  if (is_gone) throw RowGone(std::string(statement.text));
  return rows;
}

std::vector<Rows> Session::run_all(std::span<const Statement> statements) {
  std::vector<Rows> answers;
  answers.reserve(statements.size());
  for (const auto& statement : statements) answers.push_back(run(statement));
  return answers;
}

}  // namespace cobro::store
