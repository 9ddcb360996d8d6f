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
  must_write({.insert_payments = {make.payment(5)}});
  for (int i = 0; i < 3; ++i) {
    terminate_connections();
    const auto payment = make.payment(5);
    const auto reads = reads_of(ports::PaymentRef{payment.id});
    const ports::Decide decide = [&](const ports::Loaded&) {
      return ports::Changes{.insert_payments = {payment}};
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
  const ports::Changes changes{.insert_payments = {payment}};
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
  must_write({.insert_record = record});
  ports::Reads reads;
  reads.record_key = "k";
  const ports::Decide decide = [&](const ports::Loaded&) {
    backend->execute("DELETE FROM records");
    ports::Changes changes;
    changes.update_record = record;
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
  must_write({.insert_orders = {order}, .insert_payments = {payment, yen}});
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

TEST_P(Postgres, a_server_that_is_not_there_is_unavailable) {
  EXPECT_THROW(
      (void)store::migrate_postgres("postgresql://127.0.0.1:1/x", backend->clock, backend->random),
      ports::StoreUnavailable);
}

// No new connection is let in, and the old ones are closed: a server that stopped.
TEST_P(Postgres, a_stopped_server_is_unavailable_and_comes_back) {
  must_write({.insert_payments = {make.payment(5)}});
  backend->set_reachable(false);
  const auto payment = make.payment(5);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(failure_of(write({.insert_payments = {payment}})), ports::WriteFailure::unavailable);
    EXPECT_THROW((void)load(ports::PaymentRef{payment.id}), ports::StoreUnavailable);
    EXPECT_FALSE(run(store->ping()));
  }
  backend->set_reachable(true);
  backend->clock.advance(std::chrono::seconds(10));
  must_write({.insert_payments = {payment}});
}

INSTANTIATE_TEST_SUITE_P(Stores, Postgres, ::testing::ValuesIn(postgres_backends()),
                         [](const auto& info) { return info.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Postgres);

}  // namespace
}  // namespace cobro::testing
