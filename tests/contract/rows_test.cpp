// What each table's row keeps beside what its own test looks at, and that every row that changes
// is guarded by its version.
#include "contract/world.h"

namespace cobro::testing {
namespace {

using ports::WriteFailure;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

class EveryRow : public StoreContract {
 protected:
  // An update by an older or a younger version writes nothing, of the row or of what stands beside
  // it; by its own version it is written, once.
  template <class Row>
  void expect_guarded(const std::string& what, Row row) {
    for (const std::int64_t version : {0, 2, 7}) {
      const auto beside = make.payment(5);
      auto stale = row;
      stale.version = version;
      ports::Changes changes = ports::Changes().insert(beside);
      changes.update(stale);
      const auto result = write(changes);
      EXPECT_EQ(failure_of(result), WriteFailure::conflict) << what << ' ' << version;
      EXPECT_FALSE(load(ports::PaymentRef{beside.id}).payment) << what << ' ' << version;
    }
    ports::Changes changes;
    changes.update(row);
    EXPECT_TRUE(write(changes).committed()) << what;
    EXPECT_EQ(failure_of(write(changes)), WriteFailure::conflict) << what;
  }
  ports::IdempotencyRecord record_of(const std::string& key) {
    ports::Reads reads;
    reads.record_key = key;
    return run(store->load(reads)).record.value();
  }
  ports::StoredWebhook webhook_of(const std::string& event) {
    ports::Reads reads;
    reads.webhook = ports::WebhookRef{domain::GatewayName::stripe, event};
    return run(store->load(reads)).webhook.value();
  }
};

TEST_P(EveryRow, of_orders_and_payments_is_guarded_by_its_version) {
  const auto order = make.order(1000);
  const auto payment = make.captured(1000);
  const auto refund = make.refund(payment, 10);
  const auto row = make.refund_row(refund);
  const auto attempt = make.attempt(payment, domain::Operation::confirm);
  const auto review = make.review(payment, attempt.id);
  const auto webhook = make.webhook("evt_1");
  const auto record = make.record("k");
  must_write(
      ports::Changes().insert(order, payment, refund, row, attempt, review, record, webhook));
  expect_guarded("order", order);
  expect_guarded("payment", payment);
  expect_guarded("refund", refund);
  expect_guarded("transaction", row);
  expect_guarded("call", attempt);
  expect_guarded("review", review);
  expect_guarded("webhook", webhook);
  expect_guarded("record", record);
}

TEST_P(EveryRow, that_a_write_relies_on_is_of_its_own_table_and_version) {
  const auto payment = make.payment(1000);
  const auto other = make.payment(1000);
  must_write(ports::Changes().insert(payment, other));
  must_write(ports::Changes().update(other));
  const auto relying_on = [&](domain::PaymentId id, std::int64_t version) {
    auto row = payment;
    row.id = id;
    row.version = version;
    return write(ports::Changes().insert(make.payment(5)).rely_on(row));
  };
  EXPECT_TRUE(relying_on(payment.id, 1).committed());
  EXPECT_EQ(failure_of(relying_on(payment.id, 2)), WriteFailure::conflict);
  EXPECT_EQ(failure_of(relying_on(other.id, 1)), WriteFailure::conflict);
  EXPECT_TRUE(relying_on(other.id, 2).committed());
  EXPECT_EQ(load(ports::PaymentRef{payment.id}).payment->version, 1);
  EXPECT_EQ(load(ports::PaymentRef{other.id}).payment->version, 2);
}

TEST_P(EveryRow, of_the_inbox_keeps_the_request_as_it_came) {
  auto webhook = make.webhook("evt_1");
  webhook.gateway = domain::GatewayName::stripe;
  webhook.method = "PUT";
  webhook.path = "/webhooks/stripe";
  webhook.query = "a=1&b=%20";
  webhook.headers = {{"Stripe-Signature", "t=1,v1=ab: c"}, {"X-Empty", ""}, {"X-Empty", "again"}};
  webhook.next_try_at = webhook.received_at + microseconds(3);
  must_write(ports::Changes().insert(webhook));
  auto loaded = webhook_of("evt_1");
  EXPECT_EQ(loaded.id, webhook.id);
  EXPECT_EQ(loaded.method, webhook.method);
  EXPECT_EQ(loaded.path, webhook.path);
  EXPECT_EQ(loaded.query, webhook.query);
  EXPECT_EQ(loaded.headers, webhook.headers);
  EXPECT_EQ(loaded.received_at, webhook.received_at);
  EXPECT_EQ(loaded.next_try_at, webhook.next_try_at);
  EXPECT_FALSE(loaded.applied_at);
  EXPECT_EQ(loaded.version, 1);
  const auto due = run(store->claim_webhooks(webhook.next_try_at, webhook.next_try_at, 1));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].id, webhook.id);
  EXPECT_EQ(due[0].query, webhook.query);
  EXPECT_EQ(due[0].headers, webhook.headers);
  EXPECT_EQ(due[0].version, 2);
}

