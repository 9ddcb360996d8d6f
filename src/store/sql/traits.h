// Where the two databases' texts differ. Everything else is one text for both.
#pragma once

#include <string_view>

namespace cobro::store {

struct SqlTraits {
  // Each gives one row with one fresh number.
  std::string_view draw_order_number;
  std::string_view draw_payment_number;
  std::string_view draw_transaction_number;
  // Behind a SELECT of rows to change: passes over those that somebody else changes now.
  std::string_view skip_locked;
  // What leases are measured by, in microseconds, read while the statement runs: a statement may
  // wait for its turn. SQLite's is a function of ours, this machine's steady clock.
  std::string_view lease_clock;
  // What hangs on a row can be read as arrays, by one statement.
  bool arrays = false;
  // Others write between a write's reads and its changes.
  bool interleaves = false;
};

inline constexpr SqlTraits kSqliteTraits{
    "UPDATE numbers SET last = last + 1 WHERE name = 'order' RETURNING last",
    "UPDATE numbers SET last = last + 1 WHERE name = 'payment' RETURNING last",
    "UPDATE numbers SET last = last + 1 WHERE name = 'transaction' RETURNING last", "",
    "steady_clock()"};

inline constexpr SqlTraits kPostgresTraits{
    "SELECT nextval('order_numbers')",
    "SELECT nextval('payment_numbers')",
    "SELECT nextval('transaction_numbers')",
    " FOR UPDATE SKIP LOCKED",
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    true,
    true};

}  // namespace cobro::store
