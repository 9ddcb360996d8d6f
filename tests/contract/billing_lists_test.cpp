// Lists and due work of what is billed at a gateway.
#include "contract/world.h"

namespace cobro::testing {
namespace {

class BillingLists : public StoreContract {
 protected:
  // One a millisecond, so that ids tell their order.
  void tick() { backend->clock.advance(std::chrono::milliseconds(1)); }
  template <class T>
  static auto ids(const ports::Listed<T>& listed) {
    std::vector<decltype(T::id)> found;
    for (const auto& item : listed.items) found.push_back(item.id);
    EXPECT_EQ(listed.total, static_cast<std::int64_t>(found.size()));
    return found;
  }
};

TEST_P(BillingLists, subscriptions_newest_first_by_tenant_owner_and_status) {
  using domain::SubscriptionStatus;
  const auto customer = make.customer();
  must_write(ports::Changes().insert(customer));
  const auto add = [&](std::optional<std::string> tenant, std::string user,
                       SubscriptionStatus status) {
    tick();
    auto made = make.subscription(customer);
    made.tenant_id = std::move(tenant);
    made.user_id = std::move(user);
    made.status = status;
    must_write(ports::Changes().insert(made));
    return made.id;
  };
  const auto first = add({}, "a", SubscriptionStatus::active);
  const auto second = add({}, "a", SubscriptionStatus::cancelled);
  const auto third = add("t-1", "a", SubscriptionStatus::trialing);
  const auto fourth = add({}, "b", SubscriptionStatus::incomplete_expired);
  const auto listed = [&](const ports::SubscriptionFilter& filter, const ports::Page& page = {}) {
    return ids(run(store->list_subscriptions(filter, page)));
  };
  using Ids = std::vector<domain::SubscriptionId>;
  EXPECT_EQ(listed({}), (Ids{fourth, third, second, first}));
  ports::SubscriptionFilter filter;
  filter.user_id = "a";
  EXPECT_EQ(listed(filter), (Ids{third, second, first}));
  filter.tenant = ports::TenantScope{};
  EXPECT_EQ(listed(filter), (Ids{second, first}));
  filter.statuses = {SubscriptionStatus::active, SubscriptionStatus::trialing};
  EXPECT_EQ(listed(filter), Ids{first});
  filter.tenant = ports::TenantScope{"t-1"};
  EXPECT_EQ(listed(filter), Ids{third});
  const auto page = run(store->list_subscriptions({}, {.limit = 2, .after = fourth.uuid}));
  EXPECT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].id, third);
  EXPECT_TRUE(page.more);
}

TEST_P(BillingLists, entitlements_by_tenant_owner_and_whether_they_stand) {
  const auto add = [&](std::optional<std::string> tenant, std::string user, bool active) {
    tick();
    const auto payment = make.captured(100);
    auto granted = make.entitlement();
    granted.payment_id = payment.id;
    granted.tenant_id = std::move(tenant);
    granted.user_id = std::move(user);
    if (!active) granted.revoked_at = backend->clock.now();
    must_write(ports::Changes().insert(payment, granted));
    return granted.id;
  };
  const auto first = add({}, "a", true);
  const auto second = add({}, "a", false);
  const auto third = add("t-1", "b", true);
  const auto listed = [&](const ports::EntitlementFilter& filter) {
    return ids(run(store->list_entitlements(filter, {})));
  };
  using Ids = std::vector<domain::EntitlementId>;
  EXPECT_EQ(listed({}), (Ids{third, second, first}));
  ports::EntitlementFilter filter;
  filter.active = true;
  EXPECT_EQ(listed(filter), (Ids{third, first}));
  filter.tenant = ports::TenantScope{};
  EXPECT_EQ(listed(filter), Ids{first});
  filter.active = false;
  filter.user_id = "a";
  EXPECT_EQ(listed(filter), Ids{second});
  filter.tenant = ports::TenantScope{"t-1"};
  EXPECT_EQ(listed(filter), Ids{});
}

