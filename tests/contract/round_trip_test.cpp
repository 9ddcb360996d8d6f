// Every field of every row comes back as it went in, set and unset, on every database.
#include "contract/world.h"

namespace cobro::testing {
namespace {

constexpr const char* kStrange = "O'Brien \"é\" 日本 🎉 \\ % _ $1 ; --\n\ttab";

void expect_equal(const domain::Refund& a, const domain::Refund& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.payment_id, b.payment_id);
  EXPECT_EQ(a.transaction_id, b.transaction_id);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.of_overpayment, b.of_overpayment);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.gateway_refund_id, b.gateway_refund_id);
  EXPECT_EQ(a.failure_reason, b.failure_reason);
  EXPECT_EQ(a.created_by, b.created_by);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_equal(const domain::Transaction& a, const domain::Transaction& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.refund_id, b.refund_id);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.gateway_transaction_id, b.gateway_transaction_id);
  EXPECT_EQ(a.gateway_response, b.gateway_response);
  EXPECT_EQ(a.failure_reason, b.failure_reason);
  EXPECT_EQ(a.processed_at, b.processed_at);
  EXPECT_EQ(a.created_at, b.created_at);
}

void expect_equal(const domain::Order& a, const domain::Order& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.status_before_refund, b.status_before_refund);
  EXPECT_EQ(a.expiry_check_at, b.expiry_check_at);
  EXPECT_EQ(a.closing, b.closing);
  EXPECT_EQ(a.total, b.total);
  EXPECT_EQ(a.allocated, b.allocated);
  EXPECT_EQ(a.captured, b.captured);
  EXPECT_EQ(a.refunded, b.refunded);
  EXPECT_EQ(a.shipping_address, b.shipping_address);
  EXPECT_EQ(a.billing_address, b.billing_address);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.event_sequence, b.event_sequence);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
  ASSERT_EQ(a.items.size(), b.items.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    EXPECT_EQ(a.items[i].id, b.items[i].id);
    EXPECT_EQ(a.items[i].product_id, b.items[i].product_id);
    EXPECT_EQ(a.items[i].product_id_is_number, b.items[i].product_id_is_number);
    EXPECT_EQ(a.items[i].quantity, b.items[i].quantity);
    EXPECT_EQ(a.items[i].unit_price, b.items[i].unit_price);
    EXPECT_EQ(a.items[i].total, b.items[i].total);
  }
}

void expect_equal(const std::optional<domain::Decline>& a,
                  const std::optional<domain::Decline>& b) {
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  EXPECT_EQ(a->code, b->code);
  EXPECT_EQ(a->decline_code, b->decline_code);
  EXPECT_EQ(a->message, b->message);
}

void expect_equal(const domain::Payment& a, const domain::Payment& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.order_id, b.order_id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.tenant_id, b.tenant_id);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.capture_method, b.capture_method);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.captured, b.captured);
  EXPECT_EQ(a.refunded, b.refunded);
  EXPECT_EQ(a.refunding, b.refunding);
  EXPECT_EQ(a.disputed, b.disputed);
  EXPECT_EQ(a.dispute_status, b.dispute_status);
  EXPECT_EQ(a.subscription_id, b.subscription_id);
  EXPECT_EQ(a.course_id, b.course_id);
  EXPECT_EQ(a.gateway_customer_id, b.gateway_customer_id);
  EXPECT_EQ(a.gateway_payment_method_id, b.gateway_payment_method_id);
  EXPECT_EQ(a.gateway_invoice_id, b.gateway_invoice_id);
  EXPECT_EQ(a.client_secret, b.client_secret);
  ASSERT_EQ(a.overpayment.has_value(), b.overpayment.has_value());
  if (a.overpayment) {
    EXPECT_EQ(a.overpayment->id, b.overpayment->id);
    EXPECT_EQ(a.overpayment->reason, b.overpayment->reason);
    EXPECT_EQ(a.overpayment->amount, b.overpayment->amount);
    EXPECT_EQ(a.overpayment->refunded, b.overpayment->refunded);
    EXPECT_EQ(a.overpayment->refunding, b.overpayment->refunding);
    EXPECT_EQ(a.overpayment->created_at, b.overpayment->created_at);
  }
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.gateway_payment_id, b.gateway_payment_id);
  EXPECT_EQ(a.gateway_checkout_id, b.gateway_checkout_id);
  EXPECT_EQ(a.gateway_charge_id, b.gateway_charge_id);
  EXPECT_EQ(a.gateway_response, b.gateway_response);
  expect_equal(a.decline, b.decline);
  ASSERT_EQ(a.next_action.has_value(), b.next_action.has_value());
  if (a.next_action) {
    EXPECT_EQ(a.next_action->type, b.next_action->type);
    EXPECT_EQ(a.next_action->url, b.next_action->url);
    EXPECT_EQ(a.next_action->client_secret, b.next_action->client_secret);
  }
  EXPECT_EQ(a.pending_operation, b.pending_operation);
  EXPECT_EQ(a.conflicted, b.conflicted);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.event_sequence, b.event_sequence);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
  EXPECT_EQ(a.processed_at, b.processed_at);
}

