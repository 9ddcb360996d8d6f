// Customers, methods, subscriptions, checkout sessions, entitlements, disputes and gateway calls:
// every field comes back as it went in, and each is found by all its names.
#include "contract/world.h"

namespace cobro::testing {
namespace {

using domain::Operation;

constexpr const char* kStrange = "O'Brien \"é\" 日本 🎉 \\ % _ $1 ; --\n\ttab";

void expect_equal(const domain::Customer& a, const domain::Customer& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.email, b.email);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.gateway_customer_id, b.gateway_customer_id);
  EXPECT_EQ(a.default_method_id, b.default_method_id);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_equal(const domain::PaymentMethod& a, const domain::PaymentMethod& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.customer_id, b.customer_id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.gateway_payment_method_id, b.gateway_payment_method_id);
  EXPECT_EQ(a.gateway_customer_id, b.gateway_customer_id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.brand, b.brand);
  EXPECT_EQ(a.last4, b.last4);
  EXPECT_EQ(a.exp_month, b.exp_month);
  EXPECT_EQ(a.exp_year, b.exp_year);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_equal(const domain::Subscription& a, const domain::Subscription& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.customer_id, b.customer_id);
  EXPECT_EQ(a.gateway_customer_id, b.gateway_customer_id);
  EXPECT_EQ(a.plan_id, b.plan_id);
  EXPECT_EQ(a.plan_code, b.plan_code);
  EXPECT_EQ(a.gateway_price_id, b.gateway_price_id);
  EXPECT_EQ(a.gateway_subscription_id, b.gateway_subscription_id);
  EXPECT_EQ(a.gateway_item_id, b.gateway_item_id);
  EXPECT_EQ(a.gateway_checkout_id, b.gateway_checkout_id);
  EXPECT_EQ(a.gateway_payment_method_id, b.gateway_payment_method_id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.price, b.price);
  EXPECT_EQ(a.billing_cycle, b.billing_cycle);
  EXPECT_EQ(a.interval_count, b.interval_count);
  EXPECT_EQ(a.trial_days, b.trial_days);
  EXPECT_EQ(a.current_period_start, b.current_period_start);
  EXPECT_EQ(a.current_period_end, b.current_period_end);
  EXPECT_EQ(a.trial_end, b.trial_end);
  EXPECT_EQ(a.cancel_at_period_end, b.cancel_at_period_end);
  EXPECT_EQ(a.cancel_at, b.cancel_at);
  EXPECT_EQ(a.cancelled_at, b.cancelled_at);
  EXPECT_EQ(a.ended_at, b.ended_at);
  ASSERT_EQ(a.next_action.has_value(), b.next_action.has_value());
  if (a.next_action) {
    EXPECT_EQ(a.next_action->type, b.next_action->type);
    EXPECT_EQ(a.next_action->url, b.next_action->url);
    EXPECT_EQ(a.next_action->client_secret, b.next_action->client_secret);
  }
  EXPECT_EQ(a.client_secret, b.client_secret);
  EXPECT_EQ(a.latest_invoice_id, b.latest_invoice_id);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.event_sequence, b.event_sequence);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_equal(const domain::StatusChange& a, const domain::StatusChange& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.subscription_id, b.subscription_id);
  EXPECT_EQ(a.before, b.before);
  EXPECT_EQ(a.after, b.after);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.changed_by, b.changed_by);
  EXPECT_EQ(a.created_at, b.created_at);
}

void expect_equal(const domain::CheckoutSession& a, const domain::CheckoutSession& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.mode, b.mode);
  EXPECT_EQ(a.payment_id, b.payment_id);
  EXPECT_EQ(a.subscription_id, b.subscription_id);
  EXPECT_EQ(a.success_url, b.success_url);
  EXPECT_EQ(a.cancel_url, b.cancel_url);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.expires_at, b.expires_at);
  EXPECT_EQ(a.next_check_at, b.next_check_at);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_equal(const domain::Entitlement& a, const domain::Entitlement& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.reference, b.reference);
  EXPECT_EQ(a.payment_id, b.payment_id);
  EXPECT_EQ(a.subscription_id, b.subscription_id);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.granted_at, b.granted_at);
  EXPECT_EQ(a.revoked_at, b.revoked_at);
}

