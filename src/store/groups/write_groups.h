// Group commit: writes that wait are run together, in one transaction (docs/decisions/0005).
//
//   BEGIN + the reads of all ─▶ each decides ─▶ the changes of all + COMMIT
//
// A write that comes while one at most is under way begins at once; what comes while several are
// goes together after them. A member whose rows another member or a group under way writes is put
// back, and decides again from fresh rows. When the database refuses a group nothing of it was
// written, and each member is run again by itself. No result is given before its own commit. One
// thread.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "store/groups/group_database.h"

namespace cobro::store {

class WriteGroups {
 public:
  // Both outlive it. Destroying it drops what is under way: no COMMIT is sent any more.
  WriteGroups(GroupDatabase& database, ports::Clock& clock);
  WriteGroups(const WriteGroups&) = delete;
  WriteGroups& operator=(const WriteGroups&) = delete;
  ~WriteGroups();

  // As ports::Store::write. Throws what `decide` throws.
  base::Task<ports::WriteResult> write(const ports::Reads& reads, const ports::Decide& decide);

 private:
  struct Member;
  struct Group;
  using Members = std::vector<std::shared_ptr<Member>>;

  void begin_groups();
  base::Task<void> wake_later();
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] std::size_t count_alone() const;
  [[nodiscard]] Members next_members();
  void begin(Members members, bool alone);
  base::Task<void> run(std::shared_ptr<Group> group);
  base::Task<void> serve(std::shared_ptr<Group> group);
  base::Task<std::unique_ptr<GroupTransaction>> read(Group& group);
  void decide(const std::shared_ptr<Group>& group, std::vector<ports::Loaded> loaded);
  void decide(const std::shared_ptr<Group>& group, const std::shared_ptr<Member>& member,
              const ports::Loaded& loaded);
  // The group whose rows the member's changes meet, or null.
  [[nodiscard]] std::shared_ptr<Group> met(const std::shared_ptr<Group>& group,
                                           const Member& member) const;
  base::Task<void> commit(std::shared_ptr<Group> group,
                          std::unique_ptr<GroupTransaction> transaction);
  void leave(const std::shared_ptr<Group>& group);
  void end(const std::shared_ptr<Group>& group);

  GroupDatabase& database_;
  ports::Clock& clock_;
  std::deque<std::shared_ptr<Member>> waiting_;
  std::deque<std::shared_ptr<Member>> apart_;  // to be run one by one
  std::vector<std::shared_ptr<Group>> under_way_;
  bool wakes_ = false;  // in a moment, for those that wait
  base::TaskGroup tasks_;
};

}  // namespace cobro::store
