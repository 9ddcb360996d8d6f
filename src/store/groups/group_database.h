// What a database is to writes that are committed in groups: it reads for several of them at once,
// and commits the changes of several as one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/task.h"
#include "ports/store.h"

namespace cobro::store {

// A transaction that has read. When it goes without a commit, nothing of it was written.
class GroupTransaction {
 public:
  explicit GroupTransaction(std::vector<ports::Loaded> all) : loaded(std::move(all)) {}
  GroupTransaction(const GroupTransaction&) = delete;
  GroupTransaction& operator=(const GroupTransaction&) = delete;
  virtual ~GroupTransaction() = default;

  // What each of the reads found, in their order: all of one state, with the numbers asked for.
  std::vector<ports::Loaded> loaded;

  // Once. Commits all or nothing. The result is `unknown_commit` when nobody can tell, any other
  // failure when nothing was written, and never a refusal; base::Bug is thrown for what only a bug
  // of ours can cause, and nothing was written then.
  virtual base::Task<ports::WriteResult> commit(ports::Changes changes) = 0;
};

// Fresh numbers that a decision did not use.
struct UnusedNumbers {
  std::vector<std::int64_t> orders, payments, transactions;
};

class GroupDatabase {
 public:
  virtual ~GroupDatabase() = default;

  // Begins a transaction with these reads, which must live until this suspends for the first time.
  // Throws ports::StoreUnavailable, and base::Bug for what the database refuses.
  virtual base::Task<std::unique_ptr<GroupTransaction>> begin(
      std::span<const ports::Reads* const> reads) = 0;
  // They may be given to others.
  virtual void give_back(const UnusedNumbers& numbers) = 0;
};

}  // namespace cobro::store
