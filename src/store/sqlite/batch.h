// Group commit: several pieces of work in one transaction, a savepoint each. What fails, or
// decides to change nothing, leaves the others as they are.
#pragma once

#include <span>
#include <vector>

#include "store/sqlite/work.h"

namespace cobro::store {

// Runs and commits the batch; gives each job's failure, null when it went well. Nothing may be
// told to anybody before this returns: a refusal may rest on rows of the same batch.
std::vector<std::exception_ptr> run_batch(Session& session, std::span<const Job> jobs);

// Runs one job against a snapshot.
std::exception_ptr run_reading(Session& session, Work& work);

}  // namespace cobro::store