TEST_P(EveryRow, of_a_record_keeps_its_names_and_its_version) {
  const auto payment = make.payment(1000);
  const auto attempt = make.attempt(payment, domain::Operation::confirm);
  auto record = make.record("k");
  record.call_id = attempt.id;
  must_write(ports::Changes().insert(payment, attempt, record));
  EXPECT_EQ(record_of("k").key, "k");
  EXPECT_EQ(record_of("k").call_id, attempt.id);
  EXPECT_EQ(record_of("k").version, 1);
  record.reply = ports::StoredReply{402, {{"A", "1"}, {"B", "2"}}, ""};
  record.expires_at = record.created_at + hours(1);
  must_write(ports::Changes().update(record));
  const auto now = record_of("k");
  EXPECT_EQ(now.version, 2);
  EXPECT_EQ(now.reply->status, 402);
  EXPECT_EQ(now.reply->headers, record.reply->headers);
  EXPECT_EQ(now.reply->body, "");
  EXPECT_EQ(now.expires_at, record.expires_at);
}

TEST_P(EveryRow, of_a_record_that_its_call_completed_is_kept_until_then) {
  auto open = make.record("k");
  open.state = ports::RecordState::open;
  open.reply.reset();
  open.expires_at.reset();
  auto other = open;
  other.id = make.id<domain::RecordId>();
  other.key = "other";
  must_write(ports::Changes().insert(open));
  must_write(ports::Changes().insert(other));
  const auto until = backend->clock.now() + hours(24) + microseconds(1);
  must_write({.complete_records = {{"k", until}}});
  EXPECT_EQ(record_of("k").state, ports::RecordState::completed);
  EXPECT_EQ(record_of("k").expires_at, until);
  EXPECT_EQ(record_of("k").version, 2);
  EXPECT_EQ(record_of("other").state, ports::RecordState::open);
  EXPECT_EQ(record_of("other").version, 1);
  must_write({.complete_records = {{"k", until + hours(1)}}});
  EXPECT_EQ(record_of("k").expires_at, until) << "once";
}

TEST_P(EveryRow, of_a_record_expires_at_its_instant_the_oldest_first) {
  for (const auto* key : {"young", "old"}) {
    auto record = make.record(key);
    record.expires_at = backend->clock.now() + seconds(key[0] == 'o' ? 5 : 10);
    must_write(ports::Changes().insert(record));
  }
  const auto now = backend->clock.now();
  const auto purged = [&](base::Duration after, std::int64_t most) {
    return run(store->purge_records(now + after, most));
  };
  EXPECT_EQ(purged(seconds(5) - microseconds(1), 10), 0);
  EXPECT_EQ(purged(seconds(10), 1), 1);
  EXPECT_EQ(record_of("young").key, "young");
  EXPECT_EQ(purged(seconds(10) - microseconds(1), 10), 0);
  EXPECT_EQ(purged(seconds(10), 10), 1);
}

