// What a write promises: all or nothing, versions, ceilings, unique keys, and what concurrent
// writers see of each other.

#include "contract/world.h"

namespace cobro::testing {
namespace {

using ports::WriteFailure;

class Writes : public StoreContract {};

TEST_P(Writes, a_version_that_was_not_the_one_read_fails_the_whole_write) {
  auto payment = make.payment(1000);
  must_write(ports::Changes().insert(payment));
  const auto other = make.payment(500);
  auto stale = payment;
  stale.version = 7;
  stale.description = "stale";
  const auto result = write(ports::Changes().insert(other).update(stale));
  EXPECT_EQ(failure_of(result), WriteFailure::conflict);
  EXPECT_EQ(constraint_of(result), "cas");
  EXPECT_FALSE(load(ports::PaymentRef{other.id}).payment);
  EXPECT_FALSE(load(ports::PaymentRef{payment.id}).payment->description);
  EXPECT_EQ(load(ports::PaymentRef{payment.id}).payment->version, 1);
}

TEST_P(Writes, a_row_relied_on_is_checked_and_keeps_its_version) {
  const auto order = make.order(1000);
  must_write(ports::Changes().insert(order));
  must_write(ports::Changes().insert(make.payment(10)).rely_on(order));
  EXPECT_EQ(load(ports::OrderRef{order.id}).order->version, 1);
  const auto payment = make.payment(10);
  auto moved = order;
  moved.version = 2;
  const auto result = write(ports::Changes().insert(payment).rely_on(moved));
  EXPECT_EQ(failure_of(result), WriteFailure::conflict);
  EXPECT_FALSE(load(ports::PaymentRef{payment.id}).payment);
}

TEST_P(Writes, a_refusal_writes_nothing_and_is_given_back) {
  ports::Reads reads;
  reads.order_numbers = 1;
  const ports::Decide decide =
      [](const ports::Loaded&) -> base::Result<ports::Changes, domain::Refusal> {
    return std::unexpected(
        domain::Refusal{.code = domain::RefusalCode::invalid_state, .message = "no"});
  };
  const auto result = run(store->write(reads, decide));
  ASSERT_TRUE(std::holds_alternative<domain::Refusal>(result.outcome));
  EXPECT_EQ(std::get<domain::Refusal>(result.outcome).message, "no");
  must_write(ports::Changes().insert(make.order(10)));
}

TEST_P(Writes, an_exception_of_decide_reaches_the_caller_and_writes_nothing) {
  const ports::Reads reads = reads_of(ports::OrderRef{std::int64_t{1}});
  const ports::Decide decide =
      [](const ports::Loaded&) -> base::Result<ports::Changes, domain::Refusal> {
    throw std::logic_error("a bug");
  };
  EXPECT_THROW((void)run(store->write(reads, decide)), std::logic_error);
  must_write(ports::Changes().insert(make.order(10)));
}

// No code is asked here: only the database.
TEST_P(Writes, the_refund_ceiling_holds_without_any_check_in_code) {
  auto payment = make.captured(100);
  must_write(ports::Changes().insert(payment));
  payment.refunded = pen(60);
  payment.refunding = pen(41);
  const auto result = write(ports::Changes().update(payment));
  EXPECT_EQ(failure_of(result), WriteFailure::ceiling);
  EXPECT_EQ(constraint_of(result), "refund_ceiling");
}

TEST_P(Writes, every_ceiling_is_refused_by_name) {
  const auto refused = [&](ports::Changes changes) {
    const auto result = write(std::move(changes));
    return failure_of(result) == WriteFailure::ceiling ? constraint_of(result) : "not a ceiling";
  };
  auto order = make.order(100);
  order.allocated = pen(101);
  EXPECT_EQ(refused(ports::Changes().insert(order)), "live_ceiling");
  order.allocated = pen(50);
  order.captured = pen(51);
  EXPECT_EQ(refused(ports::Changes().insert(order)), "order_capture_ceiling");
  order.captured = pen(50);
  order.refunded = pen(51);
  EXPECT_EQ(refused(ports::Changes().insert(order)), "order_refund_ceiling");
  auto payment = make.payment(100);
  payment.captured = pen(101);
  EXPECT_EQ(refused(ports::Changes().insert(payment)), "capture_ceiling");
  payment.captured = pen(-1);
  EXPECT_EQ(refused(ports::Changes().insert(payment)), "capture_ceiling");
  payment.captured = pen(100);
  payment.refunding = pen(-1);
  EXPECT_EQ(refused(ports::Changes().insert(payment)), "refund_ceiling");
  EXPECT_EQ(refused(ports::Changes().insert(make.payment(0))), "payment_positive");
  auto late = make.payment(100);
  late.overpayment = domain::Overpayment{make.id<domain::OverpaymentId>(),
                                         domain::OverpaymentReason::order_closed,
                                         pen(100),
                                         pen(60),
                                         pen(41),
                                         {}};
  EXPECT_EQ(refused(ports::Changes().insert(late)), "overpayment_ceiling");
  const auto captured = make.captured(100);
  auto charge = make.charge(captured);
  charge.amount = pen(0);
  EXPECT_EQ(refused(ports::Changes().insert(captured, charge)), "transaction_positive");
  charge.amount = pen(100);
  auto entry = make.entry(charge, domain::Side::debit);
  entry.amount = pen(-5);
  EXPECT_EQ(refused(ports::Changes().insert(captured, charge, entry)), "entry_positive");
  const auto refund = make.refund(captured, 0);
  EXPECT_EQ(refused(ports::Changes().insert(captured, refund)), "refund_positive");
}

TEST_P(Writes, unique_keys_conflict) {
  const auto conflicts = [&](ports::Changes changes) {
    return failure_of(write(std::move(changes))) == WriteFailure::conflict;
  };
  auto payment = make.captured(100);
  payment.gateway_payment_id = "pi_1";
  auto refund = make.refund(payment, 10);
  refund.gateway_refund_id = "re_1";
  const auto charge = make.charge(payment);
  const auto entry = make.entry(charge, domain::Side::debit);
  const auto confirm = make.attempt(payment, domain::Operation::confirm);
  auto refunding = make.attempt(payment, domain::Operation::refund);
  refunding.refund_id = refund.id;
  const auto event = make.event(payment, 1);
  must_write(ports::Changes().insert(payment, refund, charge, entry, confirm, refunding, event,
                                     make.record("k"), make.webhook("evt_1")));

  auto same_remote = make.payment(5);
  same_remote.gateway_payment_id = "pi_1";
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_remote)));
  auto same_number = make.payment(5);
  same_number.number = payment.number;
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_number)));
  EXPECT_TRUE(conflicts(ports::Changes().insert(payment)));
  auto same_refund = make.refund(payment, 10);
  same_refund.gateway_refund_id = "re_1";
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_refund)));
  auto same_entry = make.entry(charge, domain::Side::debit);
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_entry)));
  EXPECT_TRUE(
      conflicts(ports::Changes().insert(make.attempt(payment, domain::Operation::capture))));
  auto second = make.attempt(payment, domain::Operation::refund);
  second.refund_id = refund.id;
  EXPECT_TRUE(conflicts(ports::Changes().insert(second)));
  auto same_key = make.attempt(payment, domain::Operation::refund);
  same_key.gateway_key = confirm.gateway_key;
  EXPECT_TRUE(conflicts(ports::Changes().insert(same_key)));
  EXPECT_TRUE(conflicts(ports::Changes().insert(make.event(payment, 1))));
  EXPECT_TRUE(conflicts(ports::Changes().insert(make.record("k"))));
  EXPECT_TRUE(conflicts(ports::Changes().insert(make.webhook("evt_1"))));
}

