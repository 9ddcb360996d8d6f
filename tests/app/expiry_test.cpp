// Orders that nobody paid in time, and those that somebody may still pay.
#include <gtest/gtest.h>

#include "app/handlers/call_handlers.h"
#include "tests/app/world.h"
#include "tests/support/forwarding_store.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using domain::OrderStatus;
using domain::PaymentState;
using namespace std::chrono_literals;

// Keeps the payload of every event about an order that was cancelled.
class Recorder final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::vector<std::string> cancellations;

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    std::vector<domain::Event> events;
    const ports::Decide and_keep = [&](const ports::Loaded& loaded) {
      auto changes = decide(loaded);
      if (changes) events = changes->inserted<domain::Event>();
      return changes;
    };
    auto result = co_await inner_.write(reads, and_keep);
    for (const auto& event : events)
      if (result.committed() && event.type == "order.cancelled")
        cancellations.push_back(event.payload);
    co_return result;
  }
};

class Expiry : public ::testing::Test {
 protected:
  World world{{.split_writes = true, .deliver_webhooks = false}};
  Recorder store{*world.store};
  base::TaskGroup group{[](std::string_view, std::exception_ptr) { FAIL(); }};

  void SetUp() override {
    use({});
    world.order("100");
  }
  void use(app::Settings settings) {
    world.context = std::make_unique<app::Context>(
        app::Context{store, world.clock, world.random, world.wire, world.gateways, world.log,
                     settings, &app::call_handlers()});
  }
  void expire_after(base::Duration span) {
    world.advance(span);
    run(world.clock, app::expire_orders(*world.context));
  }
  base::Task<void> expiring() { (void)co_await app::expire_orders(*world.context); }

  OrderStatus status() { return world.order_row(1).status; }
  void expect_expired() {
    EXPECT_EQ(status(), OrderStatus::cancelled);
    EXPECT_FALSE(world.order_row(1).closing);
    ASSERT_EQ(store.cancellations.size(), 1U);
    EXPECT_NE(store.cancellations[0].find(R"("reason":"expired")"), std::string::npos)
        << store.cancellations[0];
    EXPECT_EQ(world.audit(), "");
  }
  void expect_open() {
    EXPECT_EQ(status(), OrderStatus::pending);
    EXPECT_FALSE(world.order_row(1).closing);
    EXPECT_EQ(*world.order_row(1).expiry_check_at, world.clock.now() + 1h);
  }
  std::string status_there(std::int64_t payment) {
    const auto body =
        world.sandbox_get("/v1/payment_intents/" + *world.payment(payment).gateway_payment_id);
    return *wire::parse_json(body)->string_at({"status"});
  }
  // The customer confirms in the browser, and we hear nothing of it.
  void confirm_in_browser(std::int64_t payment) {
    const auto path =
        "/v1/payment_intents/" + *world.payment(payment).gateway_payment_id + "/confirm";
    EXPECT_EQ(world.sandbox_post(path, "payment_method=pm_card_visa").status, 200);
  }
};

TEST_F(Expiry, an_order_that_nobody_paid_is_cancelled_in_time_and_not_before) {
  world.pay(1, "60");
  expire_after(72h - 1s);
  EXPECT_EQ(status(), OrderStatus::pending);
  expire_after(1s);
  expect_expired();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
}

TEST_F(Expiry, what_exists_at_the_gateway_is_cancelled_there) {
  world.pay(1, "60");
  world.pay(1, "40");
  world.process(1, "pm_card_threeDSecure2Required");
  world.process(2, "pm_card_chargeDeclined");
  expire_after(72h);
  expect_expired();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(status_there(1), "canceled");
  EXPECT_EQ(status_there(2), "canceled");
}

TEST_F(Expiry, an_authorized_payment_keeps_its_order) {
  world.pay(1, "100", "stripe", CaptureMethod::manual);
  world.advance(71h);
  world.process(1);
  expire_after(1h);
  expect_open();
  EXPECT_EQ(world.payment(1).state, PaymentState::authorized);
  world.capture(1);
  expire_after(72h);
  EXPECT_EQ(status(), OrderStatus::paid);
}

TEST_F(Expiry, an_order_waits_for_an_open_attempt_and_expires_when_it_has_come_to_nothing) {
  world.pay(1, "100");
  world.advance(72h - 10s);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
  world.process(1, "pm_card_chargeDeclined");
  expire_after(10s);
  expect_open();
  world.wire.fate = nullptr;
  world.advance(2min);
  world.work();
  ASSERT_EQ(world.payment(1).state, PaymentState::failed);
  expire_after(1h);
  expect_expired();
}

TEST_F(Expiry, money_that_was_captured_keeps_its_order) {
  world.pay(1, "40");
  world.process(1);
  expire_after(72h);
  expect_open();
  world.refund(1);
  expire_after(1h);
  expect_expired();
}

TEST_F(Expiry, a_customer_who_paid_just_before_keeps_the_order) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  confirm_in_browser(1);
  expire_after(72h);
  EXPECT_EQ(status(), OrderStatus::paid);
  EXPECT_FALSE(world.order_row(1).closing);
  EXPECT_TRUE(store.cancellations.empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Expiry, what_an_instance_that_died_left_half_closed_is_carried_on) {
  world.pay(1, "100");
  world.process(1, "pm_card_threeDSecure2Required");
  world.advance(72h);
  {
    base::TaskGroup instance([](std::string_view, std::exception_ptr) { FAIL(); });
    instance.spawn("expiry", expiring());
    while (!world.order_row(1).closing) ASSERT_TRUE(world.clock.step());
  }
  world.advance(2min);
  world.work();
  expect_expired();
  EXPECT_EQ(status_there(1), "canceled");
}

TEST_F(Expiry, two_instances_at_once_cancel_once) {
  world.pay(1, "100");
  world.process(1, "pm_card_threeDSecure2Required");
  world.wire.sent.clear();
  world.advance(72h);
  for (int i = 0; i < 2; ++i) group.spawn("instance", expiring());
  world.advance(1s);
  EXPECT_EQ(group.running(), 0U);
  expect_expired();
  EXPECT_EQ(world.wire.sent.size(), 1U);
}

TEST_F(Expiry, a_payment_that_hangs_holds_up_no_other_order) {
  world.order("100");
  for (std::int64_t order : {1, 2}) {
    world.pay(order, "100");
    world.process(order, "pm_card_threeDSecure2Required");
  }
  int asked = 0;
  world.wire.fate = [&](const ports::HttpRequest&) {
    return ++asked == 1 ? Cut::request_lost : Cut::none;
  };
  world.advance(72h);
  group.spawn("expiry", expiring());
  world.advance(1s);
  const auto hangs = world.order_row(1).closing ? 1 : 2;
  EXPECT_TRUE(world.order_row(hangs).closing);
  EXPECT_EQ(world.order_row(3 - hangs).status, OrderStatus::cancelled);
}

TEST_F(Expiry, never_happens_when_it_is_turned_off) {
  use({.order_expire_after = {}});
  world.order("100");
  EXPECT_FALSE(world.order_row(2).expiry_check_at);
  expire_after(365 * 24h);
  EXPECT_EQ(status(), OrderStatus::pending) << "of orders made before, too";
}

}  // namespace
}  // namespace cobro::testing
