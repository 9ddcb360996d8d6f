// What hangs on an order or a payment is read as it was asked for, by each of their names; the rest
// is not taken for none.
#include "contract/world.h"
#include "domain/read_rows.h"

namespace cobro::testing {
namespace {

using domain::Operation;
using ports::Parts;
using Root = ports::Reads::Root;

class PartsOfRoots : public StoreContract {
 protected:
  PartsOfRoots() : order(make.order(1000)) {
    payment = make.payment_of(order, 600);
    payment.gateway_payment_id = "pi_1";
    sibling = make.payment_of(order, 400);
    stranger = make.payment(50);
    refund = make.refund(payment, 100);
    row = make.refund_row(refund);
    dispute = make.dispute(payment, "dp_1");
    call = make.attempt(payment, Operation::confirm);
    call_of_sibling = make.attempt(sibling, Operation::confirm);
    must_write(ports::Changes().insert(order, payment, sibling, stranger, refund, row, dispute,
                                       call, call_of_sibling,
                                       make.attempt(stranger, Operation::confirm)));
  }

  ports::Loaded load_parts(Root root, Parts parts) {
    return run(store->load({.root = std::move(root), .parts = parts}));
  }
  static std::vector<Parts> every_choice() {
    std::vector<Parts> all;
    for (unsigned bits = 0; bits < 32; ++bits)
      all.push_back(
          {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0});
    return all;
  }
  void expect_payment(const ports::Loaded& loaded, const Parts& parts) const {
    ASSERT_TRUE(loaded.payment && loaded.order);
    EXPECT_EQ(loaded.payment->id, payment.id);
    EXPECT_EQ(loaded.order->id, order.id);
    EXPECT_EQ(loaded.order->items.is_read(), parts.items);
    if (parts.items) EXPECT_EQ(loaded.order->items.size(), 1U);
    EXPECT_EQ(loaded.order_payments.is_read(), parts.siblings);
    if (parts.siblings) EXPECT_EQ(loaded.order_payments.size(), 2U);
    EXPECT_EQ(loaded.open_calls.size(), parts.siblings ? 2U : 1U);
    EXPECT_EQ(loaded.open_calls.front().id, call.id);
    EXPECT_EQ(loaded.refunds.is_read(), parts.refunds);
    if (parts.refunds) EXPECT_EQ(loaded.refunds.size(), 1U);
    EXPECT_EQ(loaded.transactions.is_read(), parts.transactions);
    if (parts.transactions) EXPECT_EQ(loaded.transactions.size(), 1U);
    EXPECT_EQ(loaded.disputes.is_read(), parts.disputes);
    if (parts.disputes) EXPECT_EQ(loaded.disputes.size(), 1U);
  }

  domain::Order order;
  domain::Payment payment = make.payment(1);
  domain::Payment sibling = payment;
  domain::Payment stranger = payment;
  domain::Refund refund = make.refund(payment, 1);
  domain::Transaction row = make.refund_row(refund);
  domain::Dispute dispute = make.dispute(payment, "dp_0");
  domain::GatewayCall call = make.attempt(payment, Operation::confirm);
  domain::GatewayCall call_of_sibling = call;
};

TEST_P(PartsOfRoots, of_a_payment_by_each_of_its_names) {
  const std::vector<Root> names{ports::PaymentRef{payment.id},
                                ports::PaymentRef{payment.number},
                                ports::RemoteRef{payment.gateway, "pi_1"},
                                refund.id,
                                ports::TransactionRef{row.id},
                                ports::TransactionRef{row.number}};
  for (const auto& parts : every_choice())
    for (const auto& name : names) expect_payment(load_parts(name, parts), parts);
}

TEST_P(PartsOfRoots, of_a_payment_by_its_call) {
  for (const auto& parts : every_choice()) {
    const auto loaded = run(store->load({.parts = parts, .call = ports::ref_of(call)}));
    expect_payment(loaded, parts);
    EXPECT_EQ(loaded.call.value().id, call.id);
  }
}

TEST_P(PartsOfRoots, of_an_order) {
  for (const auto& parts : every_choice()) {
    for (const auto& name : {ports::OrderRef{order.id}, ports::OrderRef{order.number}}) {
      const auto loaded = load_parts(name, parts);
      ASSERT_TRUE(loaded.order);
      EXPECT_FALSE(loaded.payment);
      EXPECT_EQ(loaded.order->items.is_read(), parts.items);
      EXPECT_EQ(loaded.order_payments.is_read(), parts.siblings);
      EXPECT_EQ(loaded.open_calls.is_read(), parts.siblings);
      if (!parts.siblings) continue;
      EXPECT_EQ(loaded.order_payments.size(), 2U);
      EXPECT_EQ(loaded.open_calls.size(), 2U);
    }
  }
}

// Where there is no order there is nobody beside the payment, asked for or not.
TEST_P(PartsOfRoots, of_a_payment_without_an_order) {
  const auto loaded = load_parts(ports::PaymentRef{stranger.id}, {});
  ASSERT_TRUE(loaded.payment);
  EXPECT_TRUE(loaded.order_payments.empty());
  EXPECT_EQ(loaded.open_calls.size(), 1U);
  EXPECT_FALSE(loaded.refunds.is_read());
}

TEST_P(PartsOfRoots, of_what_is_not_there) {
  const auto loaded = load_parts(ports::PaymentRef{std::int64_t{999'999}}, {});
  EXPECT_FALSE(loaded.payment);
  EXPECT_TRUE(loaded.refunds.empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, PartsOfRoots, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
