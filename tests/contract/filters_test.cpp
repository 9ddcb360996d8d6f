// Every filter of every list, with a row on both of its sides: one that is ignored, or that takes
// another column, lists the wrong one.
#include "contract/world.h"

namespace cobro::testing {
namespace {

using std::chrono::milliseconds;

// What two tenants have, so that nothing of the one equals anything of the other.
struct Side {
  std::optional<std::string> tenant;
  std::string user;
  base::Timestamp at;
  domain::Order order;
  domain::Payment payment;  // overpaid
  domain::Refund refund;
  domain::Transaction transaction;
  domain::Review review;
  domain::Subscription subscription;
  domain::Entitlement entitlement;
  domain::Dispute dispute;
};

class Filters : public StoreContract {
 protected:
  Side make_side(std::optional<std::string> tenant, const std::string& user) {
    backend->clock.advance(milliseconds(1));
    const auto customer = make.customer(user);
    customers_.push_back(customer);
    auto order = make.order(100);
    auto subscription = make.subscription(customer);
    auto payment = make.captured(100);
    payment.order_id = order.id;
    payment.subscription_id = subscription.id;
    payment.overpayment = domain::Overpayment{make.id<domain::OverpaymentId>(),
                                              domain::OverpaymentReason::order_full,
                                              pen(100),
                                              pen(0),
                                              pen(0),
                                              backend->clock.now()};
    auto entitlement = make.entitlement();
    entitlement.payment_id = payment.id;
    for (auto* of :
         {&order.tenant_id, &payment.tenant_id, &subscription.tenant_id, &entitlement.tenant_id})
      *of = tenant;
    for (auto* of : {&order.user_id, &payment.user_id, &subscription.user_id, &entitlement.user_id})
      *of = user;
    return {.tenant = std::move(tenant),
            .user = user,
            .at = backend->clock.now(),
            .order = order,
            .payment = payment,
            .refund = make.refund(payment, 40),
            .transaction = make.charge(payment),
            .review = make.review(payment, std::nullopt),
            .subscription = subscription,
            .entitlement = entitlement,
            .dispute = make.dispute(payment, "dp_" + user)};
  }

  // What differs by itself is made so here; everything else differs already.
  Filters() : a(make_side("t-1", "a")), b(make_side(std::nullopt, "b")) {
    b.order.status = domain::OrderStatus::paid;
    b.payment.kind = domain::PaymentKind::order;
    b.payment.overpayment->refunded = pen(100);
    b.transaction.type = domain::TransactionType::refund;
    b.transaction.status = domain::TransactionStatus::failed;
    b.review.status = domain::ReviewStatus::resolved;
    b.subscription.status = domain::SubscriptionStatus::unpaid;
    b.entitlement.revoked_at = b.at;
    b.dispute.status = domain::DisputeStatus::won;
    must_write(ports::Changes().insert_all(customers_));
    for (const auto* side : {&a, &b})
      must_write(ports::Changes().insert(side->order, side->payment, side->refund,
                                         side->transaction, side->review, side->subscription,
                                         side->dispute, side->entitlement));
  }

  // With that one filter set as it is of a side, exactly that side's row is listed.
  template <class List, class Row, class Filter, class Value>
  void expect(List list, Row Side::* row, std::optional<Value> Filter::* member,
              std::type_identity_t<Value> of_a, std::type_identity_t<Value> of_b) {
    Filter filter;
    expect_rows(list, row, filter, {&a, &b});
    filter.*member = std::move(of_a);
    expect_rows(list, row, filter, {&a});
    filter.*member = std::move(of_b);
    expect_rows(list, row, filter, {&b});
  }
  template <class List, class Row, class Filter, class Value>
  void expect(List list, Row Side::* row, std::vector<Value> Filter::* member, Value of_a,
              Value of_b) {
    Filter filter;
    filter.*member = {of_a};
    expect_rows(list, row, filter, {&a});
    filter.*member = {of_b};
    expect_rows(list, row, filter, {&b});
    filter.*member = {of_a, of_b};
    expect_rows(list, row, filter, {&a, &b});
  }
  // The two that almost every list has.
  template <class Filter, class List, class Row>
  void expect_owners(List list, Row Side::* row) {
    expect(list, row, &Filter::tenant, ports::TenantScope{a.tenant}, ports::TenantScope{b.tenant});
    expect(list, row, &Filter::user_id, a.user, b.user);
  }

 private:
  std::vector<domain::Customer> customers_;

 protected:
  Side a, b;

