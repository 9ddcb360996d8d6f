// Webhooks in: what one write settles, what is left to the inbox, and what becomes of it when
// an instance dies, hangs or stumbles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/handlers/call_handlers.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "tests/app/buyer.h"
#include "tests/app/faulty_store.h"
#include "tests/app/world.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using ports::WebhookStatus;
using namespace std::chrono_literals;

base::Task<void> drop(base::Task<app::Answer> task) {
  (void)co_await task;
}

base::Task<void> keep(base::Task<base::Result<app::Received, domain::Refusal>> task,
                      std::vector<app::Received>& into) {
  into.push_back((co_await task).value());
}

class Inbox : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  FaultyStore store{*world.store};
  base::TaskGroup group{[](std::string_view, std::exception_ptr) { FAIL(); }};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(
        app::Context{store, world.clock, world.random, world.wire, world.gateways, world.log,
                     app::Settings{}, &app::call_handlers()});
    store.fate = [](int) { return StoreFault::none; };
    for (int i = 0; i < 3; ++i) world.order("100");
  }
  void decline(std::int64_t order) {
    world.pay(order, "100");
    world.process(order, "pm_card_chargeDeclined");
    world.advance(1min);
  }
  // The customer tries another card in the browser: an event that makes us ask the gateway.
  void try_again_in_browser(std::int64_t payment) {
    ports::HttpRequest request{.method = "POST",
                               .url = "http://stripe.test/v1/payment_intents/" +
                                      *world.payment(payment).gateway_payment_id + "/confirm",
                               .headers = {{"Authorization", "Bearer sk_test_world"},
                                           {"Content-Type", "application/x-www-form-urlencoded"}},
                               .body = "payment_method=pm_card_threeDSecure2Required"};
    ASSERT_TRUE(run(world.clock, world.wire.inner.send(std::move(request))));
  }
  std::vector<ports::StoredWebhook> unapplied() {
    const auto end = world.clock.now() + 1h;
    return run(world.clock, world.store->claim_webhooks(end, end, 100));
  }
  int fetches() {
    return static_cast<int>(std::count_if(world.wire.sent.begin(), world.wire.sent.end(),
                                          [](const auto& sent) { return sent.method == "GET"; }));
  }
  base::Task<base::Result<app::Received, domain::Refusal>> receiving(const wire::Request& request) {
    return app::receive_webhook(*world.context, domain::GatewayName::stripe, webhook_of(request));
  }
  // An order with two payments is cancelled, and so are both at the gateway; nobody has heard.
  // Gives the events that tell.
  std::vector<wire::Request> cancel_unheard_with_two_payments(const Postbox& postbox) {
    decline(1);
    world.pay(1, "100");
    world.process(2, "pm_card_chargeDeclined");
    world.advance(1min);
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.url.ends_with("/cancel") ? Cut::answer_lost : Cut::none;
    };
    world.cancel_order(1);
    EXPECT_TRUE(world.order_row(1).closing);
    world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
    world.advance(2min);
    world.work();  // sends what was not sent, and hears nothing
    return postbox.about("payment_intent.canceled");
  }
  std::optional<ports::StoredWebhook> row_of(const wire::Request& request) {
    const auto event = world.stripe->read_event(webhook_of(request));
    return run(world.clock, store.load({.root = {},
                                        .record_key = {},
                                        .webhook = ports::WebhookRef{domain::GatewayName::stripe,
                                                                     event->event_id}}))
        .webhook;
  }
};

TEST_F(Inbox, what_says_nothing_new_or_concerns_nobody_takes_one_write) {
  world.pay(1, "100");
  world.hold_webhooks = true;
  world.process(1);
  world.hold_webhooks = false;
  store.writes = 0;
  world.advance(1min);
  EXPECT_GE(world.webhooks_received, 2);  // payment_intent.created, .succeeded
  EXPECT_EQ(store.writes, world.webhooks_received);
  EXPECT_TRUE(unapplied().empty());
  EXPECT_EQ(fetches(), 0);
}

