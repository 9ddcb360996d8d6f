#include "store/sql/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cobro::store {

Table::Table(std::string_view name, Columns fixed, Columns changing) : name_(name) {
  columns_ = "id";
  names_.emplace_back("id");
  names_.insert(names_.end(), fixed);
  names_.insert(names_.end(), changing);
  if (changing.size() > 0) names_.emplace_back("version");
  std::string values = "$1";
  std::string sets;
  int value = 1;
  int set = 1;
  for (const auto column : fixed) {
    columns_ += fmt::format(", {}", column);
    values += fmt::format(", ${}", ++value);
  }
  for (const auto column : changing) {
    columns_ += fmt::format(", {}", column);
    values += fmt::format(", ${}", ++value);
    sets += fmt::format("{} = ${}, ", column, ++set);
  }
  if (changing.size() > 0) {
    columns_ += ", version";
    values += fmt::format(", ${}", ++value);
    ++set;
  }
  insert_ = fmt::format("INSERT INTO {} ({}) VALUES ({})", name, columns_, values);
  update_ = fmt::format(
      "UPDATE {} SET {}version = CASE WHEN version = ${} THEN version + 1 ELSE -1 END "
      "WHERE id = $1",
      name, sets, set);
  rely_ = fmt::format("SELECT 1 FROM {} WHERE id = $1 AND version = $2", name);
  rely_by_write_ = fmt::format(
      "UPDATE {} SET version = CASE WHEN version = $2 THEN version ELSE -1 END WHERE id = $1",
      name);
  remove_ = fmt::format("DELETE FROM {} WHERE id = $1", name);
  exists_ = fmt::format("SELECT 1 FROM {} WHERE id = $1", name);
}

std::string Table::select(std::string_view extra) const {
  return fmt::format("SELECT {}{}{} FROM {}", columns_, extra.empty() ? "" : ", ", extra, name_);
}

std::string Table::columns_of(std::string_view alias) const {
  return fmt::format("{}", fmt::join(column_list(alias), ", "));
}

std::vector<std::string> Table::column_list(std::string_view alias) const {
  std::vector<std::string> columns;
  for (const auto name : names_)
    columns.push_back(alias.empty() ? std::string(name) : fmt::format("{}.{}", alias, name));
  return columns;
}

}  // namespace cobro::store