TEST_P(Writes, an_attempt_that_ends_makes_room_for_the_next_in_the_same_write) {
  const auto payment = make.payment(100);
  auto first = make.attempt(payment, domain::Operation::confirm);
  must_write(ports::Changes().insert(payment, first));
  first.status = domain::CallStatus::declined;
  must_write(
      ports::Changes().insert(make.attempt(payment, domain::Operation::confirm)).update(first));
}

// As a refund does: holds 60 of the 100 that were captured, when they are there.
ports::Decide hold_60() {
  return [](const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
    auto payment = loaded.payment.value();
    if (domain::refundable(payment) < pen(60))
      return std::unexpected(
          domain::Refusal{.code = domain::RefusalCode::refund_exceeds_remaining, .message = ""});
    payment.refunding += pen(60);
    ports::Changes changes;
    changes.update(payment);
    return changes;
  };
}

TEST_P(Writes, of_64_refunds_of_60_on_100_at_once_exactly_one_is_committed) {
  const auto payment = make.captured(100);
  must_write(ports::Changes().insert(payment));
  const std::vector<ports::Reads> reads(64, reads_of(ports::PaymentRef{payment.id}));
  const std::vector<ports::Decide> decisions(64, hold_60());
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(committed(results), 1U);
  for (const auto& result : results)
    if (std::holds_alternative<ports::WriteError>(result.outcome))
      EXPECT_EQ(failure_of(result), WriteFailure::conflict);
  EXPECT_EQ(load(ports::PaymentRef{payment.id}).payment->refunding, pen(60));
}

