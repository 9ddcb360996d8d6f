#include "sim/ground/database_groups.h"

#include <fmt/format.h>

#include <utility>

namespace cobro::sim {

using ports::Changes;
using ports::Loaded;
using ports::WriteFailure;
using ports::WriteResult;

class Database::Groups::Transaction final : public store::GroupTransaction {
 public:
  Transaction(std::vector<Loaded> all, Database& database, std::int64_t read_at)
      : GroupTransaction(std::move(all)), database_(database), read_at_(read_at) {}

  base::Task<WriteResult> commit(Changes changes) override {
    co_await database_.travel();
    // Nobody can tell how far it got.
    if (database_.is_away()) co_return broken(WriteFailure::unknown_commit);
    auto result = co_await base::await_callback<WriteResult>([&](const Answered& answer) {
      database_.server_.spawn("commit",
                              database_.serve_commit(std::move(changes), read_at_, answer));
    });
    co_await database_.travel();
    co_return result;
  }

 private:
  Database& database_;
  std::int64_t read_at_;
};

base::Task<std::unique_ptr<store::GroupTransaction>> Database::Groups::begin(
    std::span<const ports::Reads* const> reads) {
  std::vector<ports::Reads> all;
  for (const auto* one : reads) all.push_back(*one);
  co_await database_.travel();
  if (database_.is_away()) throw ports::StoreUnavailable("the connection was refused");
  std::vector<Loaded> loaded;
  const auto read_at = database_.seen_.relied_rows.now();
  // The store below does each of these at once: nothing comes between them.
  for (const auto& one : all) {
    const ports::Decide look = [&](const Loaded& found) -> base::Result<Changes, domain::Refusal> {
      loaded.push_back(found);
      return Changes{};  // the numbers drawn are spent
    };
    (void)co_await database_.inner_.write(one, look);
  }
  if (all.size() > 1) {
    database_.ground_.trace.note(fmt::format("database: {} writes in one transaction", all.size()));
    ++database_.ground_.tally["transactions of several writes"];
  }
  co_await database_.travel();
  co_return std::make_unique<Transaction>(std::move(loaded), database_, read_at);
}

base::Task<WriteResult> Database::write_in_group(const ports::Reads& reads,
                                                 const ports::Decide& decide) {
  auto result = co_await groups_->writes().write(reads, decide);
  if (!result.committed()) hinder(reads);
  co_return result;
}

base::Task<void> Database::serve_commit(Changes changes, std::int64_t read_at, Answered answer) {
  if (loses_commit(answer)) co_return;
  if (ground_.faults.strike(Fault::commit_late)) {
    answer(broken(WriteFailure::unknown_commit));
    co_return co_await apply_late(std::move(changes), read_at);
  }
  co_await tell(apply(changes, read_at), answer);
}

}  // namespace cobro::sim
