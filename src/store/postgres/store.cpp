#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "store/groups/write_groups.h"
#include "store/postgres/groups.h"
#include "store/postgres/pipeline.h"
#include "store/postgres_store.h"
#include "store/sql/changes.h"
#include "store/sql/lists.h"
#include "store/sql/reads.h"

namespace cobro::store {
namespace {

using ports::Loaded;
using ports::WriteResult;
using Answers = std::vector<Rows>;

constexpr std::string_view kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr std::string_view kCommit = "COMMIT";

class PostgresStore final : public ports::Store {
 public:
  PostgresStore(std::shared_ptr<PgPool> pool, std::string deployment, ports::Clock& clock,
                bool always_merge)
      : pool_(std::move(pool)),
        groups_(pool_, clock, always_merge),
        writes_(groups_, clock),
        deployment_(std::move(deployment)),
        clock_(clock) {}
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;
  ~PostgresStore() override { pool_->shut_down(); }

  base::Task<WriteResult> write(const ports::Reads& reads, const ports::Decide& decide) override {
    return writes_.write(reads, decide);
  }

  base::Task<bool> was_committed(const ports::Changes& changes) override {
    auto look = plan_was_committed(changes);
    if (!look) co_return false;
    const auto answers = co_await one(std::move(*look));
    co_return !answers[0].empty();
  }

  base::Task<Loaded> load(const ports::Reads& reads) override {
    auto plan = plan_reads(reads, kPostgresTraits, false);
    if (plan.statements.empty()) co_return Loaded{};
    const auto answers = co_await snapshot(std::move(plan.statements));
    co_return to_loaded(plan, answers);
  }

