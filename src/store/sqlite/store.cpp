#include <functional>
#include <utility>

#include "store/sql/changes.h"
#include "store/sql/lists.h"
#include "store/sql/reads.h"
#include "store/sqlite/failure.h"
#include "store/sqlite/lanes.h"
#include "store/sqlite/migrate_sqlite.h"
#include "store/sqlite_store.h"

namespace cobro::store {
namespace {

using ports::Loaded;
using ports::WriteResult;

// Reads, decision and changes in one go.
struct WriteWork final : Work {
  WriteWork(const ports::Reads& r, const ports::Decide& d) : reads(r), decide(d) {}
  bool perform(Session& session) override {
    const auto plan = plan_reads(reads, kSqliteTraits, true);
    auto decision = decide(to_loaded(plan, session.run_all(plan.statements)));
    if (!decision) {
      refusal = std::move(decision).error();
      return false;
    }
    for (const auto& statement : plan_changes(*decision, kSqliteTraits)) session.run(statement);
    return true;
  }
  const ports::Reads& reads;
  const ports::Decide& decide;
  std::optional<domain::Refusal> refusal;
};

// Statements that stand alone, and what becomes of their rows.
template <class T>
struct QueryWork final : Work {
  using Read = std::function<T(std::span<const Rows>)>;
  QueryWork(std::vector<Statement> s, Read r) : statements(std::move(s)), read(std::move(r)) {}
  bool perform(Session& session) override {
    value.emplace(read(session.run_all(statements)));
    return true;
  }
  std::vector<Statement> statements;
  Read read;
  std::optional<T> value;
};

class SqliteStore final : public ports::Store {
 public:
  struct Parts {
    std::unique_ptr<Lane> writer;
    std::unique_ptr<Lane> readers;
    std::string deployment;
    bool split_writes;
  };
  SqliteStore(Parts parts, ports::Clock& clock) : parts_(std::move(parts)), clock_(clock) {}

  base::Task<WriteResult> write(const ports::Reads& reads, const ports::Decide& decide) override {
    return parts_.split_writes ? write_split(reads, decide) : write_whole(reads, decide);
  }

  base::Task<bool> was_committed(const ports::Changes& changes) override {
    auto look = plan_was_committed(changes);
    if (!look) co_return false;
    co_return co_await query<bool>(*parts_.readers, one(std::move(*look)),
                                   [](auto answers) { return !answers[0].empty(); });
  }

  base::Task<Loaded> load(const ports::Reads& reads) override {
    auto plan = plan_reads(reads, kSqliteTraits, false);
    auto statements = plan.statements;
    co_return co_await query<Loaded>(*parts_.readers, std::move(statements),
                                     std::bind_front(to_loaded, std::move(plan)));
  }

  base::Task<ports::Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                       const ports::Page& page) override {
    return list<domain::Order>(plan_list(filter, page), to_listed_orders, page.limit);
  }
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override {
    return list<domain::Payment>(plan_list(filter, page), to_listed_payments, page.limit);
  }
  base::Task<ports::Listed<domain::Refund>> list_refunds(const ports::RefundFilter& filter,
                                                         const ports::Page& page) override {
    return list<domain::Refund>(plan_list(filter, page), to_listed_refunds, page.limit);
  }
  base::Task<ports::Listed<domain::Transaction>> list_transactions(
      const ports::TransactionFilter& filter, const ports::Page& page) override {
    return list<domain::Transaction>(plan_list(filter, page), to_listed_transactions, page.limit);
  }
  base::Task<ports::Listed<domain::Payment>> list_overpayments(
      const ports::OverpaymentFilter& filter, const ports::Page& page) override {
    return list<domain::Payment>(plan_list(filter, page), to_listed_payments, page.limit);
  }
  base::Task<ports::Listed<domain::Review>> list_reviews(const ports::ReviewFilter& filter,
                                                         const ports::Page& page) override {
    return list<domain::Review>(plan_list(filter, page), to_listed_reviews, page.limit);
  }

