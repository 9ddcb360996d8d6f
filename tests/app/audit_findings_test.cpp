// Each thing that the audit may find, by rows that are changed so that just this is wrong, and rows
// that look odd and are right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/audit/audit.h"
#include "tests/app/world.h"
#include "tests/support/forwarding_store.h"

namespace cobro::testing {
namespace {

using domain::CallStatus;
using domain::Operation;
using domain::OrderStatus;
using domain::PaymentState;
using domain::TransactionType;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const auto kDollar = *domain::Currency::parse("USD");

domain::Money pen(std::int64_t minor) {
  return {minor, *domain::Currency::parse("PEN")};
}

// Payment n is of order n: 1 paid, with 30 sent back; 2 not tried; 3 declined; 4 held and then
// cancelled, with its order; 5 paid and all sent back; 6 held.
class Findings : public ::testing::Test {
 protected:
  World world;
  ports::AuditPage clean;
  ports::AuditPage page;

  void SetUp() override {
    using domain::CaptureMethod;
    for (const auto* amount : {"100", "50", "20", "40", "10", "60"}) world.order(amount);
    world.pay(1, "100");
    world.process(1);
    world.refund(1, "30");
    world.pay(2, "50");
    world.pay(3, "20");
    world.process(3, "pm_card_chargeDeclined");
    world.pay(4, "40", "stripe", CaptureMethod::manual);
    world.process(4);
    world.cancel_payment(4);
    world.cancel_order(4);
    world.pay(5, "10");
    world.process(5);
    world.refund(5);
    world.pay(6, "60", "stripe", CaptureMethod::manual);
    world.process(6);
    clean = page = run(world.clock, world.store->audit_orders(std::nullopt, 100));
    ASSERT_THAT(findings(), IsEmpty());
    ASSERT_EQ(p(3).state, PaymentState::failed);
    ASSERT_EQ(o(4).status, OrderStatus::cancelled);
    ASSERT_EQ(o(5).status, OrderStatus::refunded);
    ASSERT_EQ(p(6).state, PaymentState::authorized);
  }
  std::vector<std::string> findings() {
    app::AuditReport report;
    app::audit_rows(page, report);
    std::vector<std::string> all;
    for (const auto& finding : report.findings)
      all.push_back(finding.subject + ": " + finding.problem);
    return all;
  }
  // Just these are found, in this order; then the page is as it was.
  void expect(const std::vector<std::string>& parts) {
    const auto found = findings();
    std::string all;
    for (const auto& line : found) all += line + "\n";
    EXPECT_EQ(found.size(), parts.size()) << all;
    for (std::size_t i = 0; i < std::min(parts.size(), found.size()); ++i)
      EXPECT_THAT(found[i], HasSubstr(parts[i]));
    page = clean;
  }
  domain::Payment& p(std::int64_t number) {
    return *std::ranges::find(page.payments, number, &domain::Payment::number);
  }
  domain::Order& o(std::int64_t number) {
    return *std::ranges::find(page.orders, number, &domain::Order::number);
  }
  domain::Transaction& t(std::int64_t payment, TransactionType type) {
    return *std::ranges::find_if(page.transactions, [&](const auto& row) {
      return row.payment_id == p(payment).id && row.type == type;
    });
  }
  domain::Refund& r(std::int64_t payment) {
    return *std::ranges::find(page.refunds, p(payment).id, &domain::Refund::payment_id);
  }
  domain::LedgerEntry& e(std::int64_t payment, TransactionType type, domain::Side side) {
    const auto id = t(payment, type).id;
    return *std::ranges::find_if(page.entries, [&](const auto& row) {
      return row.transaction_id == id && row.side == side;
    });
  }
  void add_call(std::int64_t payment, Operation operation, CallStatus status) {
    domain::GatewayCall call{.operation = operation, .gateway = p(payment).gateway};
    call.id = world.random.make_id<domain::CallId>(world.clock.now());
    call.subject_id = p(payment).id.uuid;
    call.status = status;
    page.calls.push_back(call);
  }
};

TEST_F(Findings, of_an_orders_items) {
  o(2).items[0].quantity = 2;
  expect({"says 50.00 PEN for 2 × 50.00 PEN"});
  o(2).total += pen(1);
  expect({"its total is 50.01 PEN, its items add up to 50.00 PEN"});
  o(2).items.all().clear();
  expect({"its total is 50.00 PEN, its items add up to 0.00 PEN"});
  o(2).items[0].quantity = std::numeric_limits<std::int64_t>::max();
  expect({"item "});
}

TEST_F(Findings, of_an_orders_amounts) {
  o(2).allocated = pen(0);
  expect({"its allocated amount is 0.00 PEN, its payments make it 50.00 PEN"});
  o(1).captured = pen(0);
  expect({"its captured amount is 0.00 PEN, its payments make it 100.00 PEN"});
  o(1).refunded = pen(0);
  expect({"its refunded amount is 0.00 PEN, its payments make it 30.00 PEN"});
  auto& order = o(2);
  order.total = order.items[0].total = order.items[0].unit_price = pen(4999);
  expect({"its payments hold 50.00 PEN, more than its total 49.99 PEN"});
}

TEST_F(Findings, of_an_order_that_is_not_being_closed) {
  o(3).closing = domain::Closing::cancel;
  expect({"order ORD-00000003"});
  o(3).closing = domain::Closing::expire;
  expect({"it is marked as closing, and nothing is under way"});
  o(2).closing = domain::Closing::cancel;
  p(2).pending_operation = Operation::cancel;
  add_call(2, Operation::cancel, CallStatus::open);
  expect({});
}

TEST_F(Findings, of_an_orders_status_by_what_was_captured_and_sent_back) {
  const std::vector<std::pair<OrderStatus, std::string>> statuses = {
      // each order, 1 to 6: x where the status does not fit
      {OrderStatus::pending, "x--.x-"},    {OrderStatus::paid, "-xx.xx"},
      {OrderStatus::processing, "-xx.xx"}, {OrderStatus::shipped, "-xx.xx"},
      {OrderStatus::delivered, "-xx.xx"},  {OrderStatus::refunded, "xxx.-x"},
      {OrderStatus::cancelled, "xx-.-x"},
  };
  for (const auto& [status, fits] : statuses)
    for (std::int64_t order = 1; order <= 6; ++order) {
      const char wanted = fits[static_cast<std::size_t>(order - 1)];
      if (wanted == '.') continue;
      SCOPED_TRACE(fits + " of order " + std::to_string(order));
      o(order).status = status;
      if (wanted == 'x')
        expect({" captured and "});
      else
        expect({});
    }
}

// A refund of a cancelled order may fail later: what came back so is no capture.
TEST_F(Findings, of_money_that_came_back_to_a_cancelled_order) {
  o(5).status = OrderStatus::cancelled;
  r(5).status = domain::RefundStatus::failed;
  t(5, TransactionType::refund).status = domain::TransactionStatus::failed;
  p(5).refunded = o(5).refunded = pen(0);
  const auto id = t(5, TransactionType::refund).id;
  std::vector<domain::LedgerEntry> reversed;
  for (auto entry : page.entries)
    if (entry.transaction_id == id) {
      entry.movement = domain::Movement::refund_failed;
      const auto accounts =
          domain::posting(domain::Movement::refund_failed, p(5).gateway, p(5).kind);
      entry.account = entry.side == domain::Side::debit ? accounts.debit : accounts.credit;
      reversed.push_back(entry);
    }
  page.entries.insert(page.entries.end(), reversed.begin(), reversed.end());
  const auto with_reversal = page;
  expect({});
  page = with_reversal;
  std::erase_if(page.entries, [&](const auto& entry) { return entry.transaction_id == id; });
  expect({"it is cancelled, with 10.00 PEN of 10.00 PEN captured and 0.00 PEN refunded"});
  page = with_reversal;
  page.entries.pop_back();
  expect({"entries of its refund_failed, it must have one on"});
}

TEST_F(Findings, of_a_payments_amounts) {
  p(1).captured = pen(9999);
  expect({"its allocated amount is 100.00 PEN, its payments make it 99.99 PEN",
          "its captured amount is 100.00 PEN, its payments make it 99.99 PEN",
          "it is paid, with 99.99 PEN of 100.00 PEN captured and 30.00 PEN refunded",
          "its captured amount is 99.99 PEN, its transactions make it 100.00 PEN"});
  p(1).refunding = pen(1);
  expect({"its refunding amount is 0.01 PEN, its transactions make it 0.00 PEN"});
  p(1).amount = pen(10001);
  expect({"its amount is 100.01 PEN, 100.00 PEN was captured"});
  p(1).amount = pen(9999);
  expect({"its amount is 99.99 PEN, 100.00 PEN was captured"});
  p(1).amount = pen(10001);
  p(1).capture_method = domain::CaptureMethod::manual;
  expect({});
  p(1).amount = pen(9999);
  p(1).capture_method = domain::CaptureMethod::manual;
  expect({"its amount is 99.99 PEN, 100.00 PEN was captured"});
}

TEST_F(Findings, of_a_payments_state) {
  p(2).state = PaymentState::failed;
  expect({"its allocated amount is", "it is failed, but no charge of it was declined"});
  p(2).state = PaymentState::succeeded;
  expect({"its allocated amount is", "it is succeeded, but no charge of it succeeded"});
  p(1).state = PaymentState::authorized;
  expect({"it is authorized, but a charge of it succeeded"});
  for (const auto state : {PaymentState::authorized, PaymentState::requires_action}) {
    p(6).state = state;
    expect({});
    p(6).state = state;
    p(6).gateway_payment_id.reset();
    expect({", but nothing exists at the gateway"});
    p(6).state = state;
    p(6).gateway_payment_id.reset();
    p(6).gateway_checkout_id = "cs_1";
    expect({});
  }
  p(6).state = PaymentState::processing;
  expect({});
  p(2).state = PaymentState::processing;
  expect({"it is processing, but nothing is under way"});
  p(2).state = PaymentState::processing;
  p(2).pending_operation = Operation::confirm;
  add_call(2, Operation::confirm, CallStatus::open);
  expect({});
}

TEST_F(Findings, of_a_payments_open_operation) {
  p(2).pending_operation = Operation::confirm;
  expect({"its mark of an open operation and its gateway calls disagree"});
  add_call(2, Operation::capture, CallStatus::open);
  expect({"its mark of an open operation and its gateway calls disagree"});
  add_call(2, Operation::refund, CallStatus::open);
  expect({});
  add_call(2, Operation::capture, CallStatus::accepted);
  expect({});
}

TEST_F(Findings, of_what_calls_have_left) {
  add_call(3, Operation::confirm, CallStatus::declined);
  expect({"2 confirmations of it were declined, 1 failed charges are recorded"});
  add_call(3, Operation::capture, CallStatus::declined);
  expect({});
  std::erase_if(page.transactions,
                [&](const auto& row) { return row.type == TransactionType::void_; });
  expect({"it was cancelled at the gateway, and no void is recorded"});
  add_call(2, Operation::cancel, CallStatus::accepted);
  expect({"it was cancelled at the gateway, and no void is recorded"});
  add_call(2, Operation::cancel, CallStatus::not_executed);
  expect({});
  add_call(2, Operation::create, CallStatus::accepted);
  expect({"it was made at the gateway, and its object is not recorded"});
  add_call(6, Operation::create, CallStatus::accepted);
  expect({});
  for (const auto status : {CallStatus::declined, CallStatus::not_executed}) {
    add_call(2, Operation::create, status);
    expect({"it was never made at the gateway, and is still pending"});
    add_call(3, Operation::create, status);
    expect({});
    p(2).gateway_payment_id = "pi_1";
    add_call(2, Operation::create, status);
    expect({});
  }
}

TEST_F(Findings, of_a_payment_without_its_order) {
  const auto id = o(2).id;
  std::erase_if(page.orders, [&](const auto& row) { return row.number == 2; });
  expect({"its order " + id.to_string() + " is missing"});
}

TEST_F(Findings, of_a_refund) {
  r(1).of_overpayment = true;
  expect({"it and its payment disagree about an overpayment"});
  r(1).transaction_id = t(1, TransactionType::charge).id;
  expect({"it says succeeded 30.00 PEN, its transaction succeeded 100.00 PEN"});
  r(1).transaction_id = world.random.make_id<domain::TransactionId>(world.clock.now());
  expect({"its transaction is missing"});
  r(1).amount += pen(1);
  expect({"it says succeeded 30.01 PEN, its transaction succeeded 30.00 PEN"});
  r(1).status = domain::RefundStatus::failed;
  expect({"it says failed 30.00 PEN, its transaction succeeded 30.00 PEN"});
  const auto id = r(1).id;
  r(1).payment_id = world.random.make_id<domain::PaymentId>(world.clock.now());
  expect({"refund " + id.to_string() + ": its payment is missing"});
}

TEST_F(Findings, of_a_transaction) {
  std::erase_if(page.payments, [](const auto& row) { return row.number == 3; });
  expect({"its payment is missing"});
  const auto lost = world.random.make_id<domain::RefundId>(world.clock.now());
  t(1, TransactionType::refund).refund_id = lost;
  expect({"its refund " + lost.to_string() + " is missing"});
  t(4, TransactionType::void_).amount = {4000, kDollar};
  expect({"its currency is not its payment's"});
  t(4, TransactionType::void_).type = TransactionType::dispute;
  t(4, TransactionType::dispute).status = domain::TransactionStatus::pending;
  const auto found = findings();
  EXPECT_THAT(found, ::testing::Contains(HasSubstr("it is of a dispute, and 0 disputes name it")));
}

TEST_F(Findings, of_the_ledger) {
  using domain::Side;
  e(1, TransactionType::charge, Side::debit).amount += pen(1);
  expect({"it says debit 100.01 PEN on gateway:stripe"});
  e(1, TransactionType::charge, Side::credit).account = "elsewhere";
  expect({"it says credit 100.00 PEN on elsewhere"});
  page.entries.push_back(e(1, TransactionType::refund, Side::debit));
  expect({"the ledger has 2 debit entries of its refund, it must have one on"});
  auto& entry = e(1, TransactionType::charge, Side::credit);
  entry.movement = domain::Movement::dispute_withdrawn;
  expect({"the ledger has 0 credit entries of its charge", "asks for no dispute_withdrawn entry"});
  auto stray = e(1, TransactionType::charge, Side::credit);
  stray.transaction_id = t(3, TransactionType::charge).id;
  page.entries.push_back(stray);
  expect({"is failed and asks for no charge entry"});
  stray.transaction_id = world.random.make_id<domain::TransactionId>(world.clock.now());
  page.entries.push_back(stray);
  expect({"its transaction " + stray.transaction_id.to_string() + " is missing"});
}

TEST_F(Findings, count_the_rows_that_were_looked_at) {
  app::AuditReport report;
  app::audit_rows(page, report);
  app::audit_rows(page, report);
  EXPECT_EQ(report.orders, 2 * 6);
  EXPECT_EQ(report.payments, 2 * 6);
  EXPECT_EQ(report.transactions, 2 * static_cast<std::int64_t>(page.transactions.size()));
  EXPECT_EQ(report.entries, 2 * static_cast<std::int64_t>(page.entries.size()));
}

// What walks over the whole database: its pages one after the other, what hangs on nothing, and the
// ledger's sums at the end.
class EditedStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::function<void(ports::AuditPage&)> edit = [](auto&) {};
  ports::AuditPage strays;
  int pages = 0;

