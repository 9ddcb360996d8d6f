// What PostgreSQL does at REPEATABLE READ and SQLite does not: who relies on a row writes it as it
// is, so that a transaction which has read before that fails when it relies on the row or changes
// it.
#pragma once

#include <cstdint>
#include <map>

#include "ports/store.h"

namespace cobro::sim {

class ReliedRows {
 public:
  // How many transactions were committed before now.
  [[nodiscard]] std::int64_t now() const { return commits_; }

  // Whether one that was committed since then relied on a row of these.
  [[nodiscard]] bool have_met(const ports::Changes& changes, std::int64_t since) const {
    bool met = false;
    const auto look = [&](const base::Uuid& id) {
      const auto last = last_.find(id);
      met = met || (last != last_.end() && last->second > since);
    };
    changes.rows.for_each([&]<class Row>(const ports::RowSet<Row>& rows) {
      for (const auto& row : rows.relied_on) look(row.id);
      if constexpr (ports::Versioned<Row>) {
        for (const auto& row : rows.updated) look(row.id.uuid);
        for (const auto& row : rows.removed) look(row.id.uuid);
      }
    });
    return met;
  }
  void note_commit(const ports::Changes& changes) {
    ++commits_;
    changes.rows.for_each([&]<class Row>(const ports::RowSet<Row>& rows) {
      for (const auto& row : rows.relied_on) last_[row.id] = commits_;
    });
  }

 private:
  std::int64_t commits_ = 0;
  std::map<base::Uuid, std::int64_t> last_;
};

}  // namespace cobro::sim
