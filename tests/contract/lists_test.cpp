// Lists, due work and the audit's pages.
#include <set>

#include "contract/world.h"

namespace cobro::testing {
namespace {

class Lists : public StoreContract {
 protected:
  // One a second, so that ids tell their order.
  domain::Payment add_payment(const std::function<void(domain::Payment&)>& change) {
    backend->clock.advance(std::chrono::seconds(1));
    auto payment = make.payment(100);
    change(payment);
    must_write(ports::Changes().insert(payment));
    return payment;
  }
  domain::Order add_order(const std::string& user, domain::OrderStatus status) {
    backend->clock.advance(std::chrono::seconds(1));
    auto order = make.order(100);
    order.user_id = user;
    order.status = status;
    must_write(ports::Changes().insert(order));
    return order;
  }
};

TEST_P(Lists, orders_newest_first_with_items_by_owner_and_status) {
  const auto first = add_order("a", domain::OrderStatus::pending);
  const auto second = add_order("a", domain::OrderStatus::paid);
  add_order("b", domain::OrderStatus::paid);
  const auto all = run(store->list_orders({}, {}));
  EXPECT_EQ(all.total, 3);
  ASSERT_EQ(all.items.size(), 3U);
  EXPECT_EQ(all.items[1].id, second.id);
  EXPECT_EQ(all.items[2].id, first.id);
  for (const auto& order : all.items) EXPECT_EQ(order.items.size(), 1U);
  const auto of_a = run(store->list_orders({.user_id = "a", .statuses = {}}, {}));
  EXPECT_EQ(of_a.total, 2);
  const auto paid = run(store->list_orders(
      {.user_id = "a", .statuses = {domain::OrderStatus::paid, domain::OrderStatus::delivered}},
      {}));
  ASSERT_EQ(paid.items.size(), 1U);
  EXPECT_EQ(paid.items[0].id, second.id);
}

TEST_P(Lists, cursors_neither_skip_nor_repeat_while_rows_are_added) {
  std::set<domain::PaymentId> wanted;
  for (int i = 0; i < 25; ++i) wanted.insert(add_payment([](auto&) {}).id);
  std::set<domain::PaymentId> seen;
  ports::Page page;
  page.limit = 10;
  bool more = true;
  while (more) {
    const auto listed = run(store->list_payments({}, page));
    for (const auto& payment : listed.items) EXPECT_TRUE(seen.insert(payment.id).second);
    more = listed.more;
    EXPECT_EQ(listed.items.size(), more ? 10U : 5U);
    page.after = listed.items.back().id.uuid;
    add_payment([](auto&) {});
  }
  EXPECT_EQ(seen, wanted);
}

TEST_P(Lists, offset_and_limit) {
  for (int i = 0; i < 5; ++i) add_payment([](auto&) {});
  const auto page = run(store->list_payments({}, {.limit = 2, .offset = 4, .after = {}}));
  EXPECT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.total, 5);
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(run(store->list_payments({}, {.limit = 2, .offset = 2, .after = {}})).more);
  EXPECT_TRUE(run(store->list_payments({}, {.limit = 2, .offset = 9, .after = {}})).items.empty());
}

TEST_P(Lists, payments_by_owner_order_kind_and_words) {
  const auto order = add_order("a", domain::OrderStatus::paid);
  const auto of_order = add_payment([&](auto& p) {
    p.kind = domain::PaymentKind::order;
    p.order_id = order.id;
    p.user_id = "a";
  });
  const auto refunded = add_payment([](auto& p) {
    p.state = domain::PaymentState::succeeded;
    p.captured = p.refunded = p.amount;
  });
  const auto whole = add_payment([](auto& p) {
    p.state = domain::PaymentState::succeeded;
    p.captured = p.amount;
  });
  using Words = std::vector<ports::PaymentWord>;
  const auto ids = [&](ports::PaymentFilter filter) {
    std::vector<domain::PaymentId> found;
    const auto listed = run(store->list_payments(filter, {}));
    EXPECT_EQ(listed.total, static_cast<std::int64_t>(listed.items.size()));
    for (const auto& payment : listed.items) found.push_back(payment.id);
    return found;
  };
  using Ids = std::vector<domain::PaymentId>;
  const auto words = [&](Words w) {
    ports::PaymentFilter filter;
    filter.words = std::move(w);
    return ids(filter);
  };
  ports::PaymentFilter filter;
  filter.user_id = "a";
  EXPECT_EQ(ids(filter), Ids{of_order.id});
  filter.order_id = order.id;
  filter.kind = domain::PaymentKind::intent;
  EXPECT_EQ(ids(filter), Ids{});
  constexpr auto kSucceeded = domain::PaymentState::succeeded;
  EXPECT_EQ(words({{std::nullopt, kSucceeded, true}}), Ids{refunded.id});
  EXPECT_EQ(words({{std::nullopt, kSucceeded, false}}), Ids{whole.id});
  EXPECT_EQ(words({{domain::PaymentKind::order, domain::PaymentState::pending, {}},
                   {domain::PaymentKind::intent, kSucceeded, {}}}),
            (Ids{whole.id, refunded.id, of_order.id}));
  EXPECT_EQ(words({}), Ids{});
}

TEST_P(Lists, refunds_and_transactions_by_payment_owner_and_time) {
  auto payment = make.captured(100);
  payment.user_id = "a";
  const auto refund = make.refund(payment, 40);
  const auto row = make.refund_row(refund);
  const auto charge = make.charge(payment);
  must_write(ports::Changes().insert(payment, refund, charge, row));
  EXPECT_EQ(run(store->list_refunds({.user_id = "a", .payment_id = {}}, {})).total, 1);
  EXPECT_EQ(run(store->list_refunds({.user_id = "b", .payment_id = {}}, {})).total, 0);
  EXPECT_EQ(run(store->list_refunds({.user_id = {}, .payment_id = payment.id}, {})).total, 1);
  const auto count = [&](const ports::TransactionFilter& filter) {
    return run(store->list_transactions(filter, {})).total;
  };
  ports::TransactionFilter filter;
  filter.user_id = "a";
  filter.payment_id = payment.id;
  EXPECT_EQ(count(filter), 2);
  filter.type = domain::TransactionType::refund;
  EXPECT_EQ(count(filter), 1);
  filter.status = domain::TransactionStatus::succeeded;
  EXPECT_EQ(count(filter), 0);
  filter = {};
  filter.from = backend->clock.now();
  EXPECT_EQ(count(filter), 2);
  filter.to = backend->clock.now();
  EXPECT_EQ(count(filter), 0);
}

TEST_P(Lists, overpayments_newest_first_by_owner_and_status) {
  const auto overpaid = [&](std::int64_t refunded, std::int64_t refunding) {
    backend->clock.advance(std::chrono::milliseconds(1));
    auto payment = make.payment(100);
    payment.user_id = "a";
    payment.overpayment = domain::Overpayment{make.id<domain::OverpaymentId>(),
                                              domain::OverpaymentReason::order_full,
                                              pen(100),
                                              pen(refunded),
                                              pen(refunding),
                                              backend->clock.now()};
    return payment;
  };
  const auto later = overpaid(0, 0);  // of an older payment
  const auto first = overpaid(10, 90);
  const auto second = overpaid(100, 0);
  auto newest = later;
  backend->clock.advance(std::chrono::milliseconds(1));
  newest.overpayment->id = make.id<domain::OverpaymentId>();
  must_write(ports::Changes().insert(newest, first, second, make.payment(100)));
  const auto listed = [&](const ports::OverpaymentFilter& filter, const ports::Page& page = {}) {
    std::vector<std::int64_t> numbers;
    for (const auto& payment : run(store->list_overpayments(filter, page)).items)
      numbers.push_back(payment.number);
    return numbers;
  };
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(listed({}), (Numbers{newest.number, second.number, first.number}));
  EXPECT_EQ(listed({}, {.after = newest.overpayment->id.uuid}),
            (Numbers{second.number, first.number}));
  ports::OverpaymentFilter filter;
  filter.statuses = {domain::OverpaymentStatus::open};
  EXPECT_EQ(listed(filter), Numbers{newest.number});
  filter.statuses = {domain::OverpaymentStatus::refunding, domain::OverpaymentStatus::refunded};
  EXPECT_EQ(listed(filter), (Numbers{second.number, first.number}));
  filter = {};
  filter.user_id = "b";
  EXPECT_EQ(listed(filter), Numbers{});
  filter.user_id = "a";
  filter.payment_id = first.id;
  EXPECT_EQ(listed(filter), Numbers{first.number});
}

TEST_P(Lists, reviews_by_status_and_payment) {
  const auto payment = make.payment(100);
  const auto other = make.payment(100);
  const auto open = make.review(payment, std::nullopt);
  auto done = make.review(other, std::nullopt);
  done.status = domain::ReviewStatus::resolved;
  must_write(ports::Changes().insert(payment, other, open, done));
  EXPECT_EQ(run(store->list_reviews({}, {})).total, 2);
  const auto found =
      run(store->list_reviews({.payment_id = {}, .status = domain::ReviewStatus::open}, {}));
  ASSERT_EQ(found.items.size(), 1U);
  EXPECT_EQ(found.items[0].id, open.id);
  EXPECT_EQ(run(store->list_reviews({.payment_id = other.id, .status = {}}, {})).total, 1);
}

TEST_P(Lists, due_attempts_are_open_and_oldest_first) {
  const auto now = backend->clock.now();
  const auto add = [&](std::int64_t due_in_s, domain::CallStatus status) {
    const auto payment = make.payment(5);
    auto attempt = make.attempt(payment, domain::Operation::confirm);
    attempt.next_check_at = now + std::chrono::seconds(due_in_s);
    attempt.status = status;
    must_write(ports::Changes().insert(payment, attempt));
    return attempt.id;
  };
  const auto late = add(-1, domain::CallStatus::open);
  const auto later = add(-5, domain::CallStatus::open);
  add(1, domain::CallStatus::open);
  add(-9, domain::CallStatus::accepted);
  const auto due = run(store->due_calls(now, 10));
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, later);
  EXPECT_EQ(due[1].id, late);
  EXPECT_EQ(run(store->due_calls(now, 1)).size(), 1U);
}

