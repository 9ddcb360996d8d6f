// What writes of customers, methods, subscriptions, checkout sessions, entitlements, disputes
// and gateway calls promise: versions, unique keys, and what two at the same instant make.
#include "contract/world.h"

namespace cobro::testing {
namespace {

using domain::Operation;
using ports::WriteFailure;

class BillingWrites : public StoreContract {
 protected:
  bool conflicts(ports::Changes changes) {
    return failure_of(write(std::move(changes))) == WriteFailure::conflict;
  }
};

TEST_P(BillingWrites, a_version_that_was_not_the_one_read_is_a_conflict_in_every_table) {
  const auto payment = make.captured(100);
  auto customer = make.customer();
  auto method = make.method(customer);
  auto subscription = make.subscription(customer);
  auto checkout = make.checkout();
  checkout.payment_id = payment.id;
  auto dispute = make.dispute(payment, "dp_1");
  auto call = make.other_call(Operation::create_customer, customer.id.uuid);
  must_write(
      ports::Changes().insert(payment, call, customer, method, subscription, checkout, dispute));
  const auto expect_compared = [&](auto row) {
    const auto other = make.payment(5);
    ports::Changes changes = ports::Changes().insert(other);
    row.version = 2;
    changes.update(row);
    const auto result = write(changes);
    EXPECT_EQ(failure_of(result), WriteFailure::conflict);
    EXPECT_EQ(constraint_of(result), "cas");
    EXPECT_FALSE(load(ports::PaymentRef{other.id}).payment);
    row.version = 1;
    must_write(ports::Changes().insert(other).update(row));
    changes = ports::Changes().update(row);
    EXPECT_TRUE(conflicts(changes)) << "moved on";
  };
  expect_compared(customer);
  expect_compared(method);
  expect_compared(subscription);
  expect_compared(checkout);
  expect_compared(dispute);
  expect_compared(call);
}

TEST_P(BillingWrites, a_user_has_one_customer_per_gateway_and_tenant) {
  auto customer = make.customer("ana");
  customer.gateway_customer_id = "cus_1";
  must_write(ports::Changes().insert(customer));
  EXPECT_TRUE(conflicts(ports::Changes().insert(make.customer("ana"))));
  auto of_tenant = make.customer("ana");
  of_tenant.tenant_id = "t-1";
  auto elsewhere = make.customer("ana");
  elsewhere.gateway = domain::GatewayName::paypal;
  elsewhere.gateway_customer_id = "cus_1";
  must_write(ports::Changes().insert(of_tenant, elsewhere));
  auto again = of_tenant;
  again.id = make.id<domain::CustomerId>();
  EXPECT_TRUE(conflicts(ports::Changes().insert(again)));
  auto same_remote = make.customer("bea");
  same_remote.gateway_customer_id = "cus_1";
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_remote)));
  must_write(ports::Changes().insert(make.customer("bea"), make.customer("eva")));
}

TEST_P(BillingWrites, a_token_is_attached_once_and_may_come_again) {
  const auto customer = make.customer();
  auto first = make.method(customer);
  first.gateway_payment_method_id = "pm_1";
  first.status = domain::MethodStatus::attached;
  auto second = make.method(customer);
  second.gateway_payment_method_id = "pm_1";
  must_write(ports::Changes().insert(customer, first, second));
  auto attached = second;
  attached.status = domain::MethodStatus::attached;
  EXPECT_TRUE(conflicts(ports::Changes().update(attached)));
  first.status = domain::MethodStatus::detached;
  must_write(ports::Changes().update(first));
  must_write(ports::Changes().update(attached));
  auto elsewhere = make.method(customer);
  elsewhere.gateway = domain::GatewayName::paypal;
  elsewhere.gateway_payment_method_id = "pm_1";
  elsewhere.status = domain::MethodStatus::attached;
  must_write(ports::Changes().insert(elsewhere));
}

TEST_P(BillingWrites, unique_keys_conflict) {
  const auto customer = make.customer();
  auto subscription = make.subscription(customer);
  subscription.gateway_subscription_id = "sub_1";
  auto payment = make.captured(100);
  payment.gateway_invoice_id = "in_1";
  auto of_payment = make.checkout();
  of_payment.payment_id = payment.id;
  auto of_subscription = make.checkout();
  of_subscription.subscription_id = subscription.id;
  must_write(ports::Changes().insert(payment, customer, subscription, make.subscription(customer),
                                     of_payment, of_subscription, make.dispute(payment, "dp_1")));
  auto same_remote = make.subscription(customer);
  same_remote.gateway_subscription_id = "sub_1";
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_remote)));
  auto same_invoice = make.payment(5);
  same_invoice.gateway_invoice_id = "in_1";
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_invoice)));
  for (auto* session : {&of_payment, &of_subscription}) {
    session->id = make.id<domain::CheckoutSessionId>();
    EXPECT_TRUE(conflicts(ports::Changes().insert(*session)));
  }
  EXPECT_TRUE(conflicts(ports::Changes().insert(make.dispute(payment, "dp_1"))));
  must_write(ports::Changes().insert(make.dispute(payment, "dp_2")));
}

