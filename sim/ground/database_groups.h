// How one process commits its writes in groups, on the simulated database: the service's own
// store::WriteGroups, over transactions whose reads are one exchange and whose COMMIT is another.
// Chance decides what comes between the two, and whether the second is heard of.
#pragma once

#include "sim/ground/database.h"
#include "store/groups/write_groups.h"

namespace cobro::sim {

class Database::Groups final : public store::GroupDatabase {
 public:
  // Both outlive it.
  Groups(Database& database, ports::Clock& clock) : database_(database), writes_(*this, clock) {}

  store::WriteGroups& writes() { return writes_; }

  base::Task<std::unique_ptr<store::GroupTransaction>> begin(
      std::span<const ports::Reads* const> reads) override;
  // Numbers have gaps, as those of PostgreSQL's sequences may.
  void give_back(const store::UnusedNumbers&) override {}

 private:
  class Transaction;
  Database& database_;
  store::WriteGroups writes_;
};

// A result without an answer from the database.
ports::WriteResult broken(ports::WriteFailure failure);

}  // namespace cobro::sim