void expect_equal(const domain::GatewayCall& a, const domain::GatewayCall& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.subject_id, b.subject_id);
  EXPECT_EQ(a.refund_id, b.refund_id);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.on_page, b.on_page);
  EXPECT_EQ(a.requested_by, b.requested_by);
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.gateway_key, b.gateway_key);
  EXPECT_EQ(a.request.method, b.request.method);
  EXPECT_EQ(a.request.path, b.request.path);
  EXPECT_EQ(a.request.version, b.request.version);
  EXPECT_EQ(a.request.body, b.request.body);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.in_review, b.in_review);
  EXPECT_EQ(a.state_before, b.state_before);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.unknown, b.unknown);
  EXPECT_EQ(a.every_send_not_executed, b.every_send_not_executed);
  EXPECT_EQ(a.sends, b.sends);
  EXPECT_EQ(a.first_sent_at, b.first_sent_at);
  EXPECT_EQ(a.deadline, b.deadline);
  EXPECT_EQ(a.next_check_at, b.next_check_at);
  EXPECT_EQ(a.checks, b.checks);
  expect_equal(a.decline, b.decline);
  EXPECT_EQ(a.record_key, b.record_key);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.closed_at, b.closed_at);
}

void expect_equal(const domain::Review& a, const domain::Review& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.payment_id, b.payment_id);
  EXPECT_EQ(a.call_id, b.call_id);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.detail, b.detail);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.gateway_transaction_id, b.gateway_transaction_id);
  EXPECT_EQ(a.note, b.note);
  EXPECT_EQ(a.resolved_by, b.resolved_by);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.resolved_at, b.resolved_at);
}

class RoundTrip : public StoreContract {
 protected:
  ports::Loaded load_call(const domain::GatewayCall& call) {
    return run(store->load({.call = ports::ref_of(call)}));
  }
};

TEST_P(RoundTrip, an_order_with_nothing_optional) {
  const auto order = make.order(2000);
  must_write(ports::Changes().insert(order));
  const auto loaded = load(ports::OrderRef{order.id});
  ASSERT_TRUE(loaded.order);
  expect_equal(*loaded.order, order);
}

TEST_P(RoundTrip, an_order_with_everything) {
  auto order = make.order(2000);
  order.tenant_id = "t-1";
  order.user_id = kStrange;
  order.status = domain::OrderStatus::refunded;
  order.status_before_refund = domain::OrderStatus::shipped;
  order.closing = domain::Closing::expire;
  order.expiry_check_at = backend->clock.now() + std::chrono::hours(72);
  order.allocated = pen(2000);
  order.captured = pen(1500);
  order.refunded = pen(1500);
  order.shipping_address = R"({"b": 1.10, "a":"é\u0000", "big":1e999999})";
  order.billing_address = R"({ "calle" : "Jirón" })";
  order.notes = kStrange;
  order.items.push_back({make.id<domain::OrderItemId>(), kStrange, false, 9999, pen(0), pen(0)});
  order.event_sequence = 3;
  must_write(ports::Changes().insert(order));
  const auto loaded = load(ports::OrderRef{order.number});
  ASSERT_TRUE(loaded.order);
  expect_equal(*loaded.order, order);
}

