// Transactions of groups on PostgreSQL: BEGIN and what all of them read are one round trip, what
// they change and COMMIT are another.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ports/clock.h"
#include "store/groups/group_database.h"
#include "store/postgres/numbers.h"
#include "store/postgres/pool.h"

namespace cobro::store {

class PgGroups final : public GroupDatabase {
 public:
  // The clock outlives it. `always_merge`: as in PostgresOptions.
  PgGroups(std::shared_ptr<PgPool> pool, ports::Clock& clock, bool always_merge);

  base::Task<std::unique_ptr<GroupTransaction>> begin(
      std::span<const ports::Reads* const> reads) override;
  void give_back(const UnusedNumbers& numbers) override;

 private:
  struct Numbers;
  void reserve(Numbers& numbers, std::vector<Statement>& statements) const;

  std::shared_ptr<PgPool> pool_;
  ports::Clock& clock_;
  bool always_merge_;
  NumberBlock orders_, payments_, transactions_;
};

}  // namespace cobro::store