// The code's check forgotten: adds 60 whatever is left.
TEST_P(Writes, of_64_refunds_that_check_nothing_the_ceiling_leaves_one) {
  const auto payment = make.captured(100);
  must_write(ports::Changes().insert(payment));
  const std::vector<ports::Reads> reads(64, reads_of(ports::PaymentRef{payment.id}));
  const std::vector<ports::Decide> decisions(64, [](const ports::Loaded& loaded) {
    ports::Changes changes;
    changes.update(loaded.payment.value());
    changes.updated<domain::Payment>()[0].refunding += pen(60);
    return changes;
  });
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(committed(results), 1U);
  EXPECT_EQ(load(ports::PaymentRef{payment.id}).payment->refunding, pen(60));
}

TEST_P(Writes, of_64_inserts_of_one_key_at_once_exactly_one_is_committed) {
  std::vector<ports::Reads> reads(64);
  std::vector<ports::Decide> decisions;
  for (int i = 0; i < 64; ++i) {
    reads[static_cast<std::size_t>(i)].record_key = "k";
    decisions.emplace_back(
        [record = make.record("k"), event = make.event(make.payment(1), 1)](
            const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
          if (loaded.record)
            return std::unexpected(domain::Refusal{
                .code = domain::RefusalCode::idempotency_in_progress, .message = ""});
          ports::Changes changes;
          changes.insert(record);
          changes.insert(event);
          return changes;
        });
  }
  EXPECT_EQ(committed(write_all(reads, decisions)), 1U);
}

TEST_P(Writes, one_failing_write_leaves_those_beside_it_committed) {
  const auto taken = make.payment(5);
  must_write(ports::Changes().insert(taken));
  const std::vector<ports::Reads> reads(30);
  std::vector<ports::Decide> decisions;
  std::vector<domain::PaymentId> ids;
  for (std::size_t i = 0; i < 30; ++i) {
    auto payment = make.payment(10);
    if (i % 3 == 1) payment.number = taken.number;  // refused by the unique key, after an insert
    ids.push_back(payment.id);
    decisions.emplace_back(
        [payment, event = make.event(payment, 1), order = make.order(5),
         i](const ports::Loaded&) -> base::Result<ports::Changes, domain::Refusal> {
          if (i % 3 == 2) throw std::logic_error("a bug");
          ports::Changes changes;
          changes.insert(order);
          changes.insert(payment);
          changes.insert(event);
          return changes;
        });
  }
  std::vector<base::Task<std::string>> tasks;
  for (std::size_t i = 0; i < 30; ++i)
    tasks.push_back([](ports::Store& s, const ports::Reads& r,
                       const ports::Decide& d) -> base::Task<std::string> {
      try {
        const auto result = co_await s.write(r, d);
        co_return result.committed() ? "committed" : "failed";
      } catch (const std::logic_error& bug) {
        co_return bug.what();
      }
    }(*store, reads[i], decisions[i]));
  const auto outcomes = run_all(std::move(tasks));
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(outcomes[i], i % 3 == 0 ? "committed" : i % 3 == 1 ? "failed" : "a bug");
    EXPECT_EQ(load(ports::PaymentRef{ids[i]}).payment.has_value(), i % 3 == 0);
  }
  EXPECT_EQ(run(store->list_orders({}, {})).total, 10);
}

TEST_P(Writes, was_committed_finds_what_only_that_write_inserts) {
  const ports::Changes changes = ports::Changes().insert(make.event(make.payment(1), 1));
  EXPECT_FALSE(run(store->was_committed(changes)));
  must_write(changes);
  EXPECT_TRUE(run(store->was_committed(changes)));
  const ports::Changes other = ports::Changes().insert(make.record("k"));
  EXPECT_FALSE(run(store->was_committed(other)));
  must_write(other);
  EXPECT_TRUE(run(store->was_committed(other)));
  EXPECT_FALSE(run(store->was_committed({})));
}

