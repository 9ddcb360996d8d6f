#include "store/postgres/write_groups.h"

#include <algorithm>

#include "base/check.h"
#include "store/postgres/failure.h"
#include "store/postgres/merge.h"
#include "store/postgres/touched.h"
#include "store/sql/changes.h"
#include "store/sql/reads.h"

namespace cobro::store {
namespace {

using ports::WriteError;
using ports::WriteFailure;
using ports::WriteResult;

// While one waits for the disk the next one reads; while it reads, what comes waits for the group
// after it. More groups would only be smaller ones.
constexpr std::size_t kGroups = 2;
constexpr std::size_t kMembers = 32;
// A group that takes longer to read has a silent server, or no connection yet: it holds up nobody.
constexpr base::Duration kLongestRead = std::chrono::milliseconds(50);
// Those that run by themselves may wait for locks, each with a connection: the pool is for others
// too.
constexpr std::size_t kAlone = 6;

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

std::size_t count(int wanted) {
  return static_cast<std::size_t>(wanted);
}

// Those of `numbers` that no row took.
template <class RowsWithNumbers>
std::vector<std::int64_t> unused(std::vector<std::int64_t> numbers, const RowsWithNumbers& rows) {
  for (const auto& row : rows) std::erase(numbers, row.number);
  return numbers;
}

}  // namespace

// One write that waits for its result. `decide` belongs to whoever waits: it is gone when nobody
// does any more.
struct WriteGroups::Member {
  ReadPlan plan;
  std::size_t orders, payments, transactions;  // numbers wanted
  const ports::Decide& decide;
  std::weak_ptr<bool> waits;  // ends with the wait
  base::Completion<WriteResult> done;
  Touched touched;               // by its last decision
  std::shared_ptr<Group> after;  // whose end it waits for, when it was put back

  [[nodiscard]] bool abandoned() const { return waits.expired(); }
};

// The numbers of one kind that a group may use.
struct WriteGroups::Numbers {
  NumberBlock& block;
  std::size_t wanted = 0;
  bool drawn = false;  // by the last statements of its reads
  std::vector<std::int64_t> here = {};

