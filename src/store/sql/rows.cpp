#include "store/sql/rows.h"

#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace cobro::store {

void Rows::add_null() {
  end_cell(Kind::null);
}

void Rows::add(std::string_view text) {
  bytes_ += text;
  end_cell(Kind::text);
}

void Rows::add(std::int64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  bytes_.append(bytes, sizeof number);
  end_cell(Kind::number);
}

Rows::Found Rows::find(std::size_t row, std::size_t column) const {
  const std::size_t index = row * columns_ + column;
  COBRO_CHECK(column < columns_ && index < ends_.size());
  const End end = ends_[index];
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1].offset;
  return {end.kind, std::string_view(bytes_).substr(begin, end.offset - begin)};
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return find(row, column).kind == Kind::null;
}

std::optional<std::string_view> Rows::cell(std::size_t row, std::size_t column) const {
  const auto found = find(row, column);
  return found.kind == Kind::text ? std::optional(found.bytes) : std::nullopt;
}

std::optional<std::int64_t> Rows::number(std::size_t row, std::size_t column) const {
  const auto found = find(row, column);
  if (found.kind != Kind::number) return std::nullopt;
  std::int64_t number = 0;
  std::memcpy(&number, found.bytes.data(), sizeof number);
  return number;
}

std::string_view Cells::present() {
  if (null()) fail_unreadable("cell that must have a value", "NULL");
  if (const auto number = rows_.number(row_, column_)) {
    ++column_;
    return digits_ = std::to_string(*number);
  }
  return *rows_.cell(row_, column_++);
}

std::int64_t Cells::int64() {
  if (const auto number = rows_.number(row_, column_)) {
    ++column_;
    return *number;
  }
  const auto text = present();
  const auto value = base::parse_int64(text);
  if (!value) fail_unreadable("whole number", text);
  return *value;
}

std::string Cells::text() {
  return std::string(present());
}

base::Uuid Cells::uuid() {
  const auto text = present();
  const auto id = base::Uuid::parse(text);
  if (!id) fail_unreadable("id", text);
  return *id;
}

domain::Currency Cells::currency() {
  const auto text = present();
  const auto currency = domain::Currency::parse(text);
  if (!currency) fail_unreadable("currency", text);
  return *currency;
}

}  // namespace cobro::store