TEST_P(EveryRow, of_a_record_gives_way_at_its_instant_and_only_to_its_own_key) {
  auto record = make.record("k");
  record.expires_at = record.created_at + seconds(1);
  auto other = make.record("other");
  other.expires_at = record.expires_at;
  must_write(ports::Changes().insert(record));
  must_write(ports::Changes().insert(other));
  auto next = make.record("k");
  next.created_at = *record.expires_at - microseconds(1);
  EXPECT_EQ(failure_of(write(ports::Changes().insert(next))), WriteFailure::conflict);
  next.created_at = *record.expires_at;
  must_write(ports::Changes().insert(next));
  EXPECT_EQ(record_of("k").id, next.id);
  EXPECT_EQ(record_of("other").id, other.id);
}

TEST_P(EveryRow, of_a_review_says_what_it_is_about) {
  const auto customer = make.customer();
  const auto subscription = make.subscription(customer);
  domain::Review row = make.review(make.payment(7), std::nullopt);
  row.payment_id.reset();
  row.subscription_id = subscription.id;
  row.user_id = "somebody";
  row.tenant_id = "t-1";
  row.kind = domain::ReviewKind::unknown_object;
  row.gateway = domain::GatewayName::paypal;
  row.gateway_object_id = "sub_1";
  row.amount.reset();
  row.note = "a note";
  must_write(ports::Changes().insert(row, customer, subscription));
  const auto listed = run(store->list_reviews({}, {})).items;
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].id, row.id);
  EXPECT_FALSE(listed[0].payment_id);
  EXPECT_EQ(listed[0].subscription_id, row.subscription_id);
  EXPECT_EQ(listed[0].user_id, row.user_id);
  EXPECT_EQ(listed[0].tenant_id, row.tenant_id);
  EXPECT_EQ(listed[0].kind, row.kind);
  EXPECT_EQ(listed[0].gateway, row.gateway);
  EXPECT_EQ(listed[0].gateway_object_id, row.gateway_object_id);
  EXPECT_EQ(listed[0].amount, row.amount);
  EXPECT_EQ(listed[0].note, row.note);
}

// Only what nobody here knows is put before a person once: of anything else each row counts.
TEST_P(EveryRow, of_a_review_of_one_object_conflicts_unless_it_is_unknown) {
  const auto payment = make.payment(7);
  must_write(ports::Changes().insert(payment));
  auto row = make.review(payment, std::nullopt);
  row.gateway_object_id = "pi_1";
  must_write(ports::Changes().insert(row));
  row.id = make.id<domain::ReviewId>();
  EXPECT_EQ(failure_of(write(ports::Changes().insert(row))), WriteFailure::conflict);
  auto of_another_kind = row;
  of_another_kind.kind = domain::ReviewKind::unknown_object;
  of_another_kind.payment_id.reset();
  must_write(ports::Changes().insert(of_another_kind));
  EXPECT_EQ(run(store->list_reviews({}, {})).total, 2);
}

TEST_P(EveryRow, of_refunds_and_transactions_keeps_its_payment_and_its_version) {
  const auto payment = make.captured(1000);
  auto refund = make.refund(payment, 100);
  refund.of_overpayment = true;
  auto row = make.refund_row(refund);
  must_write(ports::Changes().insert(payment, refund, row));
  auto loaded = load(refund.id);
  EXPECT_EQ(loaded.refunds.at(0).version, 1);
  EXPECT_TRUE(loaded.refunds[0].of_overpayment);
  EXPECT_EQ(loaded.transactions.at(0).version, 1);
  EXPECT_EQ(loaded.transactions[0].payment_id, payment.id);
  refund.gateway_refund_id = "re_1";
  refund.status = domain::RefundStatus::succeeded;
  refund.failure_reason = "none";
  refund.updated_at = refund.updated_at + seconds(1);
  row.status = domain::TransactionStatus::failed;
  row.gateway_transaction_id = "re_1";
  row.gateway_response = R"({"a":1})";
  row.failure_reason = "expired";
  row.processed_at = row.created_at + seconds(2);
  must_write(ports::Changes().update(refund, row));
  loaded = load(refund.id);
  EXPECT_EQ(loaded.refunds.at(0).version, 2);
  EXPECT_EQ(loaded.refunds[0].gateway_refund_id, refund.gateway_refund_id);
  EXPECT_EQ(loaded.refunds[0].status, refund.status);
  EXPECT_EQ(loaded.refunds[0].failure_reason, refund.failure_reason);
  EXPECT_EQ(loaded.refunds[0].updated_at, refund.updated_at);
  EXPECT_EQ(loaded.transactions.at(0).version, 2);
  EXPECT_EQ(loaded.transactions[0].status, row.status);
  EXPECT_EQ(loaded.transactions[0].gateway_transaction_id, row.gateway_transaction_id);
  EXPECT_EQ(loaded.transactions[0].gateway_response, row.gateway_response);
  EXPECT_EQ(loaded.transactions[0].failure_reason, row.failure_reason);
  EXPECT_EQ(loaded.transactions[0].processed_at, row.processed_at);
}

