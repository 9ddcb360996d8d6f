// Group commit: writes that wait are run together, in one transaction (docs/decisions/0005).
//
//   BEGIN + the reads of all ─▶ each decides ─▶ the changes of all + COMMIT
//
// A write that comes while few groups run begins at once, alone if nobody else waits. A member
// whose rows another member or a group under way writes is put back, and decides again from fresh
// rows. When the database refuses a group nothing of it was written, and each member is run again
// by itself. No result is given before its own commit. One thread.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "store/postgres/numbers.h"
#include "store/postgres/pipeline.h"

namespace cobro::store {

class WriteGroups {
 public:
  WriteGroups(std::shared_ptr<PgPool> pool, ports::Clock& clock, bool always_merge);
  WriteGroups(const WriteGroups&) = delete;
  WriteGroups& operator=(const WriteGroups&) = delete;
  ~WriteGroups();

  // As ports::Store::write. Throws what `decide` throws.
  base::Task<ports::WriteResult> write(const ports::Reads& reads, const ports::Decide& decide);

 private:
  struct Member;
  struct Numbers;
  struct Group;
  using Members = std::vector<std::shared_ptr<Member>>;

  void begin_groups();
  [[nodiscard]] std::size_t under_way(bool alone) const;
  [[nodiscard]] bool is_one_reading() const;
  [[nodiscard]] Members next_members();
  void begin(Members members, bool alone);
  base::Task<void> run(std::shared_ptr<Group> group);
  [[nodiscard]] bool merges(const Group& group) const;
  std::vector<Statement> reads_of(Group& group);
  void reserve(Numbers& numbers, std::vector<Statement>& statements) const;
  void decide(const std::shared_ptr<Group>& group, std::span<Rows> answers);
  void decide(const std::shared_ptr<Group>& group, const std::shared_ptr<Member>& member,
              std::span<const Rows> answers);
  // The group whose rows the member's changes meet, or null.
  [[nodiscard]] std::shared_ptr<Group> met(const std::shared_ptr<Group>& group,
                                           const Member& member) const;
  void conclude(Group& group, const PgAnswers& answers);
  void refuse(Group& group, const std::exception_ptr& failure);
  void end(const std::shared_ptr<Group>& group);

  std::shared_ptr<PgPool> pool_;
  ports::Clock& clock_;
  bool always_merge_;
  NumberBlock orders_, payments_, transactions_;
  std::deque<std::shared_ptr<Member>> waiting_;
  std::deque<std::shared_ptr<Member>> apart_;  // to be run one by one
  std::vector<std::shared_ptr<Group>> under_way_;
  base::TaskGroup tasks_;
};

}  // namespace cobro::store