TEST_P(Lists, due_orders_are_pending_and_oldest_first) {
  const auto now = backend->clock.now();
  const auto add = [&](std::optional<std::int64_t> due_in_s, domain::OrderStatus status) {
    auto order = make.order(100);
    order.status = status;
    if (due_in_s) order.expiry_check_at = now + std::chrono::seconds(*due_in_s);
    must_write(ports::Changes().insert(order));
    return order.id;
  };
  const auto late = add(0, domain::OrderStatus::pending);
  const auto later = add(-5, domain::OrderStatus::pending);
  add(1, domain::OrderStatus::pending);
  add(std::nullopt, domain::OrderStatus::pending);
  add(-9, domain::OrderStatus::paid);
  EXPECT_EQ(run(store->due_orders(now, 10)), (std::vector{later, late}));
  EXPECT_EQ(run(store->due_orders(now, 1)), std::vector{later});
}

TEST_P(Lists, the_audit_walks_every_order_and_every_payment_without_one) {
  std::set<domain::OrderId> orders;
  for (int i = 0; i < 5; ++i) {
    auto order = add_order("a", domain::OrderStatus::paid);
    orders.insert(order.id);
    auto payment = make.payment_of(order, 50);
    payment.state = domain::PaymentState::succeeded;
    payment.captured = payment.amount;
    const auto refund = make.refund(payment, 10);
    const auto charge = make.charge(payment);
    must_write(ports::Changes().insert(payment, refund, charge, make.refund_row(refund),
                                       make.entry(charge, domain::Side::debit),
                                       make.entry(charge, domain::Side::credit),
                                       make.attempt(payment, domain::Operation::confirm)));
  }
  for (int i = 0; i < 3; ++i) add_payment([](auto&) {});
  std::optional<domain::OrderId> after;
  std::set<domain::OrderId> seen;
  for (auto page = run(store->audit_orders(after, 2)); !page.orders.empty();
       page = run(store->audit_orders(after, 2))) {
    const auto count = page.orders.size();
    EXPECT_EQ(page.payments.size(), count);
    EXPECT_EQ(page.refunds.size(), count);
    EXPECT_EQ(page.transactions.size(), 2 * count);
    EXPECT_EQ(page.entries.size(), 2 * count);
    EXPECT_EQ(page.calls.size(), count);
    for (const auto& order : page.orders) {
      EXPECT_TRUE(seen.insert(order.id).second);
      EXPECT_EQ(order.items.size(), 1U);
    }
    after = page.orders.back().id;
  }
  EXPECT_EQ(seen, orders);
  const auto orphans = run(store->audit_orphans({}, 2));
  EXPECT_EQ(orphans.payments.size(), 2U);
  EXPECT_EQ(run(store->audit_orphans(orphans.payments.back().id, 2)).payments.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Lists, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