TEST_P(EveryRow, of_a_call_keeps_its_target_its_page_and_its_instance) {
  auto call = make.other_call(domain::Operation::change_plan, make.id<domain::CallId>().uuid);
  call.target = "price_2";
  call.on_page = true;
  call.instance_id = make.id<domain::InstanceId>();
  call.next_check_at = call.created_at + seconds(1);
  call.deadline = call.created_at + seconds(2);
  call.first_sent_at = call.created_at + seconds(3);
  must_write(ports::Changes().insert(call));
  auto loaded = run(store->load({.call = ports::ref_of(call)})).call.value();
  EXPECT_EQ(loaded.target, call.target);
  EXPECT_TRUE(loaded.on_page);
  EXPECT_EQ(loaded.instance_id, call.instance_id);
  call.next_check_at = call.created_at + seconds(11);
  call.deadline = call.created_at + seconds(12);
  call.sends = 3;
  call.checks = 4;
  call.in_review = true;
  call.unknown = true;
  call.every_send_not_executed = false;
  call.decline = domain::Decline{"a", "b", "c"};
  must_write(ports::Changes().update(call));
  loaded = run(store->load({.call = ports::ref_of(call)})).call.value();
  EXPECT_EQ(loaded.next_check_at, call.next_check_at);
  EXPECT_EQ(loaded.deadline, call.deadline);
  EXPECT_EQ(loaded.first_sent_at, call.first_sent_at);
  EXPECT_EQ(loaded.sends, 3);
  EXPECT_EQ(loaded.checks, 4);
  EXPECT_TRUE(loaded.in_review && loaded.unknown && !loaded.every_send_not_executed);
  ASSERT_TRUE(loaded.decline);
  EXPECT_EQ(loaded.decline->message, "c");
}

TEST_P(EveryRow, of_the_ledger_is_read_by_the_audit_as_it_was_posted) {
  const auto order = make.order(100);
  const auto payment = make.payment_of(order, 100);
  const auto charge = make.charge(payment);
  auto debit = make.entry(charge, domain::Side::debit);
  debit.movement = domain::Movement::dispute_withdrawn;
  debit.account = "disputes:stripe";
  debit.created_at = debit.created_at + seconds(1);
  auto credit = make.entry(charge, domain::Side::credit);
  credit.amount = pen(7);
  must_write(ports::Changes().insert(order, payment, charge, debit, credit));
  const auto page = run(store->audit_orders({}, 10));
  ASSERT_EQ(page.entries.size(), 2U);
  for (const auto& wanted : {debit, credit}) {
    const auto found = std::ranges::find(page.entries, wanted.id, &domain::LedgerEntry::id);
    ASSERT_NE(found, page.entries.end());
    EXPECT_EQ(found->transaction_id, wanted.transaction_id);
    EXPECT_EQ(found->movement, wanted.movement);
    EXPECT_EQ(found->side, wanted.side);
    EXPECT_EQ(found->account, wanted.account);
    EXPECT_EQ(found->amount, wanted.amount);
    EXPECT_EQ(found->created_at, wanted.created_at);
  }
}

