#include "store/sql/rows.h"

#include "base/check.h"
#include "base/text.h"

namespace cobro::store {

void Rows::add_null() {
  ends_.push_back({static_cast<std::uint32_t>(bytes_.size()), true});
}

void Rows::add(std::string_view text) {
  bytes_ += text;
  ends_.push_back({static_cast<std::uint32_t>(bytes_.size()), false});
}

std::optional<std::string_view> Rows::cell(std::size_t row, std::size_t column) const {
  const std::size_t index = row * columns_ + column;
  COBRO_CHECK(column < columns_ && index < ends_.size());
  const End end = ends_[index];
  if (end.null) return std::nullopt;
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1].offset;
  return std::string_view(bytes_).substr(begin, end.offset - begin);
}

std::string_view Cells::present() {
  const auto cell = rows_.cell(row_, column_);
  if (!cell) fail_unreadable("cell that must have a value", "NULL");
  ++column_;
  return *cell;
}

std::int64_t Cells::int64() {
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