void expect_equal(const domain::Dispute& a, const domain::Dispute& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.payment_id, b.payment_id);
  EXPECT_EQ(a.transaction_id, b.transaction_id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.gateway_dispute_id, b.gateway_dispute_id);
  EXPECT_EQ(a.stage, b.stage);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.evidence_due_by, b.evidence_due_by);
  EXPECT_EQ(a.withdrawn, b.withdrawn);
  EXPECT_EQ(a.reinstated, b.reinstated);
  EXPECT_EQ(a.withdrawn_amount, b.withdrawn_amount);
  EXPECT_EQ(a.movements, b.movements);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
  EXPECT_EQ(a.closed_at, b.closed_at);
}

void expect_equal(const domain::GatewayCall& a, const domain::GatewayCall& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.subject_id, b.subject_id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.gateway_key, b.gateway_key);
  EXPECT_EQ(a.request.method, b.request.method);
  EXPECT_EQ(a.request.path, b.request.path);
  EXPECT_EQ(a.request.version, b.request.version);
  EXPECT_EQ(a.request.body, b.request.body);
  EXPECT_EQ(a.requested_by, b.requested_by);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.unknown, b.unknown);
  EXPECT_EQ(a.every_send_not_executed, b.every_send_not_executed);
  EXPECT_EQ(a.sends, b.sends);
  EXPECT_EQ(a.first_sent_at, b.first_sent_at);
  EXPECT_EQ(a.deadline, b.deadline);
  EXPECT_EQ(a.next_check_at, b.next_check_at);
  EXPECT_EQ(a.checks, b.checks);
  ASSERT_EQ(a.decline.has_value(), b.decline.has_value());
  if (a.decline) {
    EXPECT_EQ(a.decline->code, b.decline->code);
    EXPECT_EQ(a.decline->decline_code, b.decline->decline_code);
    EXPECT_EQ(a.decline->message, b.decline->message);
  }
  EXPECT_EQ(a.record_key, b.record_key);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.closed_at, b.closed_at);
}

class BillingRows : public StoreContract {
 protected:
  ports::Loaded saved(ports::Reads::Customer saved) {
    ports::Reads reads;
    reads.customer = std::move(saved);
    return run(store->load(reads));
  }
  ports::Loaded subscription(ports::Reads::Subscription key) {
    ports::Reads reads;
    reads.subscription = std::move(key);
    return run(store->load(reads));
  }
  ports::Loaded load_call(const domain::GatewayCall& call) {
    ports::Reads reads;
    reads.call = ports::ref_of(call);
    return run(store->load(reads));
  }
  domain::CheckoutSession checkout(domain::CheckoutSessionId id) {
    ports::Reads reads;
    reads.checkout = id;
    return run(store->load(reads)).checkout.value();
  }
  domain::Dispute dispute(const std::string& gateway_id) {
    ports::Reads reads;
    reads.dispute = ports::DisputeRef{domain::GatewayName::stripe, gateway_id};
    return run(store->load(reads)).dispute.value();
  }
  domain::Entitlement only_entitlement() {
    const auto listed = run(store->list_entitlements({}, {}));
    EXPECT_EQ(listed.total, 1);
    return listed.items.at(0);
  }
};

TEST_P(BillingRows, a_customer_bare_and_updated_to_everything) {
  auto customer = make.customer();
  must_write(ports::Changes().insert(customer));
  expect_equal(saved(customer.id).customer.value(), customer);
  const auto method = make.method(customer);
  customer.email = "ana@x.test";
  customer.name = kStrange;
  customer.gateway_customer_id = "cus_1";
  customer.default_method_id = method.id;
  customer.calls = 3;
  customer.updated_at = customer.updated_at + std::chrono::seconds(1);
  must_write(ports::Changes().update(customer).insert(method));
  customer.version = 2;
  expect_equal(saved(customer.id).customer.value(), customer);
}