TEST_P(RoundTrip, an_order_updated_with_its_items_replaced) {
  auto order = make.order(2000);
  must_write(ports::Changes().insert(order));
  order.items = {{make.id<domain::OrderItemId>(), "sku-9", false, 3, pen(100), pen(300)}};
  order.total = Money(300, *Currency::parse("JPY"));
  order.allocated = order.captured = order.refunded = Money::zero(order.total.currency());
  order.items[0].unit_price = Money(100, order.total.currency());
  order.items[0].total = order.total;
  order.status = domain::OrderStatus::cancelled;
  order.updated_at = order.updated_at + std::chrono::seconds(5);
  must_write(ports::Changes{.replaced_items = {order.id}}.update(order));
  order.version = 2;
  expect_equal(*load(ports::OrderRef{order.id}).order, order);
}

TEST_P(RoundTrip, a_payment_with_nothing_optional) {
  const auto payment = make.payment(1000);
  must_write(ports::Changes().insert(payment));
  const auto loaded = load(ports::PaymentRef{payment.id});
  ASSERT_TRUE(loaded.payment);
  EXPECT_FALSE(loaded.order);
  EXPECT_TRUE(loaded.order_payments.empty());
  expect_equal(*loaded.payment, payment);
}

domain::Payment fill(domain::Payment payment) {
  payment.user_id = kStrange;
  payment.tenant_id = "t-1";
  payment.gateway = domain::GatewayName::mercadopago;
  payment.capture_method = domain::CaptureMethod::manual;
  payment.state = domain::PaymentState::succeeded;
  payment.captured = pen(900);
  payment.refunded = pen(300);
  payment.refunding = pen(600);
  payment.disputed = pen(250);
  payment.dispute_status = domain::DisputeStatus::under_review;
  payment.course_id = kStrange;
  payment.gateway_customer_id = "cus_1";
  payment.gateway_payment_method_id = "pm_1";
  payment.gateway_invoice_id = "in_1";
  payment.client_secret = "pi_1_secret_1";
  payment.description = kStrange;
  payment.metadata = R"({"k":"v", "a":"🎉"})";
  payment.gateway_payment_id = "pi_1";
  payment.gateway_checkout_id = "cs_1";
  payment.gateway_charge_id = "ch_1";
  payment.gateway_response = R"({"z":1,"a":[1.00]})";
  payment.decline = domain::Decline{"card_declined", "insufficient_funds", kStrange};
  payment.next_action = domain::NextAction{"redirect_to_url", "https://x.test/é", "sec"};
  payment.pending_operation = domain::Operation::capture;
  payment.conflicted = true;
  payment.calls = 4;
  payment.event_sequence = 9;
  payment.processed_at = payment.created_at + std::chrono::microseconds(1);
  payment.overpayment = domain::Overpayment{domain::OverpaymentId{payment.id.uuid},
                                            domain::OverpaymentReason::order_full,
                                            pen(1000),
                                            pen(200),
                                            pen(800),
                                            payment.created_at};
  return payment;
}

TEST_P(RoundTrip, a_payment_with_everything_by_each_of_its_names) {
  const auto order = make.order(2000);
  const auto customer = make.customer();
  const auto subscription = make.subscription(customer);
  auto payment = fill(make.payment_of(order, 1000));
  payment.subscription_id = subscription.id;
  must_write(ports::Changes().insert(order, payment, customer, subscription));
  for (const ports::Reads::Root& root :
       {ports::Reads::Root(ports::PaymentRef{payment.id}),
        ports::Reads::Root(ports::PaymentRef{payment.number}),
        ports::Reads::Root(payment.overpayment->id),
        ports::Reads::Root(ports::InvoiceRef{payment.gateway, "in_1"}),
        ports::Reads::Root(ports::RemoteRef{payment.gateway, "pi_1"})}) {
    const auto loaded = load(root);
    ASSERT_TRUE(loaded.payment);
    expect_equal(*loaded.payment, payment);
    expect_equal(loaded.order.value(), order);
    ASSERT_EQ(loaded.order_payments.size(), 1U);
    expect_equal(loaded.order_payments[0], payment);
  }
}

