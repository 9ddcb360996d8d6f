// Databases of the version before gateway calls became one thing: schema 5, whose open work was
// in `attempts` and `errands`. Made of what the program of today has written, row by row in the
// old shape; the bytes of its calls are the same in both.
#pragma once

#include <string>

namespace cobro::testing {

inline constexpr std::size_t kOldVersion = 5;

// Both are SQLite files; `from` is closed, `to` is made.
void write_old_sqlite(const std::string& from, const std::string& to);
// The rows of such a file, in an empty PostgreSQL database.
void write_old_postgres(const std::string& from, const std::string& url);

}  // namespace cobro::testing