TEST_P(BillingRows, a_wallet_in_each_of_its_five_ways) {
  auto customer = make.customer(kStrange);
  customer.gateway_customer_id = "cus_1";
  customer.tenant_id = "t-1";
  customer.gateway = domain::GatewayName::mercadopago;
  auto first = make.method(customer);
  backend->clock.advance(std::chrono::milliseconds(1));
  auto second = make.method(customer);
  for (auto* method : {&first, &second}) {
    method->tenant_id = "t-1";
    method->gateway = customer.gateway;
  }
  second.status = domain::MethodStatus::attached;
  second.type = "card";
  second.brand = "visa";
  second.last4 = "4242";
  second.exp_month = 12;
  second.exp_year = 2030;
  second.calls = 1;
  auto refused = make.method(customer);
  refused.status = domain::MethodStatus::refused;
  backend->clock.advance(std::chrono::milliseconds(1));
  auto detached = make.method(customer);
  detached.status = domain::MethodStatus::detached;
  const auto other = make.customer("other");
  const auto others_method = make.method(other);
  const auto attach = make.other_call(Operation::attach_method, first.id.uuid);
  auto made = make.other_call(Operation::create_customer, customer.id.uuid);
  made.status = domain::CallStatus::accepted;
  const auto others = make.other_call(Operation::create_customer, other.id.uuid);
  must_write(ports::Changes().insert(attach, made, others, customer, other, second, first, refused,
                                     detached, others_method));
  const auto expect_wallet = [&](const ports::Loaded& loaded) {
    expect_equal(loaded.customer.value(), customer);
    ASSERT_EQ(loaded.methods.size(), 2U);
    expect_equal(loaded.methods[0], first);
    expect_equal(loaded.methods[1], second);
    ASSERT_EQ(loaded.open_calls.size(), 1U);
    expect_equal(loaded.open_calls[0], attach);
    EXPECT_FALSE(loaded.subscription);
    EXPECT_FALSE(loaded.call);
  };
  expect_wallet(saved(ports::CustomerRef{customer.gateway, "t-1", kStrange}));
  expect_wallet(saved(customer.id));
  expect_wallet(saved(first.id));
  expect_wallet(saved(ports::RemoteCustomerRef{customer.gateway, *customer.gateway_customer_id}));
  expect_wallet(saved(ports::RemoteMethodRef{customer.gateway, second.gateway_payment_method_id}));
  EXPECT_FALSE(saved(ports::RemoteCustomerRef{domain::GatewayName::manual, "cus_1"}).customer);
  EXPECT_FALSE(
      saved(ports::RemoteMethodRef{customer.gateway, detached.gateway_payment_method_id}).customer);
  EXPECT_FALSE(saved(ports::CustomerRef{customer.gateway, {}, kStrange}).customer);
  EXPECT_FALSE(saved(ports::CustomerRef{domain::GatewayName::stripe, "t-1", kStrange}).customer);
  EXPECT_FALSE(saved(make.id<domain::PaymentMethodId>()).customer);
  expect_equal(saved(ports::CustomerRef{other.gateway, {}, "other"}).customer.value(), other);
  // By its own name a method is there whatever became of it.
  const auto by_detached = saved(detached.id);
  ASSERT_EQ(by_detached.methods.size(), 3U);
  expect_equal(by_detached.methods[2], detached);
}