TEST_P(RoundTrip, a_payment_updated_to_everything_and_back_to_nothing) {
  const auto order = make.order(2000);
  const auto bare = make.payment_of(order, 1000);
  must_write(ports::Changes().insert(order, bare));
  auto full = fill(bare);
  full.user_id = bare.user_id;  // written once
  full.tenant_id = bare.tenant_id;
  full.course_id = bare.course_id;
  must_write(ports::Changes().update(full));
  full.version = 2;
  expect_equal(*load(ports::PaymentRef{bare.id}).payment, full);
  auto again = bare;
  again.version = 2;
  must_write(ports::Changes().update(again));
  again.version = 3;
  expect_equal(*load(ports::PaymentRef{bare.id}).payment, again);
}

TEST_P(RoundTrip, refunds_transactions_and_attempts_of_a_payment) {
  const auto payment = make.captured(1000);
  auto refund = make.refund(payment, 100);
  refund.reason = kStrange;
  refund.status = domain::RefundStatus::failed;
  refund.gateway_refund_id = "re_1";
  refund.failure_reason = kStrange;
  auto row = make.refund_row(refund);
  row.gateway_transaction_id = "ch_1";
  row.gateway_response = R"({"b":1, "a":2})";
  row.failure_reason = "expired";
  row.processed_at = backend->clock.now();
  auto attempt = make.attempt(payment, domain::Operation::refund);
  attempt.refund_id = refund.id;
  attempt.request.body = kStrange;
  attempt.state_before = domain::PaymentState::succeeded;
  attempt.unknown = true;
  attempt.every_send_not_executed = false;
  attempt.sends = 3;
  attempt.checks = 2;
  attempt.decline = domain::Decline{"x", std::nullopt, "é"};
  attempt.record_key = "key";
  must_write(ports::Changes().insert(payment, refund, row, make.entry(row, domain::Side::debit),
                                     make.entry(row, domain::Side::credit), attempt,
                                     make.event(payment, 1)));
  for (const ports::Reads::Root& root :
       {ports::Reads::Root(refund.id), ports::Reads::Root(ports::TransactionRef{row.id}),
        ports::Reads::Root(ports::TransactionRef{row.number})}) {
    const auto loaded = load(root);
    ASSERT_TRUE(loaded.payment);
    expect_equal(*loaded.payment, payment);
    ASSERT_EQ(loaded.refunds.size(), 1U);
    expect_equal(loaded.refunds[0], refund);
    ASSERT_EQ(loaded.transactions.size(), 1U);
    expect_equal(loaded.transactions[0], row);
    ASSERT_EQ(loaded.open_calls.size(), 1U);
    expect_equal(loaded.open_calls[0], attempt);
  }
  expect_equal(load_call(attempt).call.value(), attempt);
  attempt.status = domain::CallStatus::declined;
  attempt.closed_at = backend->clock.now();
  must_write(ports::Changes().update(attempt));
  attempt.version = 2;
  const auto loaded = load_call(attempt);
  EXPECT_TRUE(loaded.open_calls.empty());
  expect_equal(loaded.call.value(), attempt);
}

TEST_P(RoundTrip, a_reconciliation_brings_its_payment_and_its_call) {
  const auto order = make.order(2000);
  const auto payment = make.payment_of(order, 1000);
  auto attempt = make.attempt(payment, domain::Operation::capture);
  attempt.amount = pen(700);
  attempt.in_review = true;
  auto row = make.review(payment, attempt.id);
  row.detail = kStrange;
  must_write(ports::Changes().insert(order, payment, attempt, row));
  auto loaded = load(row.id);
  expect_equal(loaded.review.value(), row);
  expect_equal(loaded.call.value(), attempt);
  expect_equal(loaded.payment.value(), payment);
  expect_equal(loaded.order.value(), order);

  row.status = domain::ReviewStatus::resolved;
  row.outcome = domain::ReviewOutcome::failed;
  row.gateway_transaction_id = "ch_1";
  row.note = kStrange;
  row.resolved_by = "root";
  row.resolved_at = row.created_at + std::chrono::microseconds(7);
  must_write(ports::Changes().update(row));
  row.version = 2;
  expect_equal(load(row.id).review.value(), row);

  const auto conflict = make.review(payment, std::nullopt);
  must_write(ports::Changes().insert(conflict));
  loaded = load(conflict.id);
  expect_equal(loaded.review.value(), conflict);
  EXPECT_FALSE(loaded.call);
  EXPECT_TRUE(loaded.payment);
}