TEST_P(Writes, an_expired_record_gives_way_to_a_new_one) {
  must_write(ports::Changes().insert(make.record("k")));
  backend->clock.advance(std::chrono::hours(23));
  EXPECT_EQ(failure_of(write(ports::Changes().insert(make.record("k")))), WriteFailure::conflict);
  backend->clock.advance(std::chrono::hours(1));
  const auto fresh = make.record("k");
  must_write(ports::Changes().insert(fresh));
  ports::Reads reads;
  reads.record_key = "k";
  EXPECT_EQ(run(store->load(reads)).record->id, fresh.id);
}

TEST_P(Writes, an_open_record_never_gives_way_and_is_never_purged) {
  auto open = make.record("open");
  open.state = ports::RecordState::open;
  open.reply.reset();
  open.expires_at.reset();
  must_write(ports::Changes().insert(open));
  must_write(ports::Changes().insert(make.record("a")));
  must_write(ports::Changes().insert(make.record("b")));
  backend->clock.advance(std::chrono::hours(1000));
  EXPECT_EQ(failure_of(write(ports::Changes().insert(make.record("open")))),
            WriteFailure::conflict);
  EXPECT_EQ(run(store->purge_records(backend->clock.now(), 1)), 1);
  EXPECT_EQ(run(store->purge_records(backend->clock.now(), 10)), 1);
  EXPECT_EQ(run(store->purge_records(backend->clock.now(), 10)), 0);
}

TEST_P(Writes, records_are_closed_deleted_settled_and_released) {
  const auto state_of = [&](const std::string& key) -> std::string {
    ports::Reads reads;
    reads.record_key = key;
    const auto record = run(store->load(reads)).record;
    if (!record) return "none";
    return record->state == ports::RecordState::open        ? "open"
           : record->state == ports::RecordState::completed ? "settled"
                                                            : "closed";
  };
  auto record = make.record("k");
  record.state = ports::RecordState::open;
  record.expires_at.reset();
  must_write(ports::Changes().insert(record));
  auto stale = record;
  stale.version = 3;
  EXPECT_EQ(failure_of(write(ports::Changes().remove(stale))), WriteFailure::conflict);
  EXPECT_EQ(failure_of(write(ports::Changes().update(stale))), WriteFailure::conflict);
  const auto until = backend->clock.now() + std::chrono::hours(24);
  must_write({.complete_records = {{"k", until}, {"absent", until}}});
  EXPECT_EQ(state_of("k"), "settled");
  must_write({.release_records = {"k"}});
  EXPECT_EQ(state_of("k"), "settled") << "only open ones are released";
  record.version = 2;
  record.state = ports::RecordState::closed;
  must_write(ports::Changes().update(record));
  EXPECT_EQ(state_of("k"), "closed");
  record.version = 3;
  must_write(ports::Changes().remove(record));
  EXPECT_EQ(state_of("k"), "none");
  record.version = 1;
  record.state = ports::RecordState::open;
  must_write(ports::Changes().insert(record));
  must_write({.release_records = {"k"}});
  EXPECT_EQ(state_of("k"), "none");
}

// A row that another write deleted after it was read is not updated in silence.
TEST_P(Writes, of_a_deletion_and_an_update_of_one_record_at_once_one_is_committed) {
  must_write(ports::Changes().insert(make.record("k")));
  ports::Reads read;
  read.record_key = "k";
  const auto with = [](bool deletes) -> ports::Decide {
    return [deletes](const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
      if (!loaded.record || loaded.record->version > 1)
        return std::unexpected(
            domain::Refusal{.code = domain::RefusalCode::not_found, .message = ""});
      ports::Changes changes;
      return deletes ? changes.remove(*loaded.record) : changes.update(*loaded.record);
    };
  };
  EXPECT_EQ(committed(write_all({read, read}, {with(true), with(false)})), 1U);
}