TEST_P(BillingRows, a_method_updated) {
  const auto customer = make.customer();
  auto method = make.method(customer);
  must_write(ports::Changes().insert(customer, method));
  method.gateway_payment_method_id = "pm_other";
  method.gateway_customer_id = "cus_other";
  method.status = domain::MethodStatus::attached;
  method.type = "sepa_debit";
  method.calls = 2;
  method.updated_at = method.updated_at + std::chrono::seconds(1);
  must_write(ports::Changes().update(method));
  method.version = 2;
  expect_equal(saved(customer.id).methods.at(0), method);
}

domain::Subscription fill(domain::Subscription subscription, const domain::Plan& plan) {
  const auto at = [&](int n) { return subscription.created_at + std::chrono::hours(n); };
  subscription.gateway_customer_id = "cus_2";
  subscription.plan_id = plan.id;
  subscription.plan_code = plan.code;
  subscription.gateway_price_id = "price_2";
  subscription.gateway_subscription_id = "sub_1";
  subscription.gateway_item_id = "si_1";
  subscription.gateway_checkout_id = "cs_1";
  subscription.gateway_payment_method_id = "pm_1";
  subscription.status = domain::SubscriptionStatus::past_due;
  subscription.price = plan.price;
  subscription.billing_cycle = domain::BillingCycle::yearly;
  subscription.interval_count = 2;
  subscription.trial_days = 14;
  subscription.current_period_start = at(1);
  subscription.current_period_end = at(2);
  subscription.trial_end = at(3);
  subscription.cancel_at_period_end = true;
  subscription.cancel_at = at(7);
  subscription.cancelled_at = at(4);
  subscription.ended_at = at(5);
  subscription.next_action = domain::NextAction{"redirect_to_url", "https://x.test/é", "sec"};
  subscription.client_secret = "pi_1_secret_1";
  subscription.latest_invoice_id = "in_1";
  subscription.metadata = R"({"b":"🎉", "a":"1"})";
  subscription.calls = 4;
  subscription.event_sequence = 5;
  subscription.updated_at = at(6);
  return subscription;
}

TEST_P(BillingRows, a_subscription_bare_and_full_by_both_its_names) {
  const auto customer = make.customer();
  auto bare = make.subscription(customer);
  bare.tenant_id = "t-1";
  bare.user_id = kStrange;
  must_write(ports::Changes().insert(customer, bare));
  expect_equal(subscription(bare.id).subscription.value(), bare);
  auto full = fill(bare, run(store->plans()).at(1));
  const auto call = make.other_call(Operation::change_plan, bare.id.uuid);
  auto ended = make.other_call(Operation::create_subscription, bare.id.uuid);
  ended.status = domain::CallStatus::accepted;
  must_write(ports::Changes().insert(call, ended).update(full));
  full.version = 2;
  for (const ports::Reads::Subscription& key :
       {ports::Reads::Subscription(bare.id),
        ports::Reads::Subscription(ports::RemoteSubscriptionRef{bare.gateway, "sub_1"})}) {
    const auto loaded = subscription(key);
    expect_equal(loaded.subscription.value(), full);
    ASSERT_EQ(loaded.open_calls.size(), 1U);
    expect_equal(loaded.open_calls[0], call);
    EXPECT_FALSE(loaded.customer);
  }
  EXPECT_FALSE(subscription(ports::RemoteSubscriptionRef{domain::GatewayName::paypal, "sub_1"})
                   .subscription);
  bare.version = 2;
  must_write(ports::Changes().update(bare));
  bare.version = 3;
  expect_equal(subscription(bare.id).subscription.value(), bare);
}

