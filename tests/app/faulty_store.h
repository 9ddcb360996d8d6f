// A store whose writes go wrong when a test says so: the answer to a COMMIT is lost, the
// database is away, or a bug strikes in the middle.
#pragma once

#include <functional>

#include "base/check.h"
#include "ports/store.h"

namespace cobro::testing {

enum class StoreFault {
  none,
  lost_answer,  // committed, but nobody learns it
  away,         // the connection breaks at COMMIT; nothing was committed, nobody knows
  bug,
};

class FaultyStore final : public ports::Store {
 public:
  explicit FaultyStore(ports::Store& real) : real_(real) {}

  // Decides the fate of the n-th write from now, counted from 1.
  std::function<StoreFault(int)> fate;
  bool blind = false;  // was_committed cannot be asked
  int writes = 0;

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    const auto fault = fate ? fate(++writes) : StoreFault::none;
    if (fault == StoreFault::bug) throw base::Bug("a bug strikes");
    if (fault == StoreFault::away) co_return unknown();
    auto result = co_await real_.write(reads, decide);
    if (fault == StoreFault::lost_answer && result.committed()) co_return unknown();
    co_return result;
  }
  base::Task<bool> was_committed(const ports::Changes& changes) override {
    if (blind) throw ports::StoreUnavailable("away");
    co_return co_await real_.was_committed(changes);
  }
  base::Task<ports::Loaded> load(const ports::Reads& reads) override { return real_.load(reads); }
  base::Task<ports::Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                       const ports::Page& page) override {
    return real_.list_orders(filter, page);
  }
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override {
    return real_.list_payments(filter, page);
  }
  base::Task<ports::Listed<domain::Refund>> list_refunds(const ports::RefundFilter& filter,
                                                         const ports::Page& page) override {
    return real_.list_refunds(filter, page);
  }
  base::Task<ports::Listed<domain::Transaction>> list_transactions(
      const ports::TransactionFilter& filter, const ports::Page& page) override {
    return real_.list_transactions(filter, page);
  }
  base::Task<std::vector<domain::Attempt>> due_attempts(base::Timestamp now,
                                                        std::int64_t limit) override {
    return real_.due_attempts(now, limit);
  }
  base::Task<std::vector<ports::StoredWebhook>> due_webhooks(base::Timestamp now,
                                                             std::int64_t limit) override {
    return real_.due_webhooks(now, limit);
  }
  base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) override {
    return real_.purge_records(now, limit);
  }
  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t limit) override {
    return real_.audit_orders(after, limit);
  }
  base::Task<ports::AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                             std::int64_t limit) override {
    return real_.audit_orphans(after, limit);
  }
  [[nodiscard]] const std::string& deployment() const override { return real_.deployment(); }
  base::Task<bool> ping() override { return real_.ping(); }

 private:
  static ports::WriteResult unknown() {
    return {ports::WriteError{ports::WriteFailure::unknown_commit, "the connection broke"}};
  }
  ports::Store& real_;
};

}  // namespace cobro::testing
