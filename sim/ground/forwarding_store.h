// A store that hands everything on to another: what fault wrappers start from.
#pragma once

#include "ports/store.h"

namespace cobro::sim {

class ForwardingStore : public ports::Store {
 public:
  explicit ForwardingStore(ports::Store& inner) : inner_(inner) {}

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    return inner_.write(reads, decide);
  }
  base::Task<bool> was_committed(const ports::Changes& changes) override {
    return inner_.was_committed(changes);
  }
  base::Task<ports::Loaded> load(const ports::Reads& reads) override { return inner_.load(reads); }
  base::Task<ports::Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                       const ports::Page& page) override {
    return inner_.list_orders(filter, page);
  }
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override {
    return inner_.list_payments(filter, page);
  }
  base::Task<ports::Listed<domain::Refund>> list_refunds(const ports::RefundFilter& filter,
                                                         const ports::Page& page) override {
    return inner_.list_refunds(filter, page);
  }
  base::Task<ports::Listed<domain::Transaction>> list_transactions(
      const ports::TransactionFilter& filter, const ports::Page& page) override {
    return inner_.list_transactions(filter, page);
  }
  base::Task<ports::Listed<domain::Payment>> list_overpayments(
      const ports::OverpaymentFilter& filter, const ports::Page& page) override {
    return inner_.list_overpayments(filter, page);
  }
  base::Task<ports::Listed<domain::Review>> list_reviews(const ports::ReviewFilter& filter,
                                                         const ports::Page& page) override {
    return inner_.list_reviews(filter, page);
  }
  base::Task<ports::Listed<domain::Subscription>> list_subscriptions(
      const ports::SubscriptionFilter& filter, const ports::Page& page) override {
    return inner_.list_subscriptions(filter, page);
  }
  base::Task<ports::Listed<domain::StatusChange>> list_status_changes(
      domain::SubscriptionId id, const ports::Page& page) override {
    return inner_.list_status_changes(id, page);
  }
  base::Task<ports::Listed<domain::Entitlement>> list_entitlements(
      const ports::EntitlementFilter& filter, const ports::Page& page) override {
    return inner_.list_entitlements(filter, page);
  }
  base::Task<ports::Listed<domain::Dispute>> list_disputes(const ports::DisputeFilter& filter,
                                                           const ports::Page& page) override {
    return inner_.list_disputes(filter, page);
  }
  base::Task<std::vector<domain::Plan>> plans() override { return inner_.plans(); }
  base::Task<std::vector<domain::CheckoutSession>> due_checkouts(base::Timestamp now,
                                                                 std::int64_t limit) override {
    return inner_.due_checkouts(now, limit);
  }
  base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) override {
    return inner_.begin_lease(instance, span);
  }
  base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) override {
    return inner_.renew_lease(instance, span);
  }
  base::Task<bool> end_lease(domain::InstanceId instance) override {
    return inner_.end_lease(instance);
  }
  base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                         std::int64_t limit) override {
    return inner_.due_calls(now, limit);
  }
  base::Task<std::vector<domain::OrderId>> due_orders(base::Timestamp now,
                                                      std::int64_t limit) override {
    return inner_.due_orders(now, limit);
  }
  base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                               base::Timestamp until,
                                                               std::int64_t limit) override {
    return inner_.claim_webhooks(now, until, limit);
  }
  base::Task<std::optional<ports::SweepPoint>> claim_sweep(
      const ports::SweepClaim& claim) override {
    return inner_.claim_sweep(claim);
  }
  base::Task<bool> keep_sweep(const ports::SweepPoint& point, base::Timestamp until) override {
    return inner_.keep_sweep(point, until);
  }
  base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) override {
    return inner_.purge_records(now, limit);
  }
  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t limit) override {
    return inner_.audit_orders(after, limit);
  }
  base::Task<ports::AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                             std::int64_t limit) override {
    return inner_.audit_orphans(after, limit);
  }
  base::Task<ports::AuditPage> audit_strays(std::int64_t limit) override {
    return inner_.audit_strays(limit);
  }
  [[nodiscard]] const std::string& deployment() const override { return inner_.deployment(); }
  base::Task<bool> ping() override { return inner_.ping(); }

 protected:
  ports::Store& inner_;
};

}  // namespace cobro::sim