// Each page of the audit holds what hangs on its own orders and on no other's.
TEST_P(EveryRow, of_the_audits_page_hangs_on_that_page) {
  std::vector<domain::Order> orders;
  std::vector<domain::Payment> orphans;
  for (int i = 0; i < 2; ++i) {
    backend->clock.advance(seconds(1));
    const auto order = make.order(100);
    for (auto payment : {make.payment_of(order, 60), make.payment(40)}) {
      payment.state = domain::PaymentState::succeeded;
      payment.captured = payment.amount;
      const auto refund = make.refund(payment, 10);
      const auto row = make.refund_row(refund);
      ports::Changes changes =
          ports::Changes().insert(payment, refund, row, make.entry(row, domain::Side::debit),
                                  make.attempt(payment, domain::Operation::confirm),
                                  make.dispute(payment, "dp_" + payment.id.to_string()));
      if (payment.order_id) changes.insert(order);
      must_write(changes);
      if (!payment.order_id) orphans.push_back(payment);
    }
    orders.push_back(order);
  }
  const auto expect_one = [](const ports::AuditPage& page, domain::PaymentId of) {
    ASSERT_EQ(page.payments.size(), 1U);
    ASSERT_EQ(page.refunds.size(), 1U);
    ASSERT_EQ(page.transactions.size(), 1U);
    ASSERT_EQ(page.entries.size(), 1U);
    ASSERT_EQ(page.calls.size(), 1U);
    ASSERT_EQ(page.disputes.size(), 1U);
    EXPECT_EQ(page.payments[0].id, of);
    EXPECT_EQ(page.refunds[0].payment_id, of);
    EXPECT_EQ(page.transactions[0].payment_id, of);
    EXPECT_EQ(page.entries[0].transaction_id, page.transactions[0].id);
    EXPECT_EQ(page.calls[0].payment_id(), of);
    EXPECT_EQ(page.disputes[0].payment_id, of);
  };
  std::optional<domain::OrderId> after;
  for (const auto& order : orders) {
    const auto page = run(store->audit_orders(after, 1));
    ASSERT_EQ(page.orders.size(), 1U);
    EXPECT_EQ(page.orders[0].id, order.id);
    ASSERT_EQ(page.orders[0].items.size(), 1U);
    EXPECT_EQ(page.orders[0].items[0].id, order.items[0].id);
    EXPECT_EQ(page.payments.at(0).order_id, order.id);
    expect_one(page, page.payments[0].id);
    after = order.id;
  }
  EXPECT_TRUE(run(store->audit_orders(after, 1)).orders.empty());
  std::optional<domain::PaymentId> after_payment;
  for (const auto& payment : orphans) {
    const auto page = run(store->audit_orphans(after_payment, 1));
    EXPECT_TRUE(page.orders.empty());
    expect_one(page, payment.id);
    after_payment = payment.id;
  }
  EXPECT_TRUE(run(store->audit_orphans(after_payment, 1)).payments.empty());
  const auto strays = run(store->audit_strays(10));
  EXPECT_TRUE(strays.refunds.empty() && strays.transactions.empty() && strays.entries.empty());
}

TEST_P(EveryRow, of_an_order_has_its_own_items_in_their_order) {
  auto first = make.order(100);
  auto second = make.order(100);
  for (auto* order : {&first, &second})
    order->items = {{make.id<domain::OrderItemId>(), "z", false, 1, pen(30), pen(30)},
                    {make.id<domain::OrderItemId>(), "a", true, 2, pen(35), pen(70)}};
  must_write(ports::Changes().insert(first, second));
  second.items = {{make.id<domain::OrderItemId>(), "new", false, 1, pen(100), pen(100)}};
  must_write(ports::Changes{.replaced_items = {second.id}}.update(second));
  first.items.all().pop_back();
  must_write(ports::Changes().update(first));
  const auto products = [&](const domain::Order& order) {
    std::string all;
    for (const auto& item : order.items) all += item.product_id + " ";
    return all;
  };
  const auto listed = run(store->list_orders({}, {})).items;
  ASSERT_EQ(listed.size(), 2U);
  for (const auto& order : listed)
    EXPECT_EQ(products(order), order.id == first.id ? "z a " : "new ");
  EXPECT_EQ(products(*load(ports::OrderRef{first.id}).order), "z a ");
  EXPECT_EQ(products(*load(ports::OrderRef{second.number}).order), "new ");
}