TEST_P(BillingLists, disputes_by_the_owner_of_the_payment_and_by_status) {
  using domain::DisputeStatus;
  auto payment = make.captured(100);
  payment.user_id = "a";
  payment.tenant_id = "t-1";
  const auto other = make.captured(100);
  auto first = make.dispute(payment, "dp_1");
  tick();
  auto second = make.dispute(payment, "dp_2");
  second.status = DisputeStatus::won;
  tick();
  const auto third = make.dispute(other, "dp_3");
  must_write(ports::Changes().insert(payment, other, first, second, third));
  const auto listed = [&](const ports::DisputeFilter& filter) {
    return ids(run(store->list_disputes(filter, {})));
  };
  using Ids = std::vector<domain::DisputeId>;
  EXPECT_EQ(listed({}), (Ids{third.id, second.id, first.id}));
  ports::DisputeFilter filter;
  filter.payment_id = payment.id;
  EXPECT_EQ(listed(filter), (Ids{second.id, first.id}));
  filter.user_id = "a";
  filter.tenant = ports::TenantScope{"t-1"};
  filter.statuses = {DisputeStatus::needs_response, DisputeStatus::under_review};
  EXPECT_EQ(listed(filter), Ids{first.id});
  filter.user_id = "b";
  EXPECT_EQ(listed(filter), Ids{});
  filter = {};
  filter.tenant = ports::TenantScope{};
  EXPECT_EQ(listed(filter), Ids{third.id});
}

// Whatever leads to the payment; of others nothing.
TEST_P(BillingLists, a_payment_brings_its_disputes) {
  const auto payment = make.captured(100);
  const auto other = make.captured(100);
  const auto first = make.dispute(payment, "dp_1");
  tick();
  const auto second = make.dispute(payment, "dp_2");
  must_write(ports::Changes().insert(payment, other, second, first, make.dispute(other, "dp_3")));
  using Ids = std::vector<domain::DisputeId>;
  const auto loaded = [&](ports::Reads reads) {
    Ids found;
    for (const auto& row : run(store->load(reads)).disputes) found.push_back(row.id);
    return found;
  };
  EXPECT_EQ(loaded({.root = ports::PaymentRef{payment.id}}), (Ids{first.id, second.id}));
  EXPECT_EQ(loaded({.root = ports::PaymentRef{payment.number}}), (Ids{first.id, second.id}));
  EXPECT_EQ(loaded({.root = ports::PaymentRef{make.payment(1).id}}), Ids{});
}

// As the domain words it: what was lost went back too.
TEST_P(BillingLists, overpayments_that_disputes_took) {
  using domain::DisputeStatus;
  using domain::OverpaymentStatus;
  std::vector<domain::Payment> rows;
  const auto overpaid = [&](std::int64_t refunded, std::int64_t refunding, std::int64_t disputed,
                            std::optional<DisputeStatus> status) {
    auto row = make.payment(100);
    row.overpayment = domain::Overpayment{make.id<domain::OverpaymentId>(),
                                          domain::OverpaymentReason::order_full,
                                          pen(100),
                                          pen(refunded),
                                          pen(refunding),
                                          backend->clock.now()};
    row.disputed = pen(disputed);
    row.dispute_status = status;
    rows.push_back(row);
  };
  overpaid(0, 0, 0, {});
  overpaid(0, 0, 100, DisputeStatus::needs_response);
  overpaid(0, 0, 100, DisputeStatus::lost);
  overpaid(0, 0, 40, DisputeStatus::lost);
  overpaid(60, 0, 40, DisputeStatus::lost);
  overpaid(0, 60, 40, DisputeStatus::lost);
  overpaid(100, 0, 0, DisputeStatus::won);
  must_write(ports::Changes().insert_all(rows));
  std::size_t all = 0;
  for (const auto status :
       {OverpaymentStatus::open, OverpaymentStatus::refunding, OverpaymentStatus::refunded}) {
    const auto listed = run(store->list_overpayments({.statuses = {status}}, {}));
    for (const auto& row : listed.items) EXPECT_EQ(overpayment_status(row), status) << row.number;
    all += listed.items.size();
  }
  EXPECT_EQ(all, rows.size());
}

