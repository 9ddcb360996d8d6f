// A decision reads what it usually needs. When it needs more, it gets that, at the price of one
// more read; a flow without trouble never pays it.
#include <gtest/gtest.h>

#include "app/handlers/call_handlers.h"
#include "app/pipeline/pipeline.h"
#include "tests/app/world.h"
#include "tests/support/forwarding_store.h"

namespace cobro::testing {
namespace {

// Counts what is read: the writes, and those of them that read all that hangs on their root.
class CountingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    ++writes;
    const auto& parts = reads.parts;
    const bool all =
        parts.items && parts.siblings && parts.refunds && parts.transactions && parts.disputes;
    const bool has_root = reads.call || !std::holds_alternative<std::monostate>(reads.root);
    if (all && has_root) ++whole;
    co_return co_await inner_.write(reads, decide);
  }
  int writes = 0;
  int whole = 0;
};

class Parts : public ::testing::Test {
 protected:
  World world;
  CountingStore store{*world.store};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(
        app::Context{store, world.clock, world.random, world.wire, world.gateways, world.log,
                     app::Settings{}, &app::call_handlers()});
    world.order("100");
    world.pay(1, "100");
  }
};

TEST_F(Parts, a_decision_that_asks_for_more_is_made_again_with_everything) {
  world.process(1);
  world.refund(1, "10");
  std::size_t refunds = 0;
  int decisions = 0;
  const app::DecideChanges decide =
      [&](const ports::Loaded& loaded,
          domain::Moment) -> base::Result<ports::Changes, domain::Refusal> {
    ++decisions;
    refunds = loaded.refunds.size();
    auto payment = *loaded.payment;
    payment.description = "seen";
    return ports::Changes().update(payment);
  };
  store.writes = 0;
  ASSERT_TRUE(run(world.clock,
                  app::commit(*world.context,
                              {.root = ports::PaymentRef{std::int64_t{1}}, .parts = {}}, decide)));
  EXPECT_EQ(refunds, 1U);
  EXPECT_EQ(decisions, 2);
  EXPECT_EQ(store.writes, 2);
  EXPECT_EQ(store.whole, 1);
  EXPECT_EQ(world.payment(1).description, "seen");
}

// Whether its events come before the answers or after them.
TEST_F(Parts, a_flow_never_reads_more_than_it_names) {
  for (const auto delay : {base::Duration{0}, base::Duration{std::chrono::seconds(1)}}) {
    world.webhook_delay = delay;
    world.order("100");
    const auto payment = delay.count() == 0 ? 2 : 3;
    world.pay(payment, "100");
    world.process(payment, "pm_card_chargeDeclined");
    world.process(payment);
    world.refund(payment, "40");
    world.refund(payment);
    EXPECT_EQ(world.payment(payment).refunded, world.payment(payment).captured);
  }
  EXPECT_EQ(store.whole, 0);
  EXPECT_GT(world.webhooks_received, 5);
  EXPECT_EQ(world.standing(2), world.standing_there(2));
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