TEST_P(BillingRows, a_customers_subscriptions_come_along_when_they_are_asked_for) {
  const auto customer = make.customer();
  auto other = make.customer();
  other.user_id = "somebody else";
  auto active = make.subscription(customer);
  active.status = domain::SubscriptionStatus::active;
  backend->clock.advance(std::chrono::milliseconds(1));
  const auto incomplete = make.subscription(customer);
  auto over = make.subscription(customer);
  over.status = domain::SubscriptionStatus::cancelled;
  auto expired = make.subscription(customer);
  expired.status = domain::SubscriptionStatus::incomplete_expired;
  auto earlier = make.other_call(Operation::set_method, active.id.uuid);
  earlier.status = domain::CallStatus::accepted;
  earlier.closed_at = earlier.created_at;
  auto refused = make.other_call(Operation::set_method, incomplete.id.uuid);
  refused.status = domain::CallStatus::not_executed;
  refused.closed_at = refused.created_at;
  backend->clock.advance(std::chrono::milliseconds(1));
  const auto call = make.other_call(Operation::set_method, active.id.uuid);
  must_write(ports::Changes().insert(
      call, earlier, refused, make.other_call(Operation::end_now, over.id.uuid), customer, other,
      over, expired, active, incomplete, make.subscription(other)));
  const ports::CustomerRef user{customer.gateway, customer.tenant_id, customer.user_id};
  const auto loaded = run(store->load({.customer = user, .customer_subscriptions = true}));
  ASSERT_EQ(loaded.customer_subscriptions.size(), 2U);
  expect_equal(loaded.customer_subscriptions[0], active);
  expect_equal(loaded.customer_subscriptions[1], incomplete);
  ASSERT_EQ(loaded.open_calls.size(), 1U);
  expect_equal(loaded.open_calls[0], call);
  ASSERT_EQ(loaded.method_calls.size(), 2U);
  expect_equal(loaded.method_calls[0], refused);
  expect_equal(loaded.method_calls[1], call);
  EXPECT_TRUE(run(store->load({.customer = user})).customer_subscriptions.empty());
}

TEST_P(BillingRows, the_history_of_a_subscription_newest_first) {
  const auto customer = make.customer();
  const auto subject = make.subscription(customer);
  const auto other = make.subscription(customer);
  const auto first = make.status_change(subject);
  backend->clock.advance(std::chrono::milliseconds(1));
  auto second = make.status_change(subject);
  second.before = domain::SubscriptionStatus::incomplete;
  second.after = domain::SubscriptionStatus::trialing;
  second.reason = kStrange;
  second.changed_by = "gateway";
  must_write(
      ports::Changes().insert(customer, subject, other, second, first, make.status_change(other)));
  const auto listed = run(store->list_status_changes(subject.id, {}));
  EXPECT_EQ(listed.total, 2);
  ASSERT_EQ(listed.items.size(), 2U);
  expect_equal(listed.items[0], second);
  expect_equal(listed.items[1], first);
  const auto next =
      run(store->list_status_changes(subject.id, {.limit = 1, .after = second.id.uuid}));
  ASSERT_EQ(next.items.size(), 1U);
  expect_equal(next.items[0], first);
  EXPECT_FALSE(next.more);
}