  base::Task<ports::Listed<domain::Subscription>> list_subscriptions(
      const ports::SubscriptionFilter& filter, const ports::Page& page) override {
    return list<domain::Subscription>(plan_list(filter, page), to_listed_subscriptions, page.limit);
  }
  base::Task<ports::Listed<domain::StatusChange>> list_status_changes(
      domain::SubscriptionId id, const ports::Page& page) override {
    return list<domain::StatusChange>(plan_list(id, page), to_listed_status_changes, page.limit);
  }
  base::Task<ports::Listed<domain::Entitlement>> list_entitlements(
      const ports::EntitlementFilter& filter, const ports::Page& page) override {
    return list<domain::Entitlement>(plan_list(filter, page), to_listed_entitlements, page.limit);
  }
  base::Task<ports::Listed<domain::Dispute>> list_disputes(const ports::DisputeFilter& filter,
                                                           const ports::Page& page) override {
    return list<domain::Dispute>(plan_list(filter, page), to_listed_disputes, page.limit);
  }
  base::Task<std::vector<domain::Plan>> plans() override {
    return query<std::vector<domain::Plan>>(*parts_.readers, one(all_plans()), to_plans);
  }

  base::Task<std::vector<domain::CheckoutSession>> due_checkouts(base::Timestamp now,
                                                                 std::int64_t limit) override {
    return query<std::vector<domain::CheckoutSession>>(
        *parts_.readers, one(store::due_checkouts(now, limit)), to_checkouts);
  }
  base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                         std::int64_t limit) override {
    return query<std::vector<domain::GatewayCall>>(
        *parts_.readers, plan_due_calls(kSqliteTraits, now, limit),
        [=](auto answers) { return to_calls(answers, limit); });
  }
  base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) override {
    auto statements = one(store::purge_leases(kSqliteTraits));
    statements.push_back(store::begin_lease(kSqliteTraits, instance, clock_.now(), span));
    return query<bool>(*parts_.writer, std::move(statements),
                       [](auto answers) { return !answers[1].empty(); });
  }
  base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) override {
    return query<bool>(*parts_.writer, one(store::renew_lease(kSqliteTraits, instance, span)),
                       [](auto answers) { return !answers[0].empty(); });
  }
  base::Task<bool> end_lease(domain::InstanceId instance) override {
    return query<bool>(*parts_.writer, one(store::end_lease(instance)),
                       [](auto answers) { return !answers[0].empty(); });
  }
  base::Task<std::vector<domain::OrderId>> due_orders(base::Timestamp now,
                                                      std::int64_t limit) override {
    return query<std::vector<domain::OrderId>>(*parts_.readers, one(store::due_orders(now, limit)),
                                               to_order_ids);
  }
  base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                               base::Timestamp until,
                                                               std::int64_t limit) override {
    return query<std::vector<ports::StoredWebhook>>(
        *parts_.writer, one(store::claim_webhooks(kSqliteTraits, now, until, limit)), to_webhooks);
  }
  base::Task<std::optional<ports::SweepPoint>> claim_sweep(
      const ports::SweepClaim& claim) override {
    return query<std::optional<ports::SweepPoint>>(*parts_.writer, one(store::claim_sweep(claim)),
                                                   to_sweep_point);
  }
  base::Task<bool> keep_sweep(const ports::SweepPoint& point, base::Timestamp until) override {
    return query<bool>(*parts_.writer, one(store::keep_sweep(point, until)),
                       [](auto answers) { return !answers[0].empty(); });
  }
  base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) override {
    return query<std::int64_t>(
        *parts_.writer, one(store::purge_records(now, limit)),
        [](auto answers) { return static_cast<std::int64_t>(answers[0].size()); });
  }

  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t limit) override {
    return query<ports::AuditPage>(*parts_.readers, plan_audit_orders(after, limit), to_audit_page);
  }
  base::Task<ports::AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                             std::int64_t limit) override {
    return query<ports::AuditPage>(*parts_.readers, plan_audit_orphans(after, limit),
                                   to_audit_page);
  }
  base::Task<ports::AuditPage> audit_strays(std::int64_t limit) override {
    return query<ports::AuditPage>(*parts_.readers, plan_audit_strays(limit), to_audit_strays);
  }

  [[nodiscard]] const std::string& deployment() const override { return parts_.deployment; }

  base::Task<bool> ping() override {
    auto work = std::make_shared<QueryWork<bool>>(one(touch_deployment(clock_.now())),
                                                  [](auto) { return true; });
    co_return !co_await done(*parts_.writer, work);
  }

 private:
  static std::vector<Statement> one(Statement statement) {
    std::vector<Statement> statements;
    statements.push_back(std::move(statement));
    return statements;
  }

  // Ends when the work's transaction has; gives its failure.
  static base::Task<std::exception_ptr> done(Lane& lane, std::shared_ptr<Work> work) {
    const Abandon abandon(*work);
    co_return co_await base::await_callback<std::exception_ptr>(
        [&](WorkDone done) { lane.submit({work, std::move(done)}); });
  }

  template <class T>
  static base::Task<T> query(Lane& lane, std::vector<Statement> statements,
                             typename QueryWork<T>::Read read) {
    auto work = std::make_shared<QueryWork<T>>(std::move(statements), std::move(read));
    if (auto failure = co_await done(lane, work)) throw_sqlite_failure(failure);
    co_return std::move(*work->value);
  }

  template <class T>
  base::Task<ports::Listed<T>> list(std::vector<Statement> statements,
                                    ports::Listed<T> (*read)(std::span<const Rows>, std::int64_t),
                                    std::int64_t limit) {
    return query<ports::Listed<T>>(*parts_.readers, std::move(statements),
                                   [=](auto answers) { return read(answers, limit); });
  }

  base::Task<WriteResult> write_whole(const ports::Reads& reads, const ports::Decide& decide) {
    auto work = std::make_shared<WriteWork>(reads, decide);
    if (auto failure = co_await done(*parts_.writer, work))
      co_return WriteResult{sqlite_write_error(failure)};
    if (work->refusal) co_return WriteResult{std::move(*work->refusal)};
    co_return WriteResult{};
  }

  base::Task<WriteResult> write_split(const ports::Reads& reads, const ports::Decide& decide) {
    auto plan = plan_reads(reads, kSqliteTraits, true);
    auto statements = plan.statements;
    auto look = std::make_shared<QueryWork<Loaded>>(std::move(statements),
                                                    std::bind_front(to_loaded, std::move(plan)));
    if (auto failure = co_await done(*parts_.writer, look))
      co_return WriteResult{sqlite_write_error(failure)};
    auto decision = decide(*look->value);
    if (!decision) co_return WriteResult{std::move(decision).error()};
    auto change = std::make_shared<QueryWork<bool>>(plan_changes(*decision, kSqliteTraits),
                                                    [](auto) { return true; });
    if (auto failure = co_await done(*parts_.writer, change))
      co_return WriteResult{sqlite_write_error(failure)};
    co_return WriteResult{};
  }

  Parts parts_;
  ports::Clock& clock_;
};