TEST_P(BillingWrites, a_subject_has_one_open_call_and_a_key_is_used_once) {
  const auto customer = make.customer();
  const auto subject = customer.id.uuid;
  auto first = make.other_call(Operation::create_customer, subject);
  must_write(ports::Changes().insert(first, customer));
  const auto second = make.other_call(Operation::create_customer, subject);
  EXPECT_TRUE(conflicts(ports::Changes().insert(second)));
  must_write(ports::Changes().insert(
      make.other_call(Operation::attach_method, make.id<domain::PaymentMethodId>().uuid)));
  first.status = domain::CallStatus::declined;
  must_write(ports::Changes().insert(second).update(first));
  auto same_key = make.other_call(Operation::create_customer, make.id<domain::CallId>().uuid);
  same_key.gateway_key = first.gateway_key;
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_key)));
}

TEST_P(BillingWrites, ceilings_are_refused_by_name) {
  auto payment = make.captured(100);
  payment.disputed = pen(-1);
  EXPECT_EQ(constraint_of(write(ports::Changes().insert(payment))), "disputed_positive");
  payment.disputed = pen(0);
  const auto dispute = [&] {
    auto made = make.dispute(payment, "dp_1");
    made.amount = pen(-1);
    return made;
  }();
  const auto result = write(ports::Changes().insert(payment, dispute));
  EXPECT_EQ(failure_of(result), WriteFailure::ceiling);
  EXPECT_EQ(constraint_of(result), "dispute_not_negative");
}

// Each inserts but one row, of a table of its own.
TEST_P(BillingWrites, was_committed_tells_of_every_row_that_is_inserted) {
  const auto payment = make.captured(100);
  const auto customer = make.customer();
  const auto subscription = make.subscription(customer);
  auto checkout = make.checkout();
  checkout.payment_id = payment.id;
  const std::vector<ports::Changes> all{
      ports::Changes().insert(payment),
      ports::Changes().insert(customer),
      ports::Changes().insert(make.method(customer)),
      ports::Changes().insert(subscription),
      ports::Changes().insert(make.status_change(subscription)),
      ports::Changes().insert(make.other_call(Operation::create_customer, customer.id.uuid)),
      ports::Changes().insert(checkout),
      ports::Changes().insert(make.dispute(payment, "dp_1"))};
  for (const auto& changes : all) {
    EXPECT_FALSE(run(store->was_committed(changes)));
    must_write(changes);
    EXPECT_TRUE(run(store->was_committed(changes)));
  }
}

// Two requests of a new user at the same instant.
TEST_P(BillingWrites, of_64_that_make_the_same_customer_at_once_one_is_committed) {
  ports::Reads read;
  read.customer = ports::CustomerRef{domain::GatewayName::stripe, {}, "u-1"};
  std::vector<ports::Decide> decisions;
  for (int i = 0; i < 64; ++i) {
    const auto customer = make.customer();
    const auto call = make.other_call(Operation::create_customer, customer.id.uuid);
    decisions.emplace_back(
        [=](const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
          if (loaded.customer)
            return std::unexpected(
                domain::Refusal{.code = domain::RefusalCode::invalid_state, .message = ""});
          return ports::Changes().insert(call, customer);
        });
  }
  const auto results = write_all(std::vector(64, read), decisions);
  EXPECT_EQ(committed(results), 1U);
  for (const auto& result : results)
    if (std::holds_alternative<ports::WriteError>(result.outcome))
      EXPECT_EQ(failure_of(result), WriteFailure::conflict);
  const auto loaded = run(store->load(read));
  ASSERT_EQ(loaded.open_calls.size(), 1U);
  EXPECT_EQ(loaded.open_calls[0].subject_id, loaded.customer.value().id.uuid);
}

// An invoice that is told twice at the same instant.
TEST_P(BillingWrites, of_two_payments_of_one_invoice_at_once_one_is_committed) {
  const auto customer = make.customer();
  const auto subscription = make.subscription(customer);
  must_write(ports::Changes().insert(customer, subscription));
  std::vector<ports::Decide> decisions;
  for (int i = 0; i < 8; ++i) {
    auto payment = make.captured(100);
    payment.subscription_id = subscription.id;
    payment.gateway_invoice_id = "in_1";
    auto granted = make.entitlement();
    granted.subscription_id = subscription.id;
    decisions.emplace_back([=](const ports::Loaded& loaded) {
      ports::Changes changes;
      if (loaded.payment) return changes;
      changes.insert(payment);
      changes.insert(granted);
      return changes;
    });
  }
  const auto reads = reads_of(ports::InvoiceRef{domain::GatewayName::stripe, "in_1"});
  for (const auto& result : write_all(std::vector(8, reads), decisions))
    EXPECT_TRUE(result.committed() || failure_of(result) == WriteFailure::conflict);
  EXPECT_EQ(run(store->list_payments({}, {})).total, 1);
  EXPECT_EQ(run(store->list_entitlements({}, {})).total, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, BillingWrites, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
