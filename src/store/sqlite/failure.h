// SQLite's errors in the port's words.
#pragma once

#include <exception>

#include "ports/store.h"

namespace cobro::store {

// Of a write. What is neither the database's nor a conflict (a bug, an exception of decide) is
// thrown on.
ports::WriteError sqlite_write_error(std::exception_ptr failure);
// Of a read: throws StoreUnavailable for SQLite's own errors, else the failure itself.
[[noreturn]] void throw_sqlite_failure(std::exception_ptr failure);

}  // namespace cobro::store