TEST_F(Inbox, a_final_fact_that_comes_first_is_applied_in_the_write_that_stores_it) {
  world.pay(1, "100");
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  store.writes = 0;
  group.spawn("process", drop(world.processing(1, "pm_card_visa", "")));
  while (world.payment(1).state != PaymentState::succeeded) ASSERT_TRUE(world.clock.step());
  EXPECT_EQ(store.writes, 1 + world.webhooks_received) << "the attempt, and one for each event";
  EXPECT_EQ(world.audit(), "");
}

// Each of the two finds the other still under way: neither may leave the order to the other.
TEST_F(Inbox, the_end_of_one_of_two_payments_leaves_their_order_closing) {
  Postbox postbox(world);
  const auto letters = cancel_unheard_with_two_payments(postbox);
  ASSERT_EQ(letters.size(), 2U);
  ASSERT_TRUE(run(world.clock, receiving(letters[0])));
  EXPECT_TRUE(world.order_row(1).closing);
  EXPECT_NE(world.order_row(1).status, domain::OrderStatus::cancelled);
  ASSERT_TRUE(run(world.clock, receiving(letters[1])));
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::cancelled);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Inbox, the_ends_of_two_payments_at_one_moment_close_their_order) {
  Postbox postbox(world);
  const auto letters = cancel_unheard_with_two_payments(postbox);
  ASSERT_EQ(letters.size(), 2U);
  std::vector<app::Received> received;
  for (const auto& letter : letters) group.spawn("event", keep(receiving(letter), received));
  while (received.size() < 2) ASSERT_TRUE(world.clock.step());
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.payment(2).state, PaymentState::cancelled);
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::cancelled);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Inbox, what_an_instance_left_that_died_is_applied_when_its_lease_runs_out) {
  decline(1);
  world.forget_left = true;  // stored, answered 200, and gone
  try_again_in_browser(1);
  world.advance(1s);
  ASSERT_EQ(world.payment(1).state, PaymentState::failed);
  world.advance(app::kWebhookLease - 3s);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::failed) << "the lease holds";
  world.advance(3s);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
  EXPECT_TRUE(unapplied().empty());
}

TEST_F(Inbox, an_event_that_a_bug_strikes_is_kept_and_tried_again) {
  decline(1);
  try_again_in_browser(1);
  store.writes = 0;
  store.fate = [](int n) { return n == 1 || n == 3 ? StoreFault::bug : StoreFault::none; };
  world.advance(1s);  // stored alone; then the inbox stumbles
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  ASSERT_TRUE(row_of(world.last_webhook));
  EXPECT_EQ(row_of(world.last_webhook)->status, WebhookStatus::waiting);
  store.fate = nullptr;
  world.advance(1min);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
}

TEST_F(Inbox, one_that_hangs_or_stumbles_holds_up_no_other) {
  for (std::int64_t order : {1, 2, 3}) decline(order);
  world.hold_webhooks = true;
  for (std::int64_t payment : {1, 2, 3}) try_again_in_browser(payment);
  const auto hanging = *world.payment(1).gateway_payment_id;
  world.wire.fate = [&](const ports::HttpRequest& request) {
    return request.url.find(hanging) != std::string::npos ? Cut::request_lost : Cut::none;
  };
  world.forget_left = true;
  world.hold_webhooks = false;
  world.advance(1h);
  group.spawn("poll", world.inbox().poll());
  world.advance(1s);
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  EXPECT_EQ(world.payment(2).state, PaymentState::requires_action);
  EXPECT_EQ(world.payment(3).state, PaymentState::requires_action);
  world.wire.fate = nullptr;
  world.advance(2min);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
}

TEST_F(Inbox, a_lease_that_runs_out_under_way_is_no_second_work_for_its_holder) {
  decline(1);
  try_again_in_browser(1);
  world.wire.sent.clear();
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
  world.advance(1s);
  EXPECT_EQ(fetches(), 1);
  world.advance(app::kWebhookLease);
  run(world.clock, world.inbox().poll());
  world.advance(1s);
  EXPECT_EQ(fetches(), 1);
}

TEST_F(Inbox, two_instances_fetch_what_is_due_once) {
  for (std::int64_t order : {1, 2, 3}) decline(order);
  world.forget_left = true;
  for (std::int64_t payment : {1, 2, 3}) try_again_in_browser(payment);
  world.advance(1min);
  world.wire.sent.clear();
  app::Inbox other(*world.context, [] {});
  group.spawn("poll", world.inbox().poll());
  group.spawn("poll", other.poll());
  world.advance(1s);
  for (std::int64_t payment : {1, 2, 3})
    EXPECT_EQ(world.payment(payment).state, PaymentState::requires_action);
  EXPECT_EQ(fetches(), 3);
}

