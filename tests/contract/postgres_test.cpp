// What only a server can do to us: go away, close a connection, be set up carelessly.
#include "contract/world.h"
#include "store/postgres_store.h"

namespace cobro::testing {
namespace {

class Postgres : public StoreContract {
 protected:
  // Ends every connection but the one that says so.
  void terminate_connections() {
    backend->execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
};

TEST_P(Postgres, a_closed_connection_is_replaced_before_anybody_notices) {
  must_write(ports::Changes().insert(make.payment(5)));
  for (int i = 0; i < 3; ++i) {
    terminate_connections();
    const auto payment = make.payment(5);
    const auto reads = reads_of(ports::PaymentRef{payment.id});
    const ports::Decide decide = [&](const ports::Loaded&) {
      return ports::Changes().insert(payment);
    };
    EXPECT_TRUE(run(store->write(reads, decide)).committed());
    terminate_connections();
    EXPECT_TRUE(load(ports::PaymentRef{payment.id}).payment);
  }
}

// The connection dies between the reads and the changes: what became of the COMMIT is not
// known, and was_committed tells.
TEST_P(Postgres, a_connection_lost_with_the_commit_under_way_is_unknown) {
  const auto payment = make.payment(5);
  const auto reads = reads_of(ports::PaymentRef{payment.id});
  const ports::Changes changes = ports::Changes().insert(payment);
  const ports::Decide decide = [&](const ports::Loaded&) {
    terminate_connections();
    return changes;
  };
  EXPECT_EQ(failure_of(run(store->write(reads, decide))), ports::WriteFailure::unknown_commit);
  EXPECT_FALSE(run(store->was_committed(changes)));
  must_write(changes);
  EXPECT_TRUE(run(store->was_committed(changes)));
}

TEST_P(Postgres, a_row_that_changed_after_it_was_read_is_a_conflict_even_without_its_version) {
  auto record = make.record("k");
  record.state = ports::RecordState::open;
  must_write(ports::Changes().insert(record));
  ports::Reads reads;
  reads.record_key = "k";
  const ports::Decide decide = [&](const ports::Loaded&) {
    backend->execute("DELETE FROM records");
    ports::Changes changes;
    changes.update(record);
    return changes;
  };
  EXPECT_EQ(failure_of(run(store->write(reads, decide))), ports::WriteFailure::conflict);
}

TEST_P(Postgres, the_views_show_what_a_person_asks) {
  auto order = make.order(2990);
  order.shipping_address = R"({"city":"Lima","big":1e999999})";
  const auto payment = make.payment_of(order, 2990);
  auto yen = make.captured(500);
  yen.amount = yen.captured = yen.refunded = Money(500, *Currency::parse("JPY"));
  yen.refunding = Money::zero(yen.amount.currency());
  must_write(ports::Changes().insert(order, payment, yen));
  backend->execute(R"(
DO $$ BEGIN
  ASSERT (SELECT amount::text = '29.90' AND status = 'pending' AND order_number LIKE 'ORD-0%'
          AND metadata = '{}'::jsonb AND created_at > '2020-01-01'
          FROM billing.payments WHERE currency = 'PEN');
  ASSERT (SELECT amount::text = '500' AND status = 'refunded' AND refunded_amount = 500
          FROM billing.payments WHERE currency = 'JPY');
  ASSERT (SELECT total_amount::text = '29.90' AND jsonb_typeof(shipping_address) = 'string'
          FROM billing.orders);
  ASSERT (SELECT count(*) = 1 FROM billing.order_items WHERE unit_price = 14.95);
  ASSERT (SELECT count(*) = 0 FROM billing.transactions);
  BEGIN
    UPDATE billing.payments SET status = 'completed';
    ASSERT false, 'a view took an update';
  EXCEPTION WHEN feature_not_supported OR object_not_in_prerequisite_state THEN NULL;
  END;
END $$)");
}

TEST_P(Postgres, the_views_of_what_is_billed_hold_no_secret_and_take_no_update) {
  auto customer = make.customer();
  auto method = make.method(customer);
  method.gateway_payment_method_id = "pm_1";
  customer.default_method_id = method.id;
  auto subscription = make.subscription(customer);
  subscription.client_secret = "sub_secret";
  subscription.plan_code = "pro";
  subscription.price = Money(4900, *Currency::parse("USD"));
  auto payment = make.captured(2990);
  payment.client_secret = "pi_secret";
  payment.subscription_id = subscription.id;
  payment.disputed = pen(1990);
  auto session = make.checkout();
  session.subscription_id = subscription.id;
  auto granted = make.entitlement();
  granted.payment_id = payment.id;
  granted.amount = payment.amount;
  auto dispute = make.dispute(payment, "dp_1");
  dispute.withdrawn = true;
  dispute.withdrawn_amount = dispute.amount;
  must_write(ports::Changes().insert(payment, customer, method, subscription,
                                     make.status_change(subscription), session, dispute, granted));
  backend->execute(R"(
DO $$
DECLARE
  view name;
BEGIN
  ASSERT (SELECT default_payment_method_id = 'pm_1' FROM billing.customers);
  ASSERT (SELECT is_default AND exp_year IS NULL FROM billing.payment_methods);
  ASSERT (SELECT price::text = '49.00' AND features->>1 = 'todos los cursos'
          FROM billing.plans WHERE code = 'pro');
  ASSERT (SELECT price::text = '49.00' AND plan = 'pro' AND NOT cancel_at_period_end
          AND trial_end IS NULL FROM billing.subscriptions);
  ASSERT (SELECT previous_status IS NULL AND new_status = 'incomplete'
          FROM billing.subscription_status_changes);
  ASSERT (SELECT amount::text = '49.00' AND currency = 'USD' FROM billing.checkout_sessions);
  ASSERT (SELECT amount::text = '29.90' AND active FROM billing.entitlements);
  ASSERT (SELECT withdrawn_amount::text = '29.90' AND status = 'needs_response'
          FROM billing.disputes);
  ASSERT (SELECT disputed_amount::text = '19.90' AND subscription_id IS NOT NULL
          FROM billing.payments);
  ASSERT (SELECT count(*) = 0 FROM information_schema.columns
          WHERE table_schema = 'billing' AND column_name LIKE '%secret%');
  FOR view IN SELECT table_name FROM information_schema.views WHERE table_schema = 'billing' LOOP
    ASSERT (SELECT is_insertable_into = 'NO' AND is_updatable = 'NO'
            FROM information_schema.views
            WHERE table_schema = 'billing' AND table_name = view), view;
  END LOOP;
END $$)");
}

TEST_P(Postgres, a_server_that_is_not_there_is_unavailable) {
  EXPECT_THROW(
      (void)store::migrate_postgres("postgresql://127.0.0.1:1/x", backend->clock, backend->random),
      ports::StoreUnavailable);
}

// No new connection is let in, and the old ones are closed: a server that stopped.
TEST_P(Postgres, a_stopped_server_is_unavailable_and_comes_back) {
  must_write(ports::Changes().insert(make.payment(5)));
  backend->set_reachable(false);
  const auto payment = make.payment(5);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(failure_of(write(ports::Changes().insert(payment))),
              ports::WriteFailure::unavailable);
    EXPECT_THROW((void)load(ports::PaymentRef{payment.id}), ports::StoreUnavailable);
    EXPECT_FALSE(run(store->ping()));
  }
  backend->set_reachable(true);
  backend->clock.advance(std::chrono::seconds(10));
  must_write(ports::Changes().insert(payment));
}

INSTANTIATE_TEST_SUITE_P(Stores, Postgres, ::testing::ValuesIn(postgres_backends()),
                         [](const auto& info) { return info.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Postgres);

}  // namespace
}  // namespace cobro::testing