TEST_P(Writes, evidence_settles_only_what_is_still_before_a_person) {
  const auto payment = make.payment(100);
  const auto attempt = make.attempt(payment, domain::Operation::capture);
  auto row = make.review(payment, attempt.id);
  must_write(ports::Changes().insert(payment, attempt, row));
  const auto at = backend->clock.now() + std::chrono::seconds(1);
  const ports::Changes told{
      .resolve_reviews = {{attempt.id, domain::ReviewOutcome::succeeded, at}}};
  must_write(told);
  auto now = *load(row.id).review;
  EXPECT_EQ(now.status, domain::ReviewStatus::resolved);
  EXPECT_EQ(now.outcome, domain::ReviewOutcome::succeeded);
  EXPECT_EQ(now.resolved_by, "gateway");
  EXPECT_EQ(now.resolved_at, at);
  EXPECT_EQ(now.version, 2);
  must_write({.resolve_reviews = {{attempt.id, domain::ReviewOutcome::failed, at}}});
  EXPECT_EQ(load(row.id).review->outcome, domain::ReviewOutcome::succeeded);
  // A person who saw the row open comes too late.
  EXPECT_EQ(failure_of(write(ports::Changes().update(row))), WriteFailure::conflict);
}

TEST_P(Writes, numbers_are_unique_and_grow) {
  std::vector<std::int64_t> drawn;
  ports::Reads reads;
  reads.order_numbers = 3;
  reads.payment_numbers = 1;
  reads.transaction_numbers = 2;
  for (int i = 0; i < 5; ++i) {
    const ports::Decide decide = [&](const ports::Loaded& loaded) {
      EXPECT_EQ(loaded.order_numbers.size(), 3U);
      EXPECT_EQ(loaded.payment_numbers.size(), 1U);
      EXPECT_EQ(loaded.transaction_numbers.size(), 2U);
      ports::Changes changes;
      for (const auto number : loaded.order_numbers) {
        drawn.push_back(number);
        changes.insert(make.order(1000));
        changes.inserted<domain::Order>().back().number = number;
      }
      return changes;
    };
    EXPECT_TRUE(run(store->write(reads, decide)).committed());
  }
  EXPECT_EQ(drawn.size(), 15U);
  EXPECT_EQ(drawn.front(), 1);
  for (std::size_t i = 1; i < drawn.size(); ++i) EXPECT_GT(drawn[i], drawn[i - 1]);
}

// Two that go over the same two payments in opposite order, many times: neither waits for
// the other in a circle, and no change is lost.
TEST_P(Writes, opposite_orders_of_change_never_deadlock) {
  const auto a = make.payment(100);
  const auto b = make.payment(100);
  must_write(ports::Changes().insert(a, b));
  int committed_count = 0;
  for (int round = 0; round < 10; ++round) {
    const auto now_a = load(ports::PaymentRef{a.id}).payment.value();
    const auto now_b = load(ports::PaymentRef{b.id}).payment.value();
    std::vector<ports::Reads> reads(8);
    std::vector<ports::Decide> decisions;
    for (int i = 0; i < 8; ++i)
      decisions.emplace_back([=](const ports::Loaded&) {
        return ports::Changes().update(i % 2 == 0 ? now_a : now_b, i % 2 == 0 ? now_b : now_a);
      });
    committed_count += static_cast<int>(committed(write_all(reads, decisions)));
  }
  EXPECT_EQ(committed_count, 10);
  EXPECT_EQ(load(ports::PaymentRef{a.id}).payment->version, 11);
}

TEST_P(Writes, a_task_destroyed_under_way_leaves_the_store_working) {
  const auto payment = make.captured(100);
  must_write(ports::Changes().insert(payment));
  const auto reads = reads_of(ports::PaymentRef{payment.id});
  const auto decide = std::make_unique<ports::Decide>(hold_60());
  for (int i = 0; i < 20; ++i) {
    base::TaskGroup group([](std::string_view, const std::exception_ptr&) {});
    group.spawn(
        "abandoned",
        [](ports::Store& s, const ports::Reads& r, const ports::Decide& d) -> base::Task<void> {
          (void)co_await s.write(r, d);
        }(*store, reads, *decide));
  }
  must_write(ports::Changes().insert(make.payment(5)));
  EXPECT_LE(load(ports::PaymentRef{payment.id}).payment->refunding, pen(60));
}

TEST_P(Writes, ping_writes_and_the_deployment_stays) {
  EXPECT_TRUE(run(store->ping()));
  EXPECT_EQ(store->deployment().size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Writes, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