TEST_P(RoundTrip, a_record_with_its_reply_byte_for_byte) {
  auto record = make.record("k");
  record.reply->headers.add("X-Request-Id", " spaced: value ");
  record.reply->body = kStrange;
  must_write(ports::Changes().insert(record));
  ports::Reads reads;
  reads.record_key = "k";
  const auto loaded = run(store->load(reads));
  ASSERT_TRUE(loaded.record);
  EXPECT_EQ(loaded.record->id, record.id);
  EXPECT_EQ(loaded.record->request_hash, record.request_hash);
  EXPECT_EQ(loaded.record->state, record.state);
  EXPECT_EQ(loaded.record->call_id, record.call_id);
  EXPECT_EQ(loaded.record->created_at, record.created_at);
  EXPECT_EQ(loaded.record->expires_at, record.expires_at);
  ASSERT_TRUE(loaded.record->reply);
  EXPECT_EQ(loaded.record->reply->status, 201);
  EXPECT_EQ(loaded.record->reply->headers, record.reply->headers);
  EXPECT_EQ(loaded.record->reply->body, record.reply->body);
}

TEST_P(RoundTrip, an_open_record_brings_its_call) {
  const auto payment = make.payment(1000);
  const auto attempt = make.attempt(payment, domain::Operation::confirm);
  auto record = make.record("k");
  record.state = ports::RecordState::open;
  record.reply.reset();
  record.expires_at.reset();
  record.call_id = attempt.id;
  must_write(ports::Changes().insert(payment, attempt, record));
  ports::Reads reads;
  reads.record_key = "k";
  const auto loaded = run(store->load(reads));
  ASSERT_TRUE(loaded.record);
  EXPECT_FALSE(loaded.record->reply);
  EXPECT_FALSE(loaded.record->expires_at);
  expect_equal(loaded.record_call.value(), attempt);
}

TEST_P(RoundTrip, a_webhook) {
  auto webhook = make.webhook("evt_1");
  webhook.body = kStrange;
  must_write(ports::Changes().insert(webhook));
  webhook.status = ports::WebhookStatus::waiting;
  webhook.note = kStrange;
  webhook.tries = 2;
  webhook.applied_at = backend->clock.now();
  must_write(ports::Changes().update(webhook));
  ports::Reads reads;
  reads.webhook = ports::WebhookRef{webhook.gateway, "evt_1"};
  const auto loaded = run(store->load(reads)).webhook.value();
  EXPECT_EQ(loaded.gateway, webhook.gateway);
  EXPECT_EQ(loaded.event_id, webhook.event_id);
  EXPECT_EQ(loaded.type, webhook.type);
  EXPECT_EQ(loaded.body, webhook.body);
  EXPECT_EQ(loaded.status, webhook.status);
  EXPECT_EQ(loaded.note, webhook.note);
  EXPECT_EQ(loaded.tries, webhook.tries);
  EXPECT_EQ(loaded.next_try_at, webhook.next_try_at);
  EXPECT_EQ(loaded.received_at, webhook.received_at);
  EXPECT_EQ(loaded.applied_at, webhook.applied_at);
  EXPECT_EQ(loaded.version, 2);
}

TEST_P(RoundTrip, a_nul_character_becomes_the_replacement_character) {
  auto order = make.order(2000);
  order.notes = std::string("a\0b", 3);
  must_write(ports::Changes().insert(order));
  EXPECT_EQ(load(ports::OrderRef{order.id}).order->notes, "a\uFFFDb");
}

TEST_P(RoundTrip, what_is_not_there_is_not_loaded) {
  EXPECT_FALSE(load(ports::OrderRef{make.id<domain::OrderId>()}).order);
  EXPECT_FALSE(load(ports::PaymentRef{std::int64_t{77}}).payment);
  EXPECT_FALSE(load(ports::RemoteRef{domain::GatewayName::stripe, "pi_9"}).payment);
  EXPECT_FALSE(load_call(make.attempt(make.payment(100), domain::Operation::cancel)).call);
}

INSTANTIATE_TEST_SUITE_P(Stores, RoundTrip, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