  std::vector<std::int64_t> take(std::size_t some) {
    const auto end = here.begin() + static_cast<std::ptrdiff_t>(some);
    std::vector<std::int64_t> taken(here.begin(), end);
    here.erase(here.begin(), end);
    return taken;
  }
};

struct WriteGroups::Group {
  Members members;
  bool alone;  // one member that runs by itself, beside the groups
  Numbers orders, payments, transactions;
  MergedReads reads = {};
  std::vector<ports::Changes> changes = {};
  Members chosen = {};   // whose changes they are
  Touched touched = {};  // by these
  Touched stale = {};    // by groups that ended since this one has read
  bool reading = true;
  base::Duration began{0};
  bool ended = false;
};

WriteGroups::WriteGroups(std::shared_ptr<PgPool> pool, ports::Clock& clock, bool always_merge)
    : pool_(std::move(pool)),
      clock_(clock),
      always_merge_(always_merge),
      orders_(kOrderNumbers),
      payments_(kPaymentNumbers),
      transactions_(kTransactionNumbers),
      // A group answers its members itself, whatever happens.
      tasks_([](std::string_view, const std::exception_ptr& failure) {
        std::rethrow_exception(failure);
      }) {}

WriteGroups::~WriteGroups() = default;

base::Task<WriteResult> WriteGroups::write(const ports::Reads& reads, const ports::Decide& decide) {
  auto plan = plan_reads(reads, kPostgresTraits, false);
  const auto waits = std::make_shared<bool>(true);
  co_return co_await base::await_callback<WriteResult>([&](base::Completion<WriteResult> done) {
    waiting_.push_back(std::make_shared<Member>(Member{std::move(plan),
                                                       count(reads.order_numbers),
                                                       count(reads.payment_numbers),
                                                       count(reads.transaction_numbers),
                                                       decide,
                                                       waits,
                                                       std::move(done),
                                                       {},
                                                       {}}));
    begin_groups();
  });
}

void WriteGroups::begin_groups() {
  while (under_way(false) < kGroups && !is_one_reading()) {
    auto members = next_members();
    if (members.empty()) break;
    begin(std::move(members), false);
  }
  while (!apart_.empty() && under_way(true) < kAlone) {
    auto member = std::move(apart_.front());
    apart_.pop_front();
    if (!member->abandoned()) begin({std::move(member)}, true);
  }
}

bool WriteGroups::is_one_reading() const {
  const auto since = clock_.steady() - kLongestRead;
  return std::ranges::any_of(under_way_, [&](const auto& group) {
    return !group->alone && group->reading && group->began > since;
  });
}

std::size_t WriteGroups::under_way(bool alone) const {
  return static_cast<std::size_t>(
      std::ranges::count(under_way_, alone, [](const auto& group) { return group->alone; }));
}

// Those that waited longest, but for those that are known to meet.
WriteGroups::Members WriteGroups::next_members() {
  Members members;
  Touched touched;
  std::erase_if(waiting_, [](const auto& member) { return member->abandoned(); });
  for (auto at = waiting_.begin(); at != waiting_.end() && members.size() < kMembers;) {
    auto& member = *at;
    if ((member->after && !member->after->ended) || touched.meets(member->touched)) {
      ++at;
      continue;
    }
    member->after.reset();
    touched.add(member->touched);
    members.push_back(std::move(member));
    at = waiting_.erase(at);
  }
  return members;
}

void WriteGroups::begin(Members members, bool alone) {
  auto group = std::make_shared<Group>(
      Group{std::move(members), alone, {orders_}, {payments_}, {transactions_}});
  group->began = clock_.steady();
  under_way_.push_back(group);
  tasks_.spawn("writes", run(std::move(group)));
}

base::Task<void> WriteGroups::run(std::shared_ptr<Group> group) {
  std::optional<Begun> begun;
  std::exception_ptr failure;
  try {
    begun.emplace(co_await start(*pool_, framed(kBegin, reads_of(*group), {})));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) refuse(*group, failure);
  if (begun) decide(group, std::span(begun->answers).subspan(1));
  if (!group->chosen.empty()) {
    group->reading = false;
    begin_groups();
    auto changes = plan_changes(group->changes, kPostgresTraits);
    if (merges(*group)) changes = merge_changes(std::move(changes), always_merge_);
    const auto answers = co_await begun->lease.run(framed({}, std::move(changes), kCommit));
    conclude(*group, answers);
  }
  begun.reset();
  end(group);
}

bool WriteGroups::merges(const Group& group) const {
  return group.members.size() > 1 || always_merge_;
}

// What the group sets for itself comes first, numbers come last.
std::vector<Statement> WriteGroups::reads_of(Group& group) {
  std::vector<Statement> statements;
  if (merges(group))
    statements.push_back(Statement{group.members.size() > 1 ? kInGroup : kAsInGroup});
  for (const auto& member : group.members) {
    group.reads.add(member->plan.statements);
    group.orders.wanted += member->orders;
    group.payments.wanted += member->payments;
    group.transactions.wanted += member->transactions;
  }
  const auto& reads = group.reads.statements(always_merge_);
  statements.insert(statements.end(), reads.begin(), reads.end());
  for (auto* numbers : {&group.orders, &group.payments, &group.transactions})
    reserve(*numbers, statements);
  return statements;
}

void WriteGroups::reserve(Numbers& numbers, std::vector<Statement>& statements) const {
  auto draw = numbers.block.draw(numbers.wanted, clock_.steady());
  numbers.drawn = draw.has_value();
  if (draw)
    statements.push_back(std::move(*draw));
  else
    numbers.here = numbers.block.take(numbers.wanted);
}

void WriteGroups::decide(const std::shared_ptr<Group>& group, std::span<Rows> answers) {
  const std::array kinds{&group->transactions, &group->payments, &group->orders};
  auto last = answers.end();
  for (auto* numbers : kinds) {
    if (!numbers->drawn) continue;
    numbers->block.add(*--last);
    numbers->here = numbers->block.take(numbers->wanted);
  }
  const auto read = answers.subspan(merges(*group) ? 1 : 0);
  for (std::size_t i = 0; i < group->members.size(); ++i) {
    const auto& member = group->members[i];
    if (!member->abandoned()) decide(group, member, group->reads.answers_of(i, read));
  }
  for (auto* numbers : kinds) numbers->block.give_back(numbers->here);
}

void WriteGroups::decide(const std::shared_ptr<Group>& group, const std::shared_ptr<Member>& member,
                         std::span<const Rows> answers) {
  try {
    auto loaded = to_loaded(member->plan, answers);
    loaded.order_numbers = group->orders.take(member->orders);
    loaded.payment_numbers = group->payments.take(member->payments);
    loaded.transaction_numbers = group->transactions.take(member->transactions);
    auto decision = member->decide(loaded);
    const ports::Changes none;
    const auto& used = decision ? *decision : none;
    orders_.give_back(unused(std::move(loaded.order_numbers), used.inserted<domain::Order>()));
    payments_.give_back(
        unused(std::move(loaded.payment_numbers), used.inserted<domain::Payment>()));
    transactions_.give_back(
        unused(std::move(loaded.transaction_numbers), used.inserted<domain::Transaction>()));
    if (!decision) return member->done(WriteResult{std::move(decision).error()});
    member->touched = Touched(*decision);
    if (auto other = met(group, *member)) {
      member->after = std::move(other);
      waiting_.push_front(member);
      return;
    }
    group->touched.add(member->touched);
    group->chosen.push_back(member);
    group->changes.push_back(std::move(*decision));
  } catch (...) {
    member->done.fail(std::current_exception());
  }
}

std::shared_ptr<WriteGroups::Group> WriteGroups::met(const std::shared_ptr<Group>& group,
                                                     const Member& member) const {
  if (group->alone) return nullptr;
  if (group->touched.meets(member.touched) || group->stale.meets(member.touched)) return group;
  const auto found = std::ranges::find_if(under_way_, [&](const auto& other) {
    return other != group && other->touched.meets(member.touched);
  });
  return found == under_way_.end() ? nullptr : *found;
}

// Of the pipeline that ends in COMMIT. Its tag is compared: a COMMIT of a failed transaction
// answers well, with the tag ROLLBACK.
void WriteGroups::conclude(Group& group, const PgAnswers& answers) {
  const bool refused = !answers.lost && (answers.error || answers.last_tag != kCommit);
  if (refused && group.chosen.size() > 1) {
    group.touched = {};
    apart_.insert(apart_.end(), group.chosen.begin(), group.chosen.end());
    return;
  }
  try {
    WriteResult result;
    if (answers.lost)
      result = {WriteError{WriteFailure::unknown_commit, "connection lost"}};
    else if (answers.error)
      result = {pg_write_error(*answers.error)};
    else if (refused)
      result = {WriteError{WriteFailure::conflict, "answered " + answers.last_tag}};
    COBRO_CHECK(refused || answers.lost || !answers.missed);
    for (const auto& member : group.chosen) member->done(result);
  } catch (...) {
    for (const auto& member : group.chosen) member->done.fail(std::current_exception());
  }
}

// Nothing was read.
void WriteGroups::refuse(Group& group, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const ports::StoreUnavailable& away) {
    for (const auto& member : group.members)
      member->done(WriteResult{WriteError{WriteFailure::unavailable, away.what()}});
  } catch (...) {
    if (group.members.size() == 1) return group.members.front()->done.fail(failure);
    apart_.insert(apart_.end(), group.members.begin(), group.members.end());
  }
}

void WriteGroups::end(const std::shared_ptr<Group>& group) {
  group->ended = true;
  std::erase(under_way_, group);
  for (const auto& other : under_way_) other->stale.add(group->touched);
  begin_groups();
}

}  // namespace cobro::store
