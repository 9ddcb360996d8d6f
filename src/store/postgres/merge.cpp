#include "store/postgres/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/check.h"

namespace cobro::store {
namespace {

using Same = std::span<const Statement>;  // of one text

std::string_view name_of(ParamType type) {
  switch (type) {
    case ParamType::number:
      return "bigint";
    case ParamType::text:
      return "text";
    case ParamType::id:
      return "uuid";
    case ParamType::json:
      return "json";
  }
  COBRO_CHECK(false);
}

// "unnest($1::uuid[], $2::text[])" and the names that its columns get: "p1, p2".
std::string rows_of_parameters(const std::vector<Param>& params) {
  std::string rows;
  for (std::size_t i = 0; i < params.size(); ++i)
    rows += fmt::format("{}${}::{}[]", i == 0 ? "" : ", ", i + 1, name_of(params[i].type));
  return fmt::format("unnest({})", rows);
}
std::string names_of_parameters(std::size_t count) {
  std::string names;
  for (std::size_t i = 1; i <= count; ++i) names += fmt::format("{}p{}", i == 1 ? "" : ", ", i);
  return names;
}

// "$7" becomes "asked.p7".
std::string with_columns(std::string_view text) {
  std::string all;
  all.reserve(text.size() + 64);
  for (const char c : text) {
    if (c == '$')
      all += "asked.p";
    else
      all += c;
  }
  return all;
}

bool is_update(std::string_view text) {
  return text.starts_with("UPDATE ");
}
bool is_deletion(std::string_view text) {
  return text.starts_with("DELETE ");
}

// An update or a deletion of the row whose id is $1.
std::string text_of_changes(const Statement& one) {
  constexpr std::string_view kWhere = " WHERE ";
  const auto where = one.text.rfind(kWhere);
  COBRO_CHECK(where != std::string_view::npos);
  return fmt::format("{} {} {} AS asked({}){}", with_columns(one.text.substr(0, where)),
                     is_update(one.text) ? "FROM" : "USING", rows_of_parameters(one.params),
                     names_of_parameters(one.params.size()), with_columns(one.text.substr(where)));
}

// What is read for each row of parameters stands behind its number. It depends on that row, so that
// the rows of one come in their own order.
std::string text_of_reads(const Statement& one) {
  return fmt::format(
      "SELECT asked.n, found.* FROM {} WITH ORDINALITY AS asked({}, n)"
      " CROSS JOIN LATERAL ({}) AS found",
      rows_of_parameters(one.params), names_of_parameters(one.params.size()),
      with_columns(one.text));
}

// The text for many of one text, made once. Kept by thread: it is asked for at every write.
std::string_view text_of_many(const Statement& one) {
  thread_local std::map<const char*, std::string_view> texts;
  auto& text = texts[one.text.data()];
  if (text.empty())
    text = interned(is_update(one.text) || is_deletion(one.text) ? text_of_changes(one)
                                                                 : text_of_reads(one));
  return text;
}

Statement merged(Same same) {
  const auto& one = same.front();
  Params arrays;
  for (std::size_t i = 0; i < one.params.size(); ++i) arrays.add(array_literal(same, i));
  return {text_of_many(one), std::move(arrays).take(), one.touches, same.size()};
}

bool is_alike(const Statement& a, const Statement& b) {
  return a.text.data() == b.text.data() && !a.params.empty();
}

void add_quoted(std::string& array, std::string_view text) {
  array += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

void add_cell(std::string& array, const Param& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param.value))
    array += std::to_string(*number);
  else if (const auto* id = std::get_if<base::Uuid>(&param.value))
    array += id->to_string();
  else if (const auto* text = std::get_if<std::string>(&param.value))
    add_quoted(array, *text);
  else
    array += "NULL";
}

// Of an answer to several: the rows of one, without its number.
Rows rows_of(const Rows& answer, std::size_t columns, std::size_t number) {
  Rows rows(columns - 1);
  const auto name = std::to_string(number);
  for (std::size_t row = 0; row < answer.size(); ++row) {
    if (answer.cell(row, 0) != name) continue;
    for (std::size_t column = 1; column < columns; ++column) {
      if (const auto cell = answer.cell(row, column))
        rows.add(*cell);
      else
        rows.add_null();
    }
  }
  return rows;
}

}  // namespace

std::string array_literal(std::span<const Statement> statements, std::size_t parameter) {
  std::string array = "{";
  for (const auto& statement : statements) {
    if (array.size() > 1) array += ',';
    add_cell(array, statement.params.at(parameter));
  }
  return array += '}';
}

std::vector<Statement> merge_changes(std::vector<Statement> statements, bool also_alone) {
  std::vector<Statement> all;
  all.reserve(statements.size());
  for (auto first = statements.begin(); first != statements.end();) {
    const bool may_merge = first->touches != Touches::any && !first->params.empty();
    auto end = std::next(first);
    // One statement touches a row once.
    while (may_merge && end != statements.end() && is_alike(*first, *end) &&
           end->params.front().value != std::prev(end)->params.front().value)
      ++end;
    const bool merges = may_merge && (also_alone || std::distance(first, end) > 1);
    all.push_back(merges ? merged({first, end}) : std::move(*first));
    first = end;
  }
  return all;
}

void MergedReads::add(std::span<const Statement> statements) {
  auto& own = places_.emplace_back();
  for (const auto& statement : statements) {
    const auto found = std::ranges::find_if(
        same_, [&](const auto& same) { return is_alike(same.front(), statement); });
    const auto at = static_cast<std::size_t>(found - same_.begin());
    if (found == same_.end()) same_.emplace_back();
    own.push_back({at, same_[at].size()});
    same_[at].push_back(statement);
  }
}

bool MergedReads::is_merged(std::size_t statement) const {
  const auto& same = same_[statement];
  return same.size() > 1 || (also_alone_ && !same.front().params.empty());
}

const std::vector<Statement>& MergedReads::statements(bool also_alone) {
  also_alone_ = also_alone;
  sent_.clear();
  for (std::size_t i = 0; i < same_.size(); ++i)
    sent_.push_back(is_merged(i) ? merged(same_[i]) : same_[i].front());
  return sent_;
}

std::vector<Rows> MergedReads::answers_of(std::size_t write, std::span<Rows> answers) const {
  std::vector<Rows> own;
  for (const auto& place : places_.at(write)) {
    auto& answer = answers[place.statement];
    own.push_back(is_merged(place.statement) ? rows_of(answer, answer.columns(), place.row + 1)
                                             : std::move(answer));
  }
  return own;
}

}  // namespace cobro::store
