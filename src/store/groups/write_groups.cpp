#include "store/groups/write_groups.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/groups/touched.h"

namespace cobro::store {
namespace {

using ports::Changes;
using ports::Loaded;
using ports::WriteError;
using ports::WriteFailure;
using ports::WriteResult;

// While one write waits for the disk the next may read. While several wait for it together, what
// comes waits for them, and goes together after them: more groups would only be smaller ones, and
// each costs the database a transaction.
constexpr std::size_t kGroups = 2;
constexpr std::size_t kMembers = 32;
// A group that takes longer has a silent server or waits for somebody's lock: it holds up nobody.
constexpr base::Duration kLong = std::chrono::milliseconds(50);
// Of those, and of those that run by themselves and may wait for locks: each has a connection, and
// the pool is for others too.
constexpr std::size_t kSlow = 4;
constexpr std::size_t kAlone = 6;

// Nothing was written, for a reason that may be another member's.
bool is_refused(const WriteResult& result) {
  const auto* error = std::get_if<WriteError>(&result.outcome);
  return error != nullptr && error->failure != WriteFailure::unknown_commit;
}

// Those of `numbers` that no row took.
template <class Row>
std::vector<std::int64_t> unused(std::vector<std::int64_t> numbers, const Changes& changes) {
  for (const auto& row : changes.inserted<Row>()) std::erase(numbers, row.number);
  return numbers;
}
UnusedNumbers unused(const Loaded& loaded, const Changes& changes) {
  return {unused<domain::Order>(loaded.order_numbers, changes),
          unused<domain::Payment>(loaded.payment_numbers, changes),
          unused<domain::Transaction>(loaded.transaction_numbers, changes)};
}

}  // namespace

// One write that waits for its result. `reads` and `decide` belong to whoever waits: they are gone
// when nobody does any more.
struct WriteGroups::Member {
  const ports::Reads& reads;
  const ports::Decide& decide;
  std::weak_ptr<bool> waits;  // ends with the wait
  base::Completion<WriteResult> done;
  Touched touched;             // by its last decision
  bool put_back = false;       // to be decided again
  std::weak_ptr<Group> after;  // and after this one's end

  [[nodiscard]] bool abandoned() const { return waits.expired(); }
  [[nodiscard]] bool must_wait() const;
};

struct WriteGroups::Group {
  Members members;
  bool alone;  // one member that runs by itself, beside the groups
  base::Duration began;
  Changes changes = {};
  Members chosen = {};   // whose changes they are
  Touched touched = {};  // by these
  Touched stale = {};    // by groups that ended since this one has read
  bool reading = true;
  bool ended = false;
};

bool WriteGroups::Member::must_wait() const {
  const auto group = after.lock();
  return group && !group->ended;
}

WriteGroups::WriteGroups(GroupDatabase& database, ports::Clock& clock)
    : database_(database),
      clock_(clock),
      // A group answers its members itself, whatever happens.
      tasks_([](std::string_view, const std::exception_ptr& failure) {
        std::rethrow_exception(failure);
      }) {}

WriteGroups::~WriteGroups() = default;

base::Task<WriteResult> WriteGroups::write(const ports::Reads& reads, const ports::Decide& decide) {
  const auto waits = std::make_shared<bool>(true);
  co_return co_await base::await_callback<WriteResult>([&](base::Completion<WriteResult> done) {
    waiting_.push_back(
        std::make_shared<Member>(Member{reads, decide, waits, std::move(done), {}, false, {}}));
    begin_groups();
  });
}

void WriteGroups::begin_groups() {
  while (has_room()) {
    auto members = next_members();
    if (members.empty()) break;
    begin(std::move(members), false);
  }
  if (!waiting_.empty() && !wakes_) tasks_.spawn("wake", wake_later());
  while (!apart_.empty() && count_alone() < kAlone) {
    auto member = std::move(apart_.front());
    apart_.pop_front();
    if (!member->abandoned()) begin({std::move(member)}, true);
  }
}

// Time alone makes room, too.
base::Task<void> WriteGroups::wake_later() {
  wakes_ = true;
  co_await clock_.sleep(kLong);
  wakes_ = false;
  begin_groups();
}

// A group that reads, or one of several, has all of it.
bool WriteGroups::has_room() const {
  const auto since = clock_.steady() - kLong;
  std::size_t quick = 0;
  std::size_t slow = 0;
  for (const auto& group : under_way_) {
    if (group->alone) continue;
    const bool is_quick = group->began > since;
    if (is_quick && (group->reading || group->members.size() > 1)) return false;
    ++(is_quick ? quick : slow);
  }
  return quick < kGroups && slow < kSlow;
}

std::size_t WriteGroups::count_alone() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(under_way_, [](const auto& group) { return group->alone; }));
}

