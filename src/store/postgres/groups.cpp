#include "store/postgres/groups.h"

#include <array>

#include "store/postgres/failure.h"
#include "store/postgres/merge.h"
#include "store/postgres/pipeline.h"
#include "store/sql/changes.h"
#include "store/sql/reads.h"

namespace cobro::store {
namespace {

using ports::Loaded;
using ports::WriteError;
using ports::WriteFailure;
using ports::WriteResult;

constexpr std::string_view kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ";
constexpr std::string_view kCommit = "COMMIT";
// A group does not wait for a row that somebody else holds: whoever wants that row waits alone. And
// its merged statements (merge.h) join a few keys to tables: each key is found by its index,
// however small a young database takes its tables for.
constexpr std::string_view kInGroup =
    "SELECT set_config('lock_timeout', '10ms', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_material', 'off', true), set_config('enable_bitmapscan', 'off', true)";
// Alone, with the statements of a group.
constexpr std::string_view kAsInGroup = "SELECT set_config('enable_seqscan', 'off', true)";

constexpr std::string_view kOrderNumbers =
    "SELECT nextval('order_numbers') FROM generate_series(1, $1::bigint)";
constexpr std::string_view kPaymentNumbers =
    "SELECT nextval('payment_numbers') FROM generate_series(1, $1::bigint)";
constexpr std::string_view kTransactionNumbers =
    "SELECT nextval('transaction_numbers') FROM generate_series(1, $1::bigint)";

// How the statements of a transaction are sent.
struct Form {
  bool merged;       // those of one text as one
  bool also_of_one;  // even where there is one
};

// Its last command's tag is compared: a COMMIT of a failed transaction answers well, with the tag
// ROLLBACK.
class Transaction final : public GroupTransaction {
 public:
  Transaction(std::vector<Loaded> all, PgLease lease, Form form)
      : GroupTransaction(std::move(all)), lease_(std::move(lease)), form_(form) {}

  base::Task<WriteResult> commit(ports::Changes changes) override {
    auto statements = plan_changes(changes, kPostgresTraits);
    if (form_.merged) statements = merge_changes(std::move(statements), form_.also_of_one);
    const auto answers = co_await lease_.run(framed({}, std::move(statements), kCommit));
    if (answers.lost)
      co_return WriteResult{WriteError{WriteFailure::unknown_commit, "connection lost"}};
    if (answers.error) co_return WriteResult{pg_write_error(*answers.error)};
    if (answers.last_tag != kCommit)
      co_return WriteResult{WriteError{WriteFailure::conflict, "answered " + answers.last_tag}};
    // A row was gone, and all the rest is written: whoever asks finds that out.
    if (answers.missed)
      co_return WriteResult{WriteError{WriteFailure::unknown_commit, "a row was missed"}};
    co_return WriteResult{};
  }

 private:
  PgLease lease_;
  Form form_;
};

}  // namespace

// The numbers of one kind for one transaction.
struct PgGroups::Numbers {
  NumberBlock& block;
  int ports::Reads::* wanted_by;
  std::vector<std::int64_t> Loaded::* to;
  std::vector<std::size_t> wanted = {};  // by each of the reads
  std::size_t sum = 0;
  bool drawn = false;  // by the last statements
  std::vector<std::int64_t> here = {};

  void want(const ports::Reads& reads) {
    wanted.push_back(static_cast<std::size_t>(reads.*wanted_by));
    sum += wanted.back();
  }
  void hand_out(std::vector<Loaded>& all) {
    auto next = here.begin();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto end = next + static_cast<std::ptrdiff_t>(wanted[i]);
      (all[i].*to).assign(next, end);
      next = end;
    }
  }
};

PgGroups::PgGroups(std::shared_ptr<PgPool> pool, ports::Clock& clock, bool always_merge)
    : pool_(std::move(pool)),
      clock_(clock),
      always_merge_(always_merge),
      orders_(kOrderNumbers),
      payments_(kPaymentNumbers),
      transactions_(kTransactionNumbers) {}

// What the transaction sets for itself comes first, numbers come last.
base::Task<std::unique_ptr<GroupTransaction>> PgGroups::begin(
    std::span<const ports::Reads* const> reads) {
  const Form form{reads.size() > 1 || always_merge_, always_merge_};
  std::array numbers{
      Numbers{orders_, &ports::Reads::order_numbers, &Loaded::order_numbers},
      Numbers{payments_, &ports::Reads::payment_numbers, &Loaded::payment_numbers},
      Numbers{transactions_, &ports::Reads::transaction_numbers, &Loaded::transaction_numbers}};
  std::vector<ReadPlan> plans;
  MergedReads merged;
  for (const auto* one : reads) {
    plans.push_back(plan_reads(*one, kPostgresTraits, false));
    merged.add(plans.back().statements);
    for (auto& kind : numbers) kind.want(*one);
  }
  std::vector<Statement> statements;
  if (form.merged) statements.push_back(Statement{reads.size() > 1 ? kInGroup : kAsInGroup});
  const auto& to_read = merged.statements(form.also_of_one);
  statements.insert(statements.end(), to_read.begin(), to_read.end());
  for (auto& kind : numbers) reserve(kind, statements);

  auto begun = co_await start(*pool_, framed(kBegin, std::move(statements), {}));

  auto last = begun.answers.end();
  for (auto kind = numbers.rbegin(); kind != numbers.rend(); ++kind) {
    if (!kind->drawn) continue;
    kind->block.add(*--last);
    kind->here = kind->block.take(kind->sum);
  }
  const auto answers = std::span(begun.answers).subspan(form.merged ? 2 : 1);
  std::vector<Loaded> loaded;
  for (std::size_t i = 0; i < plans.size(); ++i)
    loaded.push_back(to_loaded(plans[i], merged.answers_of(i, answers)));
  for (auto& kind : numbers) kind.hand_out(loaded);
  co_return std::make_unique<Transaction>(std::move(loaded), std::move(begun.lease), form);
}

void PgGroups::reserve(Numbers& numbers, std::vector<Statement>& statements) const {
  auto draw = numbers.block.draw(numbers.sum, clock_.steady());
  numbers.drawn = draw.has_value();
  if (draw)
    statements.push_back(std::move(*draw));
  else
    numbers.here = numbers.block.take(numbers.sum);
}

void PgGroups::give_back(const UnusedNumbers& numbers) {
  orders_.give_back(numbers.orders);
  payments_.give_back(numbers.payments);
  transactions_.give_back(numbers.transactions);
}

}  // namespace cobro::store
