#include "store/postgres/pipeline.h"

#include "store/postgres/failure.h"

namespace cobro::store {

std::vector<Statement> framed(std::string_view before, std::vector<Statement> statements,
                              std::string_view after) {
  if (!before.empty()) statements.insert(statements.begin(), Statement{before});
  if (!after.empty()) statements.push_back(Statement{after});
  return statements;
}

base::Task<Begun> start(PgPool& pool, std::vector<Statement> statements) {
  for (int tries = 0;; ++tries) {
    PgLease lease = co_await pool.acquire();
    auto answers = co_await lease.run(statements);
    if (answers.lost && !answers.late && tries == 0) {
      pool.close_idle();
      continue;
    }
    if (answers.lost || answers.error) throw_pg_failure(answers);
    co_return Begun{std::move(lease), std::move(answers.rows)};
  }
}

}  // namespace cobro::store
