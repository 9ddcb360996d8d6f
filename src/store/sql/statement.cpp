#include "store/sql/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <set>

#include "base/check.h"

namespace cobro::store {
namespace {

constexpr std::size_t kMostRows = 16;

// The insert of one row with its list of values `rows` times, and parameters numbered on. Kept by
// thread: which rows stand together is asked at every write.
std::string_view insert_of_rows(std::string_view one, std::size_t params, std::size_t rows) {
  thread_local std::map<std::pair<const char*, std::size_t>, std::string_view> texts;
  auto& text = texts[{one.data(), rows}];
  if (!text.empty()) return text;
  constexpr std::string_view kValues = " VALUES (";
  const auto values = one.find(kValues);
  COBRO_CHECK(values != std::string_view::npos && one.ends_with(')'));
  std::string all(one.substr(0, values + kValues.size() - 1));
  for (std::size_t row = 0; row < rows; ++row) {
    all += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < params; ++i)
      all += fmt::format("{}${}", i == 0 ? "" : ", ", row * params + i + 1);
    all += ')';
  }
  return text = interned(std::move(all));
}

}  // namespace

std::string Params::kept(std::string_view text) {
  std::string kept(text);
  for (auto at = kept.find('\0'); at != std::string::npos; at = kept.find('\0', at))
    kept.replace(at, 1, "\xEF\xBF\xBD");
  return kept;
}

void add_merged(std::vector<Statement>& statements, std::vector<Statement> inserts) {
  for (auto first = inserts.begin(); first != inserts.end();) {
    const auto same = std::find_if(first, inserts.end(), [&](const Statement& statement) {
      return statement.text.data() != first->text.data();
    });
    // A power of two, so that a table has few texts. What ends otherwise than with its values (ON
    // CONFLICT) stays alone: one statement cannot meet the same row twice.
    const auto most = first->text.ends_with(')') ? kMostRows : 1;
    const auto rows = std::min(std::bit_floor(static_cast<std::size_t>(same - first)), most);
    const auto end = first + static_cast<std::ptrdiff_t>(rows);
    if (rows > 1) {
      first->text = insert_of_rows(first->text, first->params.size(), rows);
      for (auto next = first + 1; next != end; ++next)
        std::ranges::move(next->params, std::back_inserter(first->params));
    }
    statements.push_back(std::move(*first));
    first = end;
  }
}

std::string_view interned(std::string text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return *texts.insert(std::move(text)).first;
}

}  // namespace cobro::store