// Those that waited longest, but for those that are known to meet.
WriteGroups::Members WriteGroups::next_members() {
  Members members;
  Touched touched;
  std::erase_if(waiting_, [](const auto& member) { return member->abandoned(); });
  for (auto at = waiting_.begin(); at != waiting_.end() && members.size() < kMembers;) {
    auto& member = *at;
    if (member->must_wait() || touched.meets(member->touched)) {
      ++at;
      continue;
    }
    member->put_back = false;
    touched.add(member->touched);
    members.push_back(std::move(member));
    at = waiting_.erase(at);
  }
  return members;
}

void WriteGroups::begin(Members members, bool alone) {
  auto group = std::make_shared<Group>(Group{std::move(members), alone, clock_.steady()});
  under_way_.push_back(group);
  tasks_.spawn("writes", run(std::move(group)));
}

base::Task<void> WriteGroups::run(std::shared_ptr<Group> group) {
  std::exception_ptr failure;
  try {
    co_await serve(group);
  } catch (...) {
    failure = std::current_exception();
  }
  // Who was put back is in another group's hands.
  for (const auto& member : group->members)
    if (failure && !member->put_back) member->done.fail(failure);
  end(group);
}

base::Task<void> WriteGroups::serve(std::shared_ptr<Group> group) {
  auto transaction = co_await read(*group);
  if (!transaction) co_return;
  decide(group, std::move(transaction->loaded));
  if (group->chosen.empty()) co_return;
  group->reading = false;
  begin_groups();
  co_await commit(group, std::move(transaction));
}

// Null when nothing was read: who waited for it was told so, or is run again by itself.
base::Task<std::unique_ptr<GroupTransaction>> WriteGroups::read(Group& group) {
  std::vector<const ports::Reads*> reads;
  for (const auto& member : group.members) reads.push_back(&member->reads);
  std::optional<WriteError> away;
  try {
    co_return co_await database_.begin(reads);
  } catch (const ports::StoreUnavailable& failure) {
    away = {WriteFailure::unavailable, failure.what()};
  } catch (...) {
    if (group.members.size() == 1) throw;
  }
  if (away)
    for (const auto& member : group.members) member->done(WriteResult{*away});
  else
    apart_.insert(apart_.end(), group.members.begin(), group.members.end());
  co_return nullptr;
}

void WriteGroups::decide(const std::shared_ptr<Group>& group, std::vector<Loaded> loaded) {
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    const auto& member = group->members[i];
    if (member->abandoned())
      database_.give_back(unused(loaded[i], {}));
    else
      decide(group, member, loaded[i]);
  }
}

void WriteGroups::decide(const std::shared_ptr<Group>& group, const std::shared_ptr<Member>& member,
                         const Loaded& loaded) {
  try {
    auto decision = member->decide(loaded);
    if (decision) {
      member->touched = Touched(*decision);
      const auto other = met(group, *member);
      member->put_back = other != nullptr;
      member->after = other;
    }
    const bool chosen = decision && !member->put_back;
    const Changes nothing;
    database_.give_back(unused(loaded, chosen ? *decision : nothing));
    if (!decision) return member->done(WriteResult{std::move(decision).error()});
    if (!chosen) return waiting_.push_front(member);
    group->touched.add(member->touched);
    group->chosen.push_back(member);
    group->changes.merge(std::move(*decision));
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

base::Task<void> WriteGroups::commit(std::shared_ptr<Group> group,
                                     std::unique_ptr<GroupTransaction> transaction) {
  WriteResult result;
  std::exception_ptr failure;
  try {
    result = co_await transaction->commit(std::move(group->changes));
  } catch (...) {
    failure = std::current_exception();
  }
  transaction.reset();
  const auto& chosen = group->chosen;
  // Perhaps for what another member wants, or because a group does not wait for locks.
  if (group->members.size() > 1 && (failure || is_refused(result))) {
    group->touched = {};
    apart_.insert(apart_.end(), chosen.begin(), chosen.end());
    co_return;
  }
  leave(group);  // who is told may write again at once
  for (const auto& member : chosen) {
    if (failure)
      member->done.fail(failure);
    else
      member->done(result);
  }
}

void WriteGroups::leave(const std::shared_ptr<Group>& group) {
  if (std::exchange(group->ended, true)) return;
  std::erase(under_way_, group);
  for (const auto& other : under_way_) other->stale.add(group->touched);
}

void WriteGroups::end(const std::shared_ptr<Group>& group) {
  leave(group);
  begin_groups();
}

}  // namespace cobro::store
