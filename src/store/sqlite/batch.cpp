#include "store/sqlite/batch.h"

#include "base/check.h"

namespace cobro::store {
namespace {

// Rethrows what ended the whole transaction: SQLite does that by itself when the disk is full
// or fails.
std::exception_ptr run_in_savepoint(Session& session, Work& work) {
  std::exception_ptr failure;
  bool keep = false;
  session.command("SAVEPOINT work");
  try {
    keep = work.run(session);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!session.in_transaction()) {
    COBRO_CHECK(failure);
    std::rethrow_exception(failure);
  }
  if (!keep) session.command("ROLLBACK TO work");
  session.command("RELEASE work");
  return failure;
}

// Alone in its transaction, work needs no savepoint.
std::exception_ptr run_alone(Session& session, Work& work) {
  std::exception_ptr failure;
  bool keep = false;
  try {
    keep = work.run(session);
  } catch (...) {
    failure = std::current_exception();
  }
  if (session.in_transaction()) session.command(keep ? "COMMIT" : "ROLLBACK");
  return failure;
}

void roll_back(Session& session) {
  try {
    if (session.in_transaction()) session.command("ROLLBACK");
  } catch (const sqlite::Error&) {
    // The next BEGIN says what is wrong.
  }
}

}  // namespace

std::vector<std::exception_ptr> run_batch(Session& session, std::span<const Job> jobs) {
  std::vector<std::exception_ptr> failures;
  failures.reserve(jobs.size());
  try {
    session.command("BEGIN IMMEDIATE");
    if (jobs.size() == 1) return {run_alone(session, *jobs.front().work)};
    for (const auto& job : jobs) failures.push_back(run_in_savepoint(session, *job.work));
    session.command("COMMIT");
  } catch (...) {
    roll_back(session);
    failures.assign(jobs.size(), std::current_exception());
  }
  return failures;
}

std::exception_ptr run_reading(Session& session, Work& work) {
  try {
    session.command("BEGIN");
    work.run(session);
    session.command("COMMIT");
    return nullptr;
  } catch (...) {
    roll_back(session);
    return std::current_exception();
  }
}

}  // namespace cobro::store
