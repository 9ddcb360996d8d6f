#include "store/sqlite/session.h"

namespace cobro::store {
namespace {

void bind(sqlite::Statement& prepared, const std::vector<Param>& params) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    const int index = static_cast<int>(i) + 1;
    if (const auto* number = std::get_if<std::int64_t>(&params[i]))
      prepared.bind(index, *number);
    else if (const auto* text = std::get_if<std::string>(&params[i]))
      prepared.bind(index, std::string_view(*text));
    else
      prepared.bind_null(index);
  }
}

void add_row(Rows& rows, const sqlite::Statement& prepared, int columns) {
  for (int i = 0; i < columns; ++i)
    if (prepared.is_null(i))
      rows.add_null();
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
  if (statement.touches == Touches::one && connection_.changes() != 1)
    throw RowGone(std::string(statement.text));
  return rows;
}

std::vector<Rows> Session::run_all(std::span<const Statement> statements) {
  std::vector<Rows> answers;
  answers.reserve(statements.size());
  for (const auto& statement : statements) answers.push_back(run(statement));
  return answers;
}

}  // namespace cobro::store