// With an order come its payments with all their open calls, and nobody else's.
TEST_P(EveryRow, that_comes_with_an_order_or_a_payment_is_of_that_order) {
  const auto order = make.order(100);
  const auto other = make.order(100);
  const auto first = make.payment_of(order, 10);
  backend->clock.advance(seconds(1));
  const auto second = make.payment_of(order, 20);
  const auto strange = make.payment_of(other, 30);
  std::vector<domain::GatewayCall> calls;
  for (const auto* payment : {&first, &second, &strange})
    calls.push_back(make.attempt(*payment, domain::Operation::confirm));
  must_write(
      ports::Changes().insert(order, other, second, first, strange, calls[2], calls[1], calls[0]));
  for (const ports::Reads::Root& root : {ports::Reads::Root(ports::OrderRef{order.id}),
                                         ports::Reads::Root(ports::PaymentRef{second.id}),
                                         ports::Reads::Root(ports::PaymentRef{first.number})}) {
    const auto loaded = load(root);
    ASSERT_EQ(loaded.order_payments.size(), 2U);
    EXPECT_EQ(loaded.order_payments[0].id, first.id);
    EXPECT_EQ(loaded.order_payments[1].id, second.id);
    std::vector<domain::CallId> found;
    for (const auto& call : loaded.open_calls) found.push_back(call.id);
    std::ranges::sort(found);
    std::vector wanted{calls[0].id, calls[1].id};
    std::ranges::sort(wanted);
    EXPECT_EQ(found, wanted);
    EXPECT_EQ(loaded.order->id, order.id);
  }
  EXPECT_FALSE(load(ports::OrderRef{order.id}).payment);
  EXPECT_EQ(load(ports::PaymentRef{second.id}).payment->id, second.id);
}

// Of what is due at one instant the id decides, and a limit cuts there.
TEST_P(EveryRow, that_is_due_at_one_instant_comes_by_its_id) {
  const auto now = backend->clock.now();
  std::vector<domain::OrderId> orders;
  std::vector<domain::CallId> calls;
  std::vector<domain::CheckoutSessionId> sessions;
  for (int i = 0; i < 3; ++i) {
    auto order = make.order(100);
    order.expiry_check_at = now;
    orders.push_back(order.id);
    const auto payment = make.payment(5);
    auto call = make.attempt(payment, domain::Operation::confirm);
    call.next_check_at = now;
    calls.push_back(call.id);
    auto session = make.checkout();
    session.payment_id = payment.id;
    session.next_check_at = now;
    sessions.push_back(session.id);
    must_write(ports::Changes().insert(order, payment, call, session));
  }
  std::ranges::sort(orders);
  std::ranges::sort(calls);
  std::ranges::sort(sessions);
  const auto before = now - microseconds(1);
  EXPECT_TRUE(run(store->due_orders(before, 10)).empty());
  EXPECT_TRUE(run(store->due_calls(before, 10)).empty());
  EXPECT_TRUE(run(store->due_checkouts(before, 10)).empty());
  orders.pop_back();
  EXPECT_EQ(run(store->due_orders(now, 2)), orders);
  const auto due_calls = run(store->due_calls(now, 2));
  ASSERT_EQ(due_calls.size(), 2U);
  EXPECT_EQ(due_calls[0].id, calls[0]);
  EXPECT_EQ(due_calls[1].id, calls[1]);
  const auto due_sessions = run(store->due_checkouts(now, 2));
  ASSERT_EQ(due_sessions.size(), 2U);
  EXPECT_EQ(due_sessions[0].id, sessions[0]);
  EXPECT_EQ(due_sessions[1].id, sessions[1]);
}

