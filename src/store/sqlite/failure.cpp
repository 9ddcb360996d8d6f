#include "store/sqlite/failure.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.h"
#include "store/sqlite/session.h"

namespace cobro::store {
namespace {

// "CHECK constraint failed: refund_ceiling" → "refund_ceiling"
std::string constraint_of(const sqlite::Error& error) {
  const std::string_view message = error.what();
  const auto colon = message.find(": ");
  return std::string(colon == std::string_view::npos ? message : message.substr(colon + 2));
}

ports::WriteError of_constraint(const sqlite::Error& error) {
  const auto constraint = constraint_of(error);
  switch (error.code()) {
    case SQLITE_CONSTRAINT_CHECK:
      return {constraint == "cas" ? ports::WriteFailure::conflict : ports::WriteFailure::ceiling,
              constraint};
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ports::WriteFailure::conflict, constraint};
    default:
      throw base::Bug(fmt::format("the database refused a write: {}", error.what()));
  }
}

// Faults of the statement itself; everything else is the machine's.
bool is_bug(const sqlite::Error& error) {
  switch (error.primary_code()) {
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      return true;
    default:
      return false;
  }
}

}  // namespace

ports::WriteError sqlite_write_error(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const RowGone&) {
    return {ports::WriteFailure::conflict, "row gone"};
  } catch (const sqlite::Error& error) {
    if (error.primary_code() == SQLITE_CONSTRAINT) return of_constraint(error);
    if (is_bug(error)) throw base::Bug(error.what());
    return {ports::WriteFailure::unavailable, error.what()};
  }
}

void throw_sqlite_failure(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const sqlite::Error& error) {
    if (is_bug(error)) throw base::Bug(error.what());
    throw ports::StoreUnavailable(error.what());
  }
}

}  // namespace cobro::store
