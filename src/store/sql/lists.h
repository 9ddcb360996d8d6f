// Lists, due work and the audit's pages, as statements and back.
#pragma once

#include <span>
#include <vector>

#include "ports/store.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"
#include "store/sql/traits.h"

namespace cobro::store {

// The page (one row more than asked for), the count, and for orders their items.
std::vector<Statement> plan_list(const ports::OrderFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::PaymentFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::RefundFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::TransactionFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::OverpaymentFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::ReviewFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::SubscriptionFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(domain::SubscriptionId history_of, const ports::Page& page);
std::vector<Statement> plan_list(const ports::EntitlementFilter& filter, const ports::Page& page);
std::vector<Statement> plan_list(const ports::DisputeFilter& filter, const ports::Page& page);

ports::Listed<domain::Order> to_listed_orders(std::span<const Rows> answers, std::int64_t limit);
ports::Listed<domain::Payment> to_listed_payments(std::span<const Rows> answers,
                                                  std::int64_t limit);
ports::Listed<domain::Refund> to_listed_refunds(std::span<const Rows> answers, std::int64_t limit);
ports::Listed<domain::Transaction> to_listed_transactions(std::span<const Rows> answers,
                                                          std::int64_t limit);
ports::Listed<domain::Review> to_listed_reviews(std::span<const Rows> answers, std::int64_t limit);
ports::Listed<domain::Subscription> to_listed_subscriptions(std::span<const Rows> answers,
                                                            std::int64_t limit);
ports::Listed<domain::StatusChange> to_listed_status_changes(std::span<const Rows> answers,
                                                             std::int64_t limit);
ports::Listed<domain::Entitlement> to_listed_entitlements(std::span<const Rows> answers,
                                                          std::int64_t limit);
ports::Listed<domain::Dispute> to_listed_disputes(std::span<const Rows> answers,
                                                  std::int64_t limit);
Statement all_plans();
std::vector<domain::Plan> to_plans(std::span<const Rows> answers);

// Removes the rows of instances that are gone and left nothing.
Statement purge_leases(const SqlTraits& traits);
// One row, when it was done.
Statement begin_lease(const SqlTraits& traits, domain::InstanceId instance, base::Timestamp now,
                      base::Duration span);
Statement renew_lease(const SqlTraits& traits, domain::InstanceId instance, base::Duration span);
Statement end_lease(domain::InstanceId instance);
std::vector<Statement> plan_due_calls(const SqlTraits& traits, base::Timestamp now,
                                      std::int64_t limit);
std::vector<domain::GatewayCall> to_calls(std::span<const Rows> answers, std::int64_t limit);
Statement due_checkouts(base::Timestamp now, std::int64_t limit);
std::vector<domain::CheckoutSession> to_checkouts(std::span<const Rows> answers);
Statement due_orders(base::Timestamp now, std::int64_t limit);
std::vector<domain::OrderId> to_order_ids(std::span<const Rows> answers);
Statement claim_webhooks(const SqlTraits& traits, base::Timestamp now, base::Timestamp until,
                         std::int64_t limit);
std::vector<ports::StoredWebhook> to_webhooks(std::span<const Rows> answers);
// One row for each record that it deletes.
Statement claim_sweep(const ports::SweepClaim& claim);
Statement keep_sweep(const ports::SweepPoint& point, base::Timestamp until);
std::optional<ports::SweepPoint> to_sweep_point(std::span<const Rows> answers);
Statement purge_records(base::Timestamp now, std::int64_t limit);
Statement touch_deployment(base::Timestamp now);

std::vector<Statement> plan_audit_orders(std::optional<domain::OrderId> after, std::int64_t limit);
std::vector<Statement> plan_audit_orphans(std::optional<domain::PaymentId> after,
                                          std::int64_t limit);
std::vector<Statement> plan_audit_strays(std::int64_t limit);
ports::AuditPage to_audit_page(std::span<const Rows> answers);
ports::AuditPage to_audit_strays(std::span<const Rows> answers);

}  // namespace cobro::store