TEST_F(Inbox, of_two_copies_at_the_same_instant_one_is_stored) {
  decline(1);
  world.forget_left = true;
  try_again_in_browser(1);
  world.advance(1s);
  const auto copy = world.last_webhook;
  World elsewhere({.split_writes = true});  // which knows neither the event nor the payment
  world.store.swap(elsewhere.store);
  FaultyStore fresh(*world.store);
  world.context = std::make_unique<app::Context>(
      app::Context{fresh, world.clock, world.random, world.wire, world.gateways, world.log,
                   app::Settings{}, &app::call_handlers()});
  std::vector<app::Received> received;
  for (int i = 0; i < 2; ++i) group.spawn("copy", keep(receiving(copy), received));
  while (received.size() < 2) ASSERT_TRUE(elsewhere.clock.step() || world.clock.step());
  EXPECT_NE(received[0].duplicate, received[1].duplicate);
  EXPECT_NE(received[0].left.has_value(), received[1].left.has_value());
  world.store.swap(elsewhere.store);
}

TEST_F(Inbox, takes_no_more_than_it_has_room_for_and_asks_again_when_it_is_empty) {
  constexpr int kMany = 300;
  ports::StoredWebhook row{.gateway = domain::GatewayName::stripe};
  for (int i = 0; i < kMany; ++i) {
    row.id = world.random.make_id<domain::WebhookId>(world.clock.now());
    row.event_id = "evt_" + std::to_string(i);
    row.body = "{}";
    row.next_try_at = world.clock.now();
    world.force(ports::Changes().insert(row));
  }
  int asked = 0;
  app::Inbox inbox(*world.context, [&] { ++asked; });
  run(world.clock, inbox.poll());
  world.advance(1s);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(unapplied().size(), 44U);
  world.advance(2h);
  run(world.clock, inbox.poll());
  world.advance(1s);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(unapplied().empty());
}

class KeptLog final : public ports::Log {
 public:
  std::vector<std::string> lines;

  void write(ports::LogLevel, std::string_view message,
             std::initializer_list<ports::LogField>) override {
    lines.emplace_back(message);
  }
};

// The same letter from the gateway's live mode, signed by it.
wire::Request from_live_mode(wire::Request letter, base::Timestamp now) {
  auto event = wire::parse_json(letter.body).value();
  event.set("livemode", true);
  letter.body = wire::to_text(event);
  const auto at = std::to_string(now.unix_seconds());
  const auto signature = base::to_hex(crypto::hmac_sha256("whsec_test", at + "." + letter.body));
  letter.headers.set("Stripe-Signature", "t=" + at + ",v1=" + signature);
  return letter;
}

TEST_F(Inbox, keeps_an_event_of_the_other_mode_and_never_applies_it) {
  KeptLog log;
  world.context = std::make_unique<app::Context>(
      app::Context{store, world.clock, world.random, world.wire, world.gateways, log,
                   app::Settings{}, &app::call_handlers()});
  world.pay(1, "100");
  Postbox post(world);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  group.spawn("process", drop(world.processing(1, "pm_card_visa", "")));
  world.advance(2s);
  const auto letters = post.about("payment_intent.succeeded");
  ASSERT_FALSE(letters.empty());
  const auto before = world.payment(1).state;
  const auto live = from_live_mode(letters.front(), world.clock.now());
  const auto received = run(world.clock, receiving(live));
  ASSERT_TRUE(received) << "answered 200";
  EXPECT_FALSE(received->left);
  EXPECT_EQ(row_of(live)->status, WebhookStatus::ignored);
  EXPECT_EQ(row_of(live)->body, live.body);
  EXPECT_NE(before, PaymentState::succeeded);
  EXPECT_EQ(world.payment(1).state, before);
  EXPECT_THAT(log.lines, ::testing::Contains(::testing::HasSubstr("other mode")));
}

}  // namespace
}  // namespace cobro::testing