 private:
  template <class List, class Row, class Filter>
  void expect_rows(List list, Row Side::* row, const Filter& filter,
                   std::vector<const Side*> sides) {
    std::vector<decltype(Row::id)> wanted;
    for (const auto* side : sides) wanted.insert(wanted.begin(), (side->*row).id);
    const auto listed = run((store.get()->*list)(filter, {}));
    std::vector<decltype(Row::id)> found;
    for (const auto& item : listed.items) found.push_back(item.id);
    EXPECT_EQ(found, wanted);
    EXPECT_EQ(listed.total, static_cast<std::int64_t>(wanted.size()));
  }
};

TEST_P(Filters, of_orders) {
  constexpr auto kList = &ports::Store::list_orders;
  expect_owners<ports::OrderFilter>(kList, &Side::order);
  expect(kList, &Side::order, &ports::OrderFilter::statuses, a.order.status, b.order.status);
}

TEST_P(Filters, of_payments) {
  using Filter = ports::PaymentFilter;
  constexpr auto kList = &ports::Store::list_payments;
  expect_owners<Filter>(kList, &Side::payment);
  expect(kList, &Side::payment, &Filter::order_id, a.order.id, b.order.id);
  expect(kList, &Side::payment, &Filter::subscription_id, a.subscription.id, b.subscription.id);
  expect(kList, &Side::payment, &Filter::kind, a.payment.kind, b.payment.kind);
  expect(kList, &Side::payment, &Filter::words,
         {{.kind = a.payment.kind, .state = a.payment.state}},
         {{.kind = b.payment.kind, .state = b.payment.state}});
}

TEST_P(Filters, of_refunds) {
  using Filter = ports::RefundFilter;
  constexpr auto kList = &ports::Store::list_refunds;
  expect_owners<Filter>(kList, &Side::refund);
  expect(kList, &Side::refund, &Filter::payment_id, a.payment.id, b.payment.id);
}

TEST_P(Filters, of_transactions) {
  using Filter = ports::TransactionFilter;
  constexpr auto kList = &ports::Store::list_transactions;
  expect_owners<Filter>(kList, &Side::transaction);
  expect(kList, &Side::transaction, &Filter::payment_id, a.payment.id, b.payment.id);
  expect(kList, &Side::transaction, &Filter::type, a.transaction.type, b.transaction.type);
  expect(kList, &Side::transaction, &Filter::status, a.transaction.status, b.transaction.status);
}

TEST_P(Filters, of_transactions_by_time_take_in_its_start_and_not_its_end) {
  const auto listed = [&](std::optional<base::Timestamp> from, std::optional<base::Timestamp> to) {
    ports::TransactionFilter filter;
    filter.from = from;
    filter.to = to;
    std::vector<domain::TransactionId> ids;
    for (const auto& row : run(store->list_transactions(filter, {})).items) ids.push_back(row.id);
    return ids;
  };
  using Ids = std::vector<domain::TransactionId>;
  const Ids both{b.transaction.id, a.transaction.id};
  EXPECT_EQ(listed(a.at, {}), both);
  EXPECT_EQ(listed(b.at, {}), Ids{b.transaction.id});
  EXPECT_EQ(listed({}, b.at), Ids{a.transaction.id});
  EXPECT_EQ(listed({}, b.at + milliseconds(1)), both);
  EXPECT_EQ(listed(a.at, b.at), Ids{a.transaction.id});
}

TEST_P(Filters, of_overpayments) {
  using Filter = ports::OverpaymentFilter;
  using domain::OverpaymentStatus;
  constexpr auto kList = &ports::Store::list_overpayments;
  expect_owners<Filter>(kList, &Side::payment);
  expect(kList, &Side::payment, &Filter::payment_id, a.payment.id, b.payment.id);
  expect(kList, &Side::payment, &Filter::statuses, OverpaymentStatus::open,
         OverpaymentStatus::refunded);
}

TEST_P(Filters, of_reconciliations) {
  using Filter = ports::ReviewFilter;
  constexpr auto kList = &ports::Store::list_reviews;
  expect(kList, &Side::review, &Filter::tenant, ports::TenantScope{a.tenant},
         ports::TenantScope{b.tenant});
  expect(kList, &Side::review, &Filter::payment_id, a.payment.id, b.payment.id);
  expect(kList, &Side::review, &Filter::status, a.review.status, b.review.status);
}

TEST_P(Filters, of_subscriptions) {
  constexpr auto kList = &ports::Store::list_subscriptions;
  expect_owners<ports::SubscriptionFilter>(kList, &Side::subscription);
  expect(kList, &Side::subscription, &ports::SubscriptionFilter::statuses, a.subscription.status,
         b.subscription.status);
}

TEST_P(Filters, of_entitlements) {
  constexpr auto kList = &ports::Store::list_entitlements;
  expect_owners<ports::EntitlementFilter>(kList, &Side::entitlement);
  expect(kList, &Side::entitlement, &ports::EntitlementFilter::active, true, false);
}

TEST_P(Filters, of_disputes) {
  using Filter = ports::DisputeFilter;
  constexpr auto kList = &ports::Store::list_disputes;
  expect_owners<Filter>(kList, &Side::dispute);
  expect(kList, &Side::dispute, &Filter::payment_id, a.payment.id, b.payment.id);
  expect(kList, &Side::dispute, &Filter::statuses, a.dispute.status, b.dispute.status);
}

TEST_P(Filters, add_up) {
  ports::OrderFilter filter;
  filter.user_id = a.user;
  filter.tenant = ports::TenantScope{b.tenant};
  EXPECT_EQ(run(store->list_orders(filter, {})).total, 0);
}

// A cursor says where a page begins; an offset beside it is not added.
TEST_P(Filters, of_a_page_are_its_cursor_or_its_offset) {
  const ports::Page page{.limit = 1, .offset = 1, .after = b.order.id.uuid};
  const auto listed = run(store->list_orders({}, page));
  ASSERT_EQ(listed.items.size(), 1U);
  EXPECT_EQ(listed.items[0].id, a.order.id);
  EXPECT_EQ(listed.total, 2);
  EXPECT_FALSE(listed.more);
}

INSTANTIATE_TEST_SUITE_P(Stores, Filters, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