  base::Task<ports::Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                       const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_orders, page.limit);
  }
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_payments, page.limit);
  }
  base::Task<ports::Listed<domain::Refund>> list_refunds(const ports::RefundFilter& filter,
                                                         const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_refunds, page.limit);
  }
  base::Task<ports::Listed<domain::Transaction>> list_transactions(
      const ports::TransactionFilter& filter, const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_transactions, page.limit);
  }
  base::Task<ports::Listed<domain::Payment>> list_overpayments(
      const ports::OverpaymentFilter& filter, const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_payments, page.limit);
  }
  base::Task<ports::Listed<domain::Review>> list_reviews(const ports::ReviewFilter& filter,
                                                         const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_reviews, page.limit);
  }

  base::Task<ports::Listed<domain::Subscription>> list_subscriptions(
      const ports::SubscriptionFilter& filter, const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_subscriptions, page.limit);
  }
  base::Task<ports::Listed<domain::StatusChange>> list_status_changes(
      domain::SubscriptionId id, const ports::Page& page) override {
    return list(plan_list(id, page), to_listed_status_changes, page.limit);
  }
  base::Task<ports::Listed<domain::Entitlement>> list_entitlements(
      const ports::EntitlementFilter& filter, const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_entitlements, page.limit);
  }
  base::Task<ports::Listed<domain::Dispute>> list_disputes(const ports::DisputeFilter& filter,
                                                           const ports::Page& page) override {
    return list(plan_list(filter, page), to_listed_disputes, page.limit);
  }
  base::Task<std::vector<domain::Plan>> plans() override {
    const auto answers = co_await one(all_plans());
    co_return to_plans(answers);
  }

  base::Task<std::vector<domain::CheckoutSession>> due_checkouts(base::Timestamp now,
                                                                 std::int64_t limit) override {
    const auto answers = co_await one(store::due_checkouts(now, limit));
    co_return to_checkouts(answers);
  }
  base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                         std::int64_t limit) override {
    const auto answers = co_await snapshot(plan_due_calls(kPostgresTraits, now, limit));
    co_return to_calls(answers, limit);
  }
  base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) override {
    co_await one(store::purge_leases(kPostgresTraits));
    const auto answers =
        co_await one(store::begin_lease(kPostgresTraits, instance, clock_.now(), span));
    co_return !answers[0].empty();
  }
  base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) override {
    const auto answers = co_await one(store::renew_lease(kPostgresTraits, instance, span));
    co_return !answers[0].empty();
  }
  base::Task<bool> end_lease(domain::InstanceId instance) override {
    const auto answers = co_await one(store::end_lease(instance));
    co_return !answers[0].empty();
  }
  base::Task<std::vector<domain::OrderId>> due_orders(base::Timestamp now,
                                                      std::int64_t limit) override {
    const auto answers = co_await one(store::due_orders(now, limit));
    co_return to_order_ids(answers);
  }
  base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                               base::Timestamp until,
                                                               std::int64_t limit) override {
    const auto answers = co_await one(store::claim_webhooks(kPostgresTraits, now, until, limit));
    co_return to_webhooks(answers);
  }
  base::Task<std::optional<ports::SweepPoint>> claim_sweep(
      const ports::SweepClaim& claim) override {
    return sweep_point_of(store::claim_sweep(claim));
  }
  base::Task<bool> keep_sweep(const ports::SweepPoint& point, base::Timestamp until) override {
    return has_rows(store::keep_sweep(point, until));
  }
  base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) override {
    const auto answers = co_await one(store::purge_records(now, limit));
    co_return static_cast<std::int64_t>(answers[0].size());
  }

  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t limit) override {
    const auto answers = co_await snapshot(plan_audit_orders(after, limit));
    co_return to_audit_page(answers);
  }
  base::Task<ports::AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                             std::int64_t limit) override {
    const auto answers = co_await snapshot(plan_audit_orphans(after, limit));
    co_return to_audit_page(answers);
  }
  base::Task<ports::AuditPage> audit_strays(std::int64_t limit) override {
    const auto answers = co_await snapshot(plan_audit_strays(limit));
    co_return to_audit_strays(answers);
  }

  [[nodiscard]] const std::string& deployment() const override { return deployment_; }

  base::Task<bool> ping() override {
    try {
      co_await one(touch_deployment(clock_.now()));
      co_return true;
    } catch (const ports::StoreUnavailable&) {
      co_return false;
    }
  }

 private:
  // Every statement sees the same state.
  base::Task<Answers> snapshot(std::vector<Statement> statements) {
    // One statement sees one state by itself.
    if (statements.size() == 1) co_return co_await one(std::move(statements.front()));
    auto begun = co_await start(*pool_, framed(kBeginReading, std::move(statements), kCommit));
    begun.answers.erase(begun.answers.begin());
    begun.answers.pop_back();
    co_return std::move(begun.answers);
  }

  base::Task<Answers> one(Statement statement) {
    std::vector<Statement> statements;
    statements.push_back(std::move(statement));
    auto begun = co_await start(*pool_, std::move(statements));
    co_return std::move(begun.answers);
  }

  base::Task<std::optional<ports::SweepPoint>> sweep_point_of(Statement statement) {
    const auto answers = co_await one(std::move(statement));
    co_return to_sweep_point(answers);
  }

  base::Task<bool> has_rows(Statement statement) {
    const auto answers = co_await one(std::move(statement));
    co_return !answers[0].empty();
  }

  template <class T>
  base::Task<ports::Listed<T>> list(std::vector<Statement> statements,
                                    ports::Listed<T> (*read)(std::span<const Rows>, std::int64_t),
                                    std::int64_t limit) {
    const auto answers = co_await snapshot(std::move(statements));
    co_return read(answers, limit);
  }

  std::shared_ptr<PgPool> pool_;
  PgGroups groups_;
  WriteGroups writes_;
  std::string deployment_;
  ports::Clock& clock_;
};

}  // namespace

std::unique_ptr<ports::Store> open_postgres(const PostgresOptions& options,
                                            boost::asio::io_context& loop, ports::Clock& clock,
                                            ports::Random& random) {
  auto migrated = migrate_postgres(options.url, clock, random);
  auto pool = std::make_shared<PgPool>(
      loop, clock, PgPoolOptions{.url = options.url, .connections = options.pool});
  return std::make_unique<PostgresStore>(std::move(pool), std::move(migrated.deployment), clock,
                                         options.always_merge);
}

}  // namespace cobro::store