TEST_P(BillingLists, payments_of_a_subscription) {
  const auto customer = make.customer();
  const auto subscription = make.subscription(customer);
  auto payment = make.payment(100);
  payment.subscription_id = subscription.id;
  must_write(ports::Changes().insert(payment, make.payment(100), customer, subscription));
  ports::PaymentFilter filter;
  filter.subscription_id = subscription.id;
  EXPECT_EQ(ids(run(store->list_payments(filter, {}))), std::vector{payment.id});
}

TEST_P(BillingLists, payments_by_whether_their_method_is_known) {
  auto known = make.payment(100);
  known.gateway_payment_method_id = "pm_1";
  const auto unknown = make.payment(100);
  must_write(ports::Changes().insert(known, unknown));
  const auto listed = [&](bool with_method) {
    ports::PaymentFilter filter;
    filter.words = {{.kind = {}, .refunded_in_full = {}, .with_method = with_method}};
    return ids(run(store->list_payments(filter, {})));
  };
  EXPECT_EQ(listed(true), std::vector{known.id});
  EXPECT_EQ(listed(false), std::vector{unknown.id});
}

TEST_P(BillingLists, due_calls_are_open_and_oldest_first) {
  const auto now = backend->clock.now();
  const auto add = [&](std::int64_t due_in_s, domain::CallStatus status) {
    auto call =
        make.other_call(domain::Operation::create_customer, make.id<domain::CustomerId>().uuid);
    call.next_check_at = now + std::chrono::seconds(due_in_s);
    call.status = status;
    must_write(ports::Changes().insert(call));
    return call.id;
  };
  const auto late = add(0, domain::CallStatus::open);
  const auto later = add(-5, domain::CallStatus::open);
  add(1, domain::CallStatus::open);
  add(-9, domain::CallStatus::accepted);
  const auto due = run(store->due_calls(now, 10));
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, later);
  EXPECT_EQ(due[1].id, late);
  EXPECT_EQ(run(store->due_calls(now, 1)).size(), 1U);
}

TEST_P(BillingLists, due_checkout_sessions_are_open_and_oldest_first) {
  const auto now = backend->clock.now();
  const auto add = [&](std::int64_t due_in_s, domain::CheckoutStatus status) {
    const auto payment = make.payment(5);
    auto session = make.checkout();
    session.payment_id = payment.id;
    session.next_check_at = now + std::chrono::seconds(due_in_s);
    session.status = status;
    must_write(ports::Changes().insert(payment, session));
    return session.id;
  };
  const auto late = add(0, domain::CheckoutStatus::open);
  const auto later = add(-5, domain::CheckoutStatus::open);
  add(1, domain::CheckoutStatus::open);
  add(-9, domain::CheckoutStatus::complete);
  add(-9, domain::CheckoutStatus::expired);
  const auto due = run(store->due_checkouts(now, 10));
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, later);
  EXPECT_EQ(due[1].id, late);
  EXPECT_EQ(run(store->due_checkouts(now, 1)).size(), 1U);
}

TEST_P(BillingLists, the_audit_brings_disputes_with_and_without_an_order) {
  const auto order = make.order(100);
  const auto of_order = make.payment_of(order, 100);
  const auto orphan = make.payment(100);
  const auto first = make.dispute(of_order, "dp_1");
  const auto second = make.dispute(orphan, "dp_2");
  must_write(ports::Changes().insert(order, of_order, orphan, first, second));
  const auto page = run(store->audit_orders({}, 10));
  ASSERT_EQ(page.disputes.size(), 1U);
  EXPECT_EQ(page.disputes[0].id, first.id);
  const auto orphans = run(store->audit_orphans({}, 10));
  ASSERT_EQ(orphans.disputes.size(), 1U);
  EXPECT_EQ(orphans.disputes[0].id, second.id);
}

INSTANTIATE_TEST_SUITE_P(Stores, BillingLists, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
