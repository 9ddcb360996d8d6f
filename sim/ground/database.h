// The database server as one process reaches it: the real store, over a link that fails. It
// survives the process, and so does a COMMIT that was sent before a crash. On some seeds the
// process commits its writes in groups, as it does on PostgreSQL (store/groups).
#pragma once

#include <memory>

#include "sim/ground/forwarding_store.h"
#include "sim/ground/ground.h"
#include "sim/ground/process.h"
#include "sim/ground/seen.h"

namespace cobro::sim {

class Database final : public ForwardingStore {
 public:
  // All of them outlive it. `inner` and `seen` are those of every process.
  Database(Ground& ground, Process& process, ports::Store& inner, Seen& seen);
  ~Database() override;

  // Around each life of the process, on its clock: what it keeps in memory of its writes.
  void begin_process(ports::Clock& clock);
  void end_process();

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override;
  base::Task<bool> was_committed(const ports::Changes& changes) override;
  base::Task<ports::Loaded> load(const ports::Reads& reads) override;
  base::Task<ports::Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                       const ports::Page& page) override;
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override;
  base::Task<ports::Listed<domain::Refund>> list_refunds(const ports::RefundFilter& filter,
                                                         const ports::Page& page) override;
  base::Task<ports::Listed<domain::Transaction>> list_transactions(
      const ports::TransactionFilter& filter, const ports::Page& page) override;
  base::Task<ports::Listed<domain::Payment>> list_overpayments(
      const ports::OverpaymentFilter& filter, const ports::Page& page) override;
  base::Task<ports::Listed<domain::Review>> list_reviews(const ports::ReviewFilter& filter,
                                                         const ports::Page& page) override;
  base::Task<ports::Listed<domain::Subscription>> list_subscriptions(
      const ports::SubscriptionFilter& filter, const ports::Page& page) override;
  base::Task<ports::Listed<domain::StatusChange>> list_status_changes(
      domain::SubscriptionId id, const ports::Page& page) override;
  base::Task<ports::Listed<domain::Entitlement>> list_entitlements(
      const ports::EntitlementFilter& filter, const ports::Page& page) override;
  base::Task<ports::Listed<domain::Dispute>> list_disputes(const ports::DisputeFilter& filter,
                                                           const ports::Page& page) override;
  base::Task<std::vector<domain::Plan>> plans() override;
  base::Task<std::vector<domain::CheckoutSession>> due_checkouts(base::Timestamp now,
                                                                 std::int64_t limit) override;
  base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) override;
  base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) override;
  base::Task<bool> end_lease(domain::InstanceId instance) override;
  base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                         std::int64_t limit) override;
  base::Task<std::vector<domain::OrderId>> due_orders(base::Timestamp now,
                                                      std::int64_t limit) override;
  base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                               base::Timestamp until,
                                                               std::int64_t limit) override;
  base::Task<std::optional<ports::SweepPoint>> claim_sweep(const ports::SweepClaim& claim) override;
  base::Task<bool> keep_sweep(const ports::SweepPoint& point, base::Timestamp until) override;
  base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) override;
  base::Task<bool> ping() override;

 private:
  struct Exchange;
  class Groups;
  using Answered = base::Completion<ports::WriteResult>;
  base::Task<void> travel();
  base::Task<void> serve(std::shared_ptr<Exchange> exchange, Answered answer);
  base::Task<ports::WriteResult> commit(std::shared_ptr<Exchange> exchange);
  base::Task<void> commit_late(std::shared_ptr<Exchange> exchange, Answered answer);
  base::Task<ports::WriteResult> write_in_group(const ports::Reads& reads,
                                                const ports::Decide& decide);
  // Of a transaction that has read when so many were committed.
  base::Task<void> serve_commit(ports::Changes changes, std::int64_t read_at, Answered answer);
  base::Task<ports::WriteResult> apply(const ports::Changes& changes, std::int64_t read_at);
  base::Task<void> apply_late(ports::Changes changes, std::int64_t read_at);
  bool loses_commit(const Answered& answer);
  base::Task<void> tell(base::Task<ports::WriteResult> committing, Answered answer);
  void hinder(const ports::Reads& reads);
  base::Task<void> serve_lease(domain::InstanceId instance, base::Duration span, bool begin,
                               base::Completion<bool> answer);
  base::Task<bool> ask_lease(domain::InstanceId instance, base::Duration span, bool begin);
  void note(const ports::Changes& changes);
  bool is_away();
  template <class T>
  base::Task<T> read(base::Task<T> query);

  Ground& ground_;
  Process& process_;
  Seen& seen_;
  base::TaskGroup server_;
  std::unique_ptr<Groups> groups_;
};

}  // namespace cobro::sim
