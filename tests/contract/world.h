// What the contract tests share: a store on one backend, and rows to put into it.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "contract/backend.h"

namespace cobro::testing {

using domain::Currency;
using domain::Money;

inline Money pen(std::int64_t minor) {
  return {minor, *Currency::parse("PEN")};
}

// Rows that are valid, with what the caller wants changed.
class Maker {
 public:
  explicit Maker(Backend& backend) : backend_(backend) {}

  template <class IdType>
  IdType id() {
    return backend_.random.make_id<IdType>(backend_.clock.now());
  }
  domain::Order order(std::int64_t total);
  domain::Payment payment(std::int64_t amount);
  domain::Payment payment_of(const domain::Order& order, std::int64_t amount);
  domain::Payment captured(std::int64_t amount);
  domain::Transaction charge(const domain::Payment& payment);
  domain::Refund refund(const domain::Payment& payment, std::int64_t amount);
  domain::Transaction refund_row(const domain::Refund& refund);
  domain::LedgerEntry entry(const domain::Transaction& transaction, domain::Side side);
  domain::GatewayCall attempt(const domain::Payment& payment, domain::Operation operation);
  domain::Review review(const domain::Payment& payment, std::optional<domain::CallId> attempt);
  domain::Event event(const domain::Payment& payment, std::int64_t sequence);
  domain::Customer customer(std::string user = "u-1");
  domain::PaymentMethod method(const domain::Customer& customer);
  domain::Subscription subscription(const domain::Customer& customer);
  domain::StatusChange status_change(const domain::Subscription& subscription);
  domain::CheckoutSession checkout();  // of nothing yet
  domain::Entitlement entitlement();   // ″
  domain::Dispute dispute(const domain::Payment& payment, std::string gateway_id);
  domain::GatewayCall other_call(domain::Operation operation, const base::Uuid& subject);
  ports::IdempotencyRecord record(std::string key);
  ports::StoredWebhook webhook(std::string event_id);

 private:
  std::int64_t number_ = 1000;
  Backend& backend_;
};

class StoreContract : public ::testing::TestWithParam<BackendChoice> {
 protected:
  StoreContract() : backend(GetParam().make()), make(*backend), store(backend->open()) {}

  template <class T>
  T run(base::Task<T> task) {
    std::vector<base::Task<T>> tasks;
    tasks.push_back(std::move(task));
    return std::move(run_all(std::move(tasks)).front());
  }
  // All at once; their values in order. An exception of one is thrown.
  template <class T>
  std::vector<T> run_all(std::vector<base::Task<T>> tasks) {
    std::vector<std::optional<T>> values(tasks.size());
    std::exception_ptr failure;
    base::TaskGroup group([&](std::string_view, std::exception_ptr f) { failure = f; });
    for (std::size_t i = 0; i < tasks.size(); ++i)
      group.spawn("test", keep(std::move(tasks[i]), values[i]));
    backend->run_until([&] { return failure || group.running() == 0; });
    if (failure) std::rethrow_exception(failure);
    std::vector<T> all;
    for (auto& value : values) all.push_back(std::move(*value));
    return all;
  }

  // Writes without reading; the outcome.
  ports::WriteResult write(ports::Changes changes);
  void must_write(ports::Changes changes);
  ports::Loaded load(ports::Reads::Root root);
  // Writes each decision over the same root, all at once.
  std::vector<ports::WriteResult> write_all(const std::vector<ports::Reads>& reads,
                                            const std::vector<ports::Decide>& decisions);

  std::unique_ptr<Backend> backend;
  Maker make;
  std::unique_ptr<ports::Store> store;

 private:
  template <class T>
  static base::Task<void> keep(base::Task<T> task, std::optional<T>& into) {
    into.emplace(co_await task);
  }
};

ports::WriteFailure failure_of(const ports::WriteResult& result);
std::string constraint_of(const ports::WriteResult& result);
ports::Reads reads_of(ports::Reads::Root root);
// How many were committed.
std::size_t committed(const std::vector<ports::WriteResult>& results);

}  // namespace cobro::testing
