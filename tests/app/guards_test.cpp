// What each operation answers in each state that a payment may be in, and where it leaves it: the
// table of what is let through, and what is refused under which name.
#include <gtest/gtest.h>

#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using domain::TransactionType;

void change(World& world, const std::function<void(domain::Payment&)>& edit) {
  const ports::Decide decide = [&](const ports::Loaded& loaded) {
    ports::Changes changes;
    changes.update(*loaded.payment);
    edit(changes.updated<domain::Payment>().back());
    return changes;
  };
  const ports::Reads reads{.root = ports::PaymentRef{std::int64_t{1}}};
  ASSERT_TRUE(run(world.clock, world.store->write(reads, decide)).committed());
}

void pay(World& world, CaptureMethod capture = CaptureMethod::automatic) {
  world.order("100");
  world.pay(1, "100", "stripe", capture);
}

struct State {
  std::string name;
  std::function<void(World&)> reach;
};

const std::vector<State> kStates = {
    {"pending", [](World& world) { pay(world); }},
    {"acts",
     [](World& world) {
       pay(world);
       world.process(1, "pm_card_threeDSecure2Required");
     }},
    {"unknown",
     [](World& world) {
       pay(world);
       world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
       world.process(1);
     }},
    {"held",
     [](World& world) {
       pay(world, CaptureMethod::manual);
       world.process(1);
     }},
    {"paid",
     [](World& world) {
       pay(world);
       world.process(1);
     }},
    {"part refunded",
     [](World& world) {
       pay(world);
       world.process(1);
       world.refund(1, "70");
     }},
    {"refunded",
     [](World& world) {
       pay(world);
       world.process(1);
       world.refund(1);
     }},
    {"failed",
     [](World& world) {
       pay(world);
       world.process(1, "pm_card_chargeDeclined");
     }},
    {"cancelled",
     [](World& world) {
       pay(world);
       world.cancel_payment(1);
     }},
    {"conflicted",
     [](World& world) {
       pay(world);
       world.process(1);
       change(world, [](domain::Payment& row) { row.conflicted = true; });
     }},
    {"conflicted and held",
     [](World& world) {
       pay(world, CaptureMethod::manual);
       world.process(1);
       change(world, [](domain::Payment& row) { row.conflicted = true; });
     }},
    {"manual",
     [](World& world) {
       world.order("100");
       world.pay(1, "100", "manual");
     }},
    {"manual and paid",
     [](World& world) {
       world.order("100");
       world.pay(1, "100", "manual");
       world.record(1, TransactionType::charge, "100");
     }},
};

struct Act {
  std::string name;
  std::function<app::Answer(World&)> call;
};

const std::vector<Act> kActs = {
    {"process", [](World& world) { return world.process(1, "pm_card_visa"); }},
    {"capture", [](World& world) { return world.capture(1); }},
    {"capture 60", [](World& world) { return world.capture(1, "60"); }},
    {"capture 101", [](World& world) { return world.capture(1, "101"); }},
    {"refund", [](World& world) { return world.refund(1); }},
    {"refund 30", [](World& world) { return world.refund(1, "30"); }},
    {"refund 31", [](World& world) { return world.refund(1, "31", "other"); }},
    {"cancel", [](World& world) { return world.cancel_payment(1); }},
    {"describe", [](World& world) { return world.describe(1, "new"); }},
    {"cancel order", [](World& world) { return world.cancel_order(1); }},
    {"pay again", [](World& world) { return world.pay(1, "100"); }},
    {"pay 0.01", [](World& world) { return world.pay(1, "0.01"); }},
    {"record charge", [](World& world) { return world.record(1, TransactionType::charge, "100"); }},
    {"record part", [](World& world) { return world.record(1, TransactionType::charge, "99"); }},
    {"record refund", [](World& world) { return world.record(1, TransactionType::refund, "100"); }},
    {"record void", [](World& world) { return world.record(1, TransactionType::void_, "100"); }},
};

// "state captured/refunded", with what is open.
std::string standing(World& world) {
  const auto row = world.payment(1);
  auto text = std::string(domain::to_string(row.state));
  if (!row.captured.is_zero()) text += " " + row.captured.to_decimal();
  if (!row.refunded.is_zero()) text += " -" + row.refunded.to_decimal();
  if (row.pending_operation) text += " " + std::string(domain::to_string(*row.pending_operation));
  return text;
}

std::string outcome(const State& state, const Act& act) {
  World world{{.deliver_webhooks = false}};
  state.reach(world);
  const auto before = standing(world);
  const auto answer = act.call(world);
  auto text = answer ? std::to_string(answer->status) : std::string(to_string(answer));
  if (standing(world) != before) text += " > " + standing(world);
  EXPECT_EQ(world.audit(), "") << state.name << ", " << act.name;
  return text;
}

