#include "store/postgres/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace cobro::store {
namespace {

using ports::WriteFailure;

// Serialisation, deadlock, lock not available.
constexpr std::array<std::string_view, 3> kConflicts{"40001", "40P01", "55P03"};
// Classes (and codes) of the machine's own troubles: connection, resources, cancelled or
// shutting down, system errors, a standby that takes no writes.
constexpr std::array<std::string_view, 6> kTroubles{"08", "53", "57", "58", "25006", "25P03"};

bool is_trouble(std::string_view sqlstate) {
  return std::ranges::any_of(kTroubles, [&](auto prefix) { return sqlstate.starts_with(prefix); });
}

}  // namespace

ports::WriteError pg_write_error(const PgError& error) {
  if (error.sqlstate == "23514")
    return {error.constraint == "cas" ? WriteFailure::conflict : WriteFailure::ceiling,
            error.constraint};
  if (error.sqlstate == "23505") return {WriteFailure::conflict, error.constraint};
  if (std::ranges::find(kConflicts, error.sqlstate) != kConflicts.end())
    return {WriteFailure::conflict, error.sqlstate};
  if (is_trouble(error.sqlstate)) return {WriteFailure::unavailable, error.message};
  throw base::Bug(
      fmt::format("the database refused a write: {} {}", error.sqlstate, error.message));
}

void throw_pg_failure(const PgAnswers& answers) {
  if (answers.error && !answers.lost && !is_trouble(answers.error->sqlstate))
    throw base::Bug(fmt::format("the database refused a read: {} {}", answers.error->sqlstate,
                                answers.error->message));
  throw ports::StoreUnavailable(answers.error ? "PostgreSQL: " + answers.error->message
                                              : "PostgreSQL: the connection was lost");
}

}  // namespace cobro::store