TEST_P(EveryRow, of_the_sweep_is_of_its_gateway_and_its_list) {
  using domain::GatewayName;
  const auto now = backend->clock.now();
  const auto claim = [&](GatewayName gateway, const char* list) {
    return run(store->claim_sweep({gateway, list, now, now + seconds(10), now}));
  };
  auto point = claim(GatewayName::stripe, "refunds").value();
  for (const auto& [gateway, list] :
       {std::pair{GatewayName::paypal, "refunds"}, std::pair{GatewayName::stripe, "disputes"}}) {
    const auto other = claim(gateway, list);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->gateway, gateway);
    EXPECT_EQ(other->list, list);
  }
  point.walked_to = now - seconds(1);
  EXPECT_TRUE(run(store->keep_sweep(point, now)));
  EXPECT_FALSE(run(store->keep_sweep(point, now))) << "it was given back";
  EXPECT_TRUE(claim(GatewayName::stripe, "refunds"));
  EXPECT_FALSE(claim(GatewayName::paypal, "refunds")) << "its lease is its own";
  EXPECT_FALSE(claim(GatewayName::stripe, "disputes"));
}

// A list's page and its count: the limit is exact, the cursor's own row is left out, and the total
// is of all that the filter lets through.
TEST_P(EveryRow, of_a_list_is_on_one_page) {
  std::vector<domain::PaymentId> ids;
  for (int i = 0; i < 4; ++i) {
    backend->clock.advance(seconds(1));
    auto payment = make.payment(10);
    payment.user_id = i == 0 ? "other" : "u";
    must_write(ports::Changes().insert(payment));
    ids.insert(ids.begin(), payment.id);
  }
  ports::PaymentFilter filter;
  filter.user_id = "u";
  const auto page = [&](const ports::Page& which) {
    return run(store->list_payments(filter, which));
  };
  const auto whole = page({.limit = 3});
  EXPECT_EQ(whole.items.size(), 3U);
  EXPECT_FALSE(whole.more);
  EXPECT_EQ(whole.total, 3);
  const auto two = page({.limit = 2});
  EXPECT_EQ(two.items.size(), 2U);
  EXPECT_TRUE(two.more);
  EXPECT_EQ(two.items[1].id, ids[1]);
  const auto rest = page({.limit = 2, .after = ids[1].uuid});
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].id, ids[2]);
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(rest.total, 3) << "of the filter, not of what is left";
  EXPECT_EQ(page({.limit = 1, .offset = 2}).items.at(0).id, ids[2]);
}

INSTANTIATE_TEST_SUITE_P(Stores, EveryRow, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

// What no foreign key held: an operator switched them off.
TEST(Strays, of_sqlite_are_found_by_the_audit) {
  const auto backend = sqlite_file_backend();
  backend->migrate();
  const std::string id = "0192f0c1-2345-7abc-8def-0123456789a";
  backend->execute(
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO transactions (id, number, payment_id, type, created_at, status,"
      " currency, amount, version) VALUES ('" +
      id + "1', 1, '" + id +
      "9', 'charge', 0, 'succeeded', 'PEN', 5, 1);"
      "INSERT INTO ledger_entries (id, transaction_id, movement, side, account,"
      " currency, amount, created_at) VALUES ('" +
      id + "2', '" + id + "1', 'charge', 'debit', 'a', 'PEN', 5, 0), ('" + id + "3', '" + id +
      "8', 'charge', 'debit', 'a', 'PEN', 5, 0);"
      "INSERT INTO refunds (id, payment_id, transaction_id, created_by, created_at,"
      " currency, amount, reason, status, updated_at, version) VALUES ('" +
      id + "4', '" + id + "9', '" + id + "1', 'x', 0, 'PEN', 5, '', 'pending', 0, 1)");
  const auto store = backend->open();
  std::vector<std::size_t> found;
  base::TaskGroup group([](std::string_view, std::exception_ptr f) { std::rethrow_exception(f); });
  const auto look = [](ports::Store& from, std::vector<std::size_t>& into) -> base::Task<void> {
    for (const std::int64_t limit : {10, 1}) {
      const auto page = co_await from.audit_strays(limit);
      into.insert(into.end(), {page.refunds.size(), page.transactions.size(), page.entries.size()});
    }
  };
  group.spawn("look", look(*store, found));
  backend->run_until([&] { return group.running() == 0; });
  EXPECT_EQ(found, (std::vector<std::size_t>{1, 1, 2, 1, 1, 1}));
}

}  // namespace
}  // namespace cobro::testing