constexpr std::string_view kTable = R"(
pending
  process: 200 > succeeded 100.00
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200 > cancelled
  describe: 200
  cancel order: 200 > cancelled
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
acts
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200 > cancelled
  describe: invalid_state
  cancel order: 200 > cancelled
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
unknown
  process: payment_in_progress
  capture: payment_in_progress
  capture 60: payment_in_progress
  capture 101: amount_exceeds_authorized
  refund: payment_in_progress
  refund 30: payment_in_progress
  refund 31: payment_in_progress
  cancel: payment_in_progress
  describe: payment_in_progress
  cancel order: payment_in_progress
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
held
  process: 200
  capture: 200 > succeeded 100.00
  capture 60: 200 > succeeded 60.00
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200 > cancelled
  describe: invalid_state
  cancel order: 200 > cancelled
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
paid
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: 200 > succeeded 100.00 -100.00
  refund 30: 200 > succeeded 100.00 -30.00
  refund 31: 200 > succeeded 100.00 -31.00
  cancel: refund_required
  describe: invalid_state
  cancel order: refund_required
  pay again: invalid_state
  pay 0.01: invalid_state
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
part refunded
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: 200 > succeeded 100.00 -100.00
  refund 30: 200 > succeeded 100.00 -100.00
  refund 31: refund_exceeds_remaining
  cancel: refund_required
  describe: invalid_state
  cancel order: refund_required
  pay again: invalid_state
  pay 0.01: invalid_state
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
refunded
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: refund_exceeds_remaining
  refund 30: refund_exceeds_remaining
  refund 31: refund_exceeds_remaining
  cancel: refund_required
  describe: invalid_state
  cancel order: invalid_state
  pay again: invalid_state
  pay 0.01: invalid_state
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
failed
  process: 200 > succeeded 100.00
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200 > cancelled
  describe: invalid_state
  cancel order: 200 > cancelled
  pay again: 200
  pay 0.01: 200
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
cancelled
  process: invalid_state
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200
  describe: invalid_state
  cancel order: 200
  pay again: 200
  pay 0.01: 200
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
conflicted
  process: 200
  capture: payment_conflicted
  capture 60: payment_conflicted
  capture 101: amount_exceeds_authorized
  refund: payment_conflicted
  refund 30: payment_conflicted
  refund 31: payment_conflicted
  cancel: refund_required
  describe: payment_conflicted
  cancel order: refund_required
  pay again: invalid_state
  pay 0.01: invalid_state
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
conflicted and held
  process: 200
  capture: payment_conflicted
  capture 60: payment_conflicted
  capture 101: amount_exceeds_authorized
  refund: payment_conflicted
  refund 30: payment_conflicted
  refund 31: payment_conflicted
  cancel: payment_conflicted
  describe: payment_conflicted
  cancel order: payment_conflicted
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: invalid_state
  record part: invalid_state
  record refund: invalid_state
  record void: invalid_state
manual
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: invalid_state
  refund 30: invalid_state
  refund 31: invalid_state
  cancel: 200 > cancelled
  describe: 200
  cancel order: 200 > cancelled
  pay again: order_amount_taken
  pay 0.01: order_amount_taken
  record charge: 201 > succeeded 100.00
  record part: validation_failed
  record refund: invalid_state
  record void: 201 > cancelled
manual and paid
  process: 200
  capture: invalid_state
  capture 60: invalid_state
  capture 101: amount_exceeds_authorized
  refund: 200 > succeeded 100.00 -100.00
  refund 30: 200 > succeeded 100.00 -30.00
  refund 31: 200 > succeeded 100.00 -31.00
  cancel: refund_required
  describe: invalid_state
  cancel order: refund_required
  pay again: invalid_state
  pay 0.01: invalid_state
  record charge: invalid_state
  record part: validation_failed
  record refund: 201 > succeeded 100.00 -100.00
  record void: invalid_state
)";

TEST(Guards, let_through_and_refuse_by_this_table) {
  std::string table = "\n";
  for (const auto& state : kStates) {
    table += state.name + "\n";
    for (const auto& act : kActs) table += "  " + act.name + ": " + outcome(state, act) + "\n";
  }
  EXPECT_EQ(table, kTable);
}

// What was begun before goes on; nothing new comes in.
TEST(Guards, of_an_order_that_is_being_closed_let_nothing_in) {
  World world{{.deliver_webhooks = false}};
  world.order("100");
  world.pay(1, "40");
  world.pay(1, "60", "manual");
  const ports::Decide close = [](const ports::Loaded& loaded) {
    ports::Changes changes;
    changes.update(*loaded.order);
    changes.updated<domain::Order>().back().closing = domain::Closing::cancel;
    return changes;
  };
  const ports::Reads reads{.root = ports::OrderRef{std::int64_t{1}}};
  ASSERT_TRUE(run(world.clock, world.store->write(reads, close)).committed());
  Members members{world};
  const app::RenderOrder render = [](const domain::Order&) { return app::StoredReply{}; };
  app::UpdateOrder renamed{.order = std::int64_t{1}};
  renamed.notes = "n";
  const auto updated =
      run(world.clock,
          app::update_order(*world.context, members.call("ana", "put", "", ""), renamed, render));
  EXPECT_EQ(to_string(updated), "order_closing");
  EXPECT_EQ(to_string(world.pay(1, "1")), "order_closing");
  EXPECT_EQ(to_string(world.process(1)), "order_closing");
  EXPECT_EQ(to_string(world.record(2, TransactionType::charge, "60")), "order_closing");
  EXPECT_EQ(world.order_row(1).notes, std::nullopt);
  EXPECT_TRUE(world.order_row(1).captured.is_zero());
}

}  // namespace
}  // namespace cobro::testing