TEST_P(BillingRows, a_call_brings_what_it_is_about) {
  const auto customer = make.customer();
  auto method = make.method(customer);
  method.status = domain::MethodStatus::detached;
  backend->clock.advance(std::chrono::milliseconds(1));
  const auto other = make.method(customer);
  const auto subject = make.subscription(customer);
  const auto create = make.other_call(Operation::create_customer, customer.id.uuid);
  auto detach = make.other_call(Operation::detach_method, method.id.uuid);
  detach.gateway = domain::GatewayName::paypal;
  detach.request = {"DELETE", kStrange, "2025-01-01", kStrange};
  detach.requested_by = "admin";
  detach.record_key = "k";
  const auto end = make.other_call(Operation::end_now, subject.id.uuid);
  must_write(ports::Changes().insert(create, detach, end, customer, method, other, subject));
  const auto about_customer = load_call(create);
  expect_equal(about_customer.call.value(), create);
  expect_equal(about_customer.customer.value(), customer);
  EXPECT_EQ(about_customer.methods.size(), 1U);
  EXPECT_EQ(about_customer.open_calls.size(), 2U);
  EXPECT_FALSE(about_customer.subscription);

  const auto about_method = load_call(detach);
  expect_equal(about_method.call.value(), detach);
  expect_equal(about_method.customer.value(), customer);
  ASSERT_EQ(about_method.methods.size(), 2U);
  expect_equal(about_method.methods[0], method);
  EXPECT_EQ(about_method.open_calls.size(), 2U);

  const auto about_subscription = load_call(end);
  expect_equal(about_subscription.call.value(), end);
  expect_equal(about_subscription.subscription.value(), subject);
  EXPECT_FALSE(about_subscription.customer);
  EXPECT_TRUE(about_subscription.methods.empty());
  ASSERT_EQ(about_subscription.open_calls.size(), 1U);
  expect_equal(about_subscription.open_calls[0], end);
  EXPECT_FALSE(load_call(make.other_call(Operation::end_now, subject.id.uuid)).call);

  detach.status = domain::CallStatus::declined;
  detach.unknown = true;
  detach.every_send_not_executed = false;
  detach.sends = 3;
  detach.checks = 2;
  detach.first_sent_at = detach.first_sent_at + std::chrono::seconds(1);
  detach.deadline = detach.deadline + std::chrono::seconds(2);
  detach.next_check_at = detach.next_check_at + std::chrono::seconds(3);
  detach.closed_at = detach.created_at + std::chrono::seconds(4);
  detach.decline = domain::Decline{"resource_missing", "x", kStrange};
  detach.record_key.reset();
  must_write(ports::Changes().update(detach));
  detach.version = 2;
  expect_equal(load_call(detach).call.value(), detach);
  EXPECT_EQ(load_call(detach).open_calls.size(), 1U);
}

TEST_P(BillingRows, a_call_a_customer_and_a_subscription_in_one_read) {
  const auto customer = make.customer();
  const auto subject = make.subscription(customer);
  const auto create = make.other_call(Operation::create_customer, customer.id.uuid);
  const auto end = make.other_call(Operation::end_now, subject.id.uuid);
  must_write(ports::Changes().insert(create, end, customer, subject));
  ports::Reads reads;
  reads.call = ports::ref_of(end);
  reads.customer = customer.id;
  reads.subscription = subject.id;
  const auto loaded = run(store->load(reads));
  expect_equal(loaded.call.value(), end);
  expect_equal(loaded.customer.value(), customer);
  expect_equal(loaded.subscription.value(), subject);
  EXPECT_EQ(loaded.open_calls.size(), 2U) << "each once";
}

TEST_P(BillingRows, a_record_brings_the_call_that_it_names) {
  const auto customer = make.customer();
  const auto call = make.other_call(Operation::create_customer, customer.id.uuid);
  auto record = make.record("k");
  record.state = ports::RecordState::open;
  record.reply.reset();
  record.expires_at.reset();
  record.call_id = call.id;
  must_write(ports::Changes().insert(call, customer, record));
  ports::Reads reads;
  reads.record_key = "k";
  const auto loaded = run(store->load(reads));
  EXPECT_EQ(loaded.record.value().call_id, call.id);
  expect_equal(loaded.record_call.value(), call);
  EXPECT_TRUE(loaded.open_calls.empty());
  record.call_id.reset();
  must_write(ports::Changes().update(record));
  EXPECT_FALSE(run(store->load(reads)).record_call);
}

TEST_P(BillingRows, checkout_sessions_of_a_payment_and_of_a_subscription) {
  const auto customer = make.customer();
  const auto subject = make.subscription(customer);
  const auto payment = make.payment(100);
  auto one = make.checkout();
  one.payment_id = payment.id;
  auto two = make.checkout();
  two.user_id = kStrange;
  two.tenant_id = "t-1";
  two.mode = domain::CheckoutMode::subscription;
  two.subscription_id = subject.id;
  must_write(ports::Changes().insert(payment, customer, subject, one, two));
  expect_equal(checkout(one.id), one);
  expect_equal(checkout(two.id), two);
  two.status = domain::CheckoutStatus::expired;
  two.expires_at = two.expires_at + std::chrono::hours(1);
  two.next_check_at = two.next_check_at + std::chrono::hours(2);
  two.updated_at = two.updated_at + std::chrono::hours(3);
  must_write(ports::Changes().update(two));
  two.version = 2;
  expect_equal(checkout(two.id), two);
}