std::unique_ptr<Session> open_session(const std::string& path, bool in_memory,
                                      const ports::Clock& clock) {
  auto session = std::make_unique<Session>(path);
  session->connection().define("steady_clock", [&clock] {
    return std::chrono::duration_cast<std::chrono::microseconds>(clock.steady()).count();
  });
  configure(*session, in_memory);
  return session;
}

SqliteStore::Parts open_parts(const SqliteOptions& options, base::Post post, ports::Clock& clock,
                              ports::Random& random) {
  const bool in_memory = options.path == ":memory:";
  auto first = open_session(options.path, in_memory, clock);
  auto deployment = migrate(*first, clock, random).deployment;
  if (in_memory || options.mode == SqliteMode::inline_) {
    // Whole writes complete at once; split ones let others come between.
    if (!options.split_writes) post = nullptr;
    const std::shared_ptr<Session> shared = std::move(first);
    return {inline_lane(LaneKind::writing, shared, post),
            inline_lane(LaneKind::reading, shared, post), std::move(deployment),
            options.split_writes};
  }
  std::vector<std::unique_ptr<Session>> writer;
  writer.push_back(std::move(first));
  std::vector<std::unique_ptr<Session>> readers;
  for (int i = 0; i < 2; ++i) readers.push_back(open_session(options.path, in_memory, clock));
  return {thread_lane(LaneKind::writing, std::move(writer), post),
          thread_lane(LaneKind::reading, std::move(readers), post), std::move(deployment),
          options.split_writes};
}

}  // namespace

std::unique_ptr<ports::Store> open_sqlite(const SqliteOptions& options, base::Post post,
                                          ports::Clock& clock, ports::Random& random) {
  try {
    return std::make_unique<SqliteStore>(open_parts(options, std::move(post), clock, random),
                                         clock);
  } catch (const sqlite::Error& error) {
    throw ports::StoreUnavailable(options.path + ": " + error.what());
  }
}

Migrated migrate_sqlite(const std::string& path, ports::Clock& clock, ports::Random& random) {
  try {
    const auto session = open_session(path, path == ":memory:", clock);
    return migrate(*session, clock, random);
  } catch (const sqlite::Error& error) {
    throw ports::StoreUnavailable(path + ": " + error.what());
  }
}

}  // namespace cobro::store
