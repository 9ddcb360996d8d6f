// A store whose database lives on a loop of its own: each call runs that loop until it is
// answered, so that virtual time stands still meanwhile.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>

#include "sim/ground/clock.h"
#include "tests/support/forwarding_store.h"

namespace cobro::testing {

class BlockingStore final : public ForwardingStore {
 public:
  BlockingStore(ports::Store& inner, boost::asio::io_context& loop)
      : ForwardingStore(inner), loop_(loop) {}

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    return at_once(inner_.write(reads, decide));
  }
  base::Task<bool> was_committed(const ports::Changes& changes) override {
    return at_once(inner_.was_committed(changes));
  }
  base::Task<ports::Loaded> load(const ports::Reads& reads) override {
    return at_once(inner_.load(reads));
  }
  base::Task<ports::Listed<domain::Payment>> list_payments(const ports::PaymentFilter& filter,
                                                           const ports::Page& page) override {
    return at_once(inner_.list_payments(filter, page));
  }
  base::Task<ports::Listed<domain::Review>> list_reviews(const ports::ReviewFilter& filter,
                                                         const ports::Page& page) override {
    return at_once(inner_.list_reviews(filter, page));
  }
  base::Task<ports::Listed<domain::Subscription>> list_subscriptions(
      const ports::SubscriptionFilter& filter, const ports::Page& page) override {
    return at_once(inner_.list_subscriptions(filter, page));
  }
  base::Task<std::vector<domain::Plan>> plans() override { return at_once(inner_.plans()); }
  base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                         std::int64_t limit) override {
    return at_once(inner_.due_calls(now, limit));
  }
  base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                               base::Timestamp until,
                                                               std::int64_t limit) override {
    return at_once(inner_.claim_webhooks(now, until, limit));
  }
  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t limit) override {
    return at_once(inner_.audit_orders(after, limit));
  }
  base::Task<ports::AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                             std::int64_t limit) override {
    return at_once(inner_.audit_orphans(after, limit));
  }
  base::Task<ports::AuditPage> audit_strays(std::int64_t limit) override {
    return at_once(inner_.audit_strays(limit));
  }

 private:
  template <class T>
  base::Task<T> at_once(base::Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failure;
    base::TaskGroup group([&](std::string_view, std::exception_ptr f) { failure = f; });
    group.spawn("query", sim::detail::keep(std::move(task), value));
    while (!value && !failure) {
      loop_.restart();
      if (loop_.run_one_for(std::chrono::seconds(60)) == 0)
        throw std::runtime_error("the database does not answer");
    }
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*value);
  }

  boost::asio::io_context& loop_;
};

}  // namespace cobro::testing