TEST_P(BillingRows, an_entitlement_is_put_in_the_place_of_its_sources) {
  const auto payment = make.captured(100);
  auto granted = make.entitlement();
  granted.payment_id = payment.id;
  must_write(ports::Changes().insert(payment, granted));
  expect_equal(only_entitlement(), granted);
  auto again = granted;
  again.id = make.id<domain::EntitlementId>();
  again.user_id = kStrange;
  again.tenant_id = "t-1";
  again.kind = domain::EntitlementKind::plan;
  again.reference = kStrange;
  again.amount = pen(100);
  again.granted_at = granted.granted_at + std::chrono::seconds(1);
  again.revoked_at = granted.granted_at + std::chrono::seconds(2);
  must_write(ports::Changes().insert(again));
  again.id = granted.id;
  expect_equal(only_entitlement(), again);
  must_write(ports::Changes().insert(granted));
  expect_equal(only_entitlement(), granted);
}

TEST_P(BillingRows, an_entitlement_of_a_subscription) {
  const auto customer = make.customer();
  const auto subject = make.subscription(customer);
  auto granted = make.entitlement();
  granted.kind = domain::EntitlementKind::plan;
  granted.subscription_id = subject.id;
  granted.amount = Money(500, *Currency::parse("JPY"));
  must_write(ports::Changes().insert(customer, subject, granted));
  expect_equal(only_entitlement(), granted);
}

TEST_P(BillingRows, a_dispute_bare_and_updated_to_everything) {
  const auto payment = make.captured(100);
  const auto row = make.charge(payment);
  auto bare = make.dispute(payment, "dp_1");
  must_write(ports::Changes().insert(payment, row, bare));
  expect_equal(dispute("dp_1"), bare);
  bare.transaction_id = row.id;
  bare.stage = domain::DisputeStage::inquiry;
  bare.status = domain::DisputeStatus::prevented;
  bare.amount = pen(0);
  bare.reason = kStrange;
  bare.evidence_due_by = bare.created_at + std::chrono::hours(1);
  bare.withdrawn = true;
  bare.reinstated = true;
  bare.withdrawn_amount = pen(7);
  bare.movements = 3;
  bare.updated_at = bare.created_at + std::chrono::hours(2);
  bare.closed_at = bare.created_at + std::chrono::hours(3);
  must_write(ports::Changes().update(bare));
  bare.version = 2;
  expect_equal(dispute("dp_1"), bare);
}

TEST_P(BillingRows, the_plans_to_begin_with_cheapest_first) {
  const auto plans = run(store->plans());
  ASSERT_EQ(plans.size(), 3U);
  EXPECT_EQ(plans[0].code, "basic");
  EXPECT_EQ(plans[1].code, "pro");
  EXPECT_EQ(plans[2].code, "premium");
  const auto& pro = plans[1];
  EXPECT_EQ(pro.name, "Pro");
  EXPECT_EQ(pro.price, Money(4900, *Currency::parse("USD")));
  EXPECT_EQ(pro.billing_cycle, domain::BillingCycle::monthly);
  EXPECT_EQ(pro.interval_count, 1);
  EXPECT_EQ(pro.trial_days, 0);
  EXPECT_EQ(pro.features, R"(["Predicciones avanzadas", "todos los cursos"])");
  EXPECT_EQ(pro.gateway_price_id, "price_1Sb3k64dPtEGmLmpm5n5bbJH");
  EXPECT_EQ(pro.version, 1);
  EXPECT_EQ(pro.created_at, pro.updated_at);
}

INSTANTIATE_TEST_SUITE_P(Stores, BillingRows, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