  base::Task<ports::AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                            std::int64_t) override {
    auto page = co_await inner_.audit_orders(after, 2);
    ++pages;
    edit(page);
    co_return page;
  }
  base::Task<ports::AuditPage> audit_strays(std::int64_t) override { co_return strays; }
};

TEST_F(Findings, of_the_whole_are_those_of_all_its_pages) {
  EditedStore store(*world.store);
  auto report = run(world.clock, app::audit(store));
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.orders, 6);
  EXPECT_EQ(report.payments, 6);
  EXPECT_EQ(store.pages, 4);
  // 100 − 30 and 10 − 10, each on both sides.
  EXPECT_EQ(report.balances.at("gateway:stripe PEN"), 7000);
  std::int64_t sum = 0;
  for (const auto& [name, balance] : report.balances) sum += balance;
  EXPECT_EQ(sum, 0);
  store.edit = [](ports::AuditPage& some) {
    for (auto& entry : some.entries)
      if (entry.side == domain::Side::debit && entry.amount == pen(1000)) entry.amount = pen(1001);
  };
  report = run(world.clock, app::audit(store));
  ASSERT_GE(report.findings.size(), 2U);
  EXPECT_EQ(report.findings.back().subject, "ledger in PEN");
  EXPECT_THAT(report.findings.back().problem, HasSubstr("debits and credits differ by "));
  store.edit = [](auto&) {};
  store.strays.refunds = {r(1)};
  store.strays.transactions = {t(1, TransactionType::charge)};
  report = run(world.clock, app::audit(store));
  ASSERT_EQ(report.findings.size(), 2U);
  for (const auto& finding : report.findings) EXPECT_EQ(finding.problem, "its payment is missing");
}

}  // namespace
}  // namespace cobro::testing
