// What is asked of a payment while nobody knows what became of its confirmation: every
// operation asks the gateway first, none confirms again, and none guesses.
#include <gtest/gtest.h>

#include <set>

#include "domain/words.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using domain::PaymentState;
using std::chrono::minutes;

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}

// How the confirmation was lost, and what the gateway says when it is asked.
struct Loss {
  const char* name;
  const char* card;
  CaptureMethod capture;
  Cut post;
  Cut get;
};

constexpr Loss kPaid{"paid", "pm_card_visa", CaptureMethod::automatic, Cut::answer_broken,
                     Cut::none};
constexpr Loss kAuthorized{"authorized", "pm_card_visa", CaptureMethod::manual, Cut::answer_broken,
                           Cut::none};
constexpr Loss kChallenged{"challenged", "pm_card_threeDSecure2Required", CaptureMethod::automatic,
                           Cut::answer_broken, Cut::none};
constexpr Loss kDeclined{"declined", "pm_card_chargeDeclined", CaptureMethod::automatic,
                         Cut::answer_broken, Cut::none};
constexpr Loss kNotThere{"not there", "pm_card_visa", CaptureMethod::automatic, Cut::request_broken,
                         Cut::none};
constexpr Loss kSilent{"silent", "pm_card_visa", CaptureMethod::automatic, Cut::answer_broken,
                       Cut::request_lost};

struct Operation {
  const char* name;
  app::Answer (*act)(World&);
};

constexpr Operation kProcess{"process", [](World& world) { return world.process(1); }};
constexpr Operation kCapture{"capture", [](World& world) { return world.capture(1); }};
constexpr Operation kDelete{"DELETE payment", [](World& world) { return world.cancel_payment(1); }};
constexpr Operation kDeleteOrder{"DELETE order",
                                 [](World& world) { return world.cancel_order(1); }};
constexpr Operation kPut{"PUT payment", [](World& world) { return world.describe(1, "gift"); }};
constexpr Operation kNewPayment{"new payment", [](World& world) { return world.pay(1, "100"); }};
constexpr Operation kRefund{"refund", [](World& world) { return world.refund(1, "40"); }};

struct Case {
  Loss loss;
  Operation operation;
  const char* answer;  // its end, where it begins with an id
  bool posts = false;  // what was asked for is then sent
};

constexpr Case kCases[] = {
    {kPaid, kProcess, "1 succeeded 100.00/100.00"},
    {kPaid, kCapture, "invalid_state"},
    {kPaid, kDelete, "refund_required"},
    {kPaid, kDeleteOrder, "refund_required"},
    {kPaid, kPut, "invalid_state"},
    {kPaid, kNewPayment, "invalid_state"},
    {kPaid, kRefund, "succeeded 40.00", true},
    {kAuthorized, kProcess, "1 authorized 0.00/100.00"},
    {kAuthorized, kCapture, "1 succeeded 100.00/100.00", true},
    {kAuthorized, kDelete, "1 cancelled 0.00/100.00", true},
    {kAuthorized, kDeleteOrder, "1 cancelled", true},
    {kAuthorized, kPut, "invalid_state"},
    {kAuthorized, kNewPayment, "order_amount_taken"},
    {kAuthorized, kRefund, "invalid_state"},
    {kChallenged, kProcess, "1 requires_action 0.00/100.00 next:redirect_to_url"},
    {kChallenged, kCapture, "invalid_state"},
    {kChallenged, kDelete, "1 cancelled 0.00/100.00", true},
    {kChallenged, kDeleteOrder, "1 cancelled", true},
    {kChallenged, kPut, "invalid_state"},
    {kChallenged, kNewPayment, "order_amount_taken"},
    {kChallenged, kRefund, "invalid_state"},
    {kDeclined, kProcess, "payment_declined generic_decline"},
    {kDeclined, kCapture, "invalid_state"},
    {kDeclined, kDelete, "1 cancelled 0.00/100.00", true},
    {kDeclined, kDeleteOrder, "1 cancelled", true},
    {kDeclined, kPut, "invalid_state"},
    {kDeclined, kNewPayment, " pending 0.00/100.00"},
    {kDeclined, kRefund, "invalid_state"},
    {kNotThere, kProcess, "payment_in_progress"},
    {kNotThere, kCapture, "payment_in_progress"},
    {kNotThere, kDelete, "payment_in_progress"},
    {kNotThere, kDeleteOrder, "payment_in_progress"},
    {kNotThere, kPut, "payment_in_progress"},
    {kNotThere, kNewPayment, "order_amount_taken"},
    {kNotThere, kRefund, "payment_in_progress"},
    {kSilent, kProcess, "payment_in_progress"},
    {kSilent, kCapture, "payment_in_progress"},
    {kSilent, kDelete, "payment_in_progress"},
    {kSilent, kDeleteOrder, "payment_in_progress"},
    {kSilent, kPut, "payment_in_progress"},
    {kSilent, kNewPayment, "order_amount_taken"},
    {kSilent, kRefund, "payment_in_progress"},
};

void lose_confirmation(World& world, const Loss& loss) {
  world.wire.fate = [&loss](const ports::HttpRequest& request) {
    return request.method == "POST" ? loss.post : loss.get;
  };
  EXPECT_EQ(say(world.process(1, loss.card)), "outcome_unknown");
  world.wire.sent.clear();
  world.wire.fate = [&loss](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::none : loss.get;
  };
}

std::int64_t sent(const World& world, std::string_view method) {
  return std::count_if(world.wire.sent.begin(), world.wire.sent.end(),
                       [&](const auto& request) { return request.method == method; });
}

TEST(UnknownOutcome, every_operation_asks_the_gateway_before_it_answers) {
  for (const auto& one : kCases) {
    SCOPED_TRACE(std::string(one.loss.name) + ", " + one.operation.name);
    World world({.deliver_webhooks = false});
    world.order("100");
    world.pay(1, "100", "stripe", one.loss.capture);
    lose_confirmation(world, one.loss);
    const auto answer = say(one.operation.act(world));
    EXPECT_TRUE(answer.ends_with(one.answer)) << answer;
    EXPECT_GE(sent(world, "GET"), 1);
    EXPECT_EQ(sent(world, "POST"), one.posts ? 1 : 0);
    world.wire.fate = nullptr;
    world.advance(minutes(2));
    world.work();
    EXPECT_TRUE(world.load(1).open_calls.empty());
    EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
    EXPECT_EQ(world.audit(), "");
  }
}

// The first call may only be slow: nobody else's question makes it worse.
TEST(UnknownOutcome, while_the_confirmation_is_on_its_way_a_new_payment_asks_nobody) {
  World world({.deliver_webhooks = false});
  world.order("100");
  world.pay(1, "100");
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(world.processing(1, "pm_card_visa", ""));
  tasks.push_back(world.paying(1, "100"));
  const auto answers = world.all(std::move(tasks));
  EXPECT_EQ(say(answers[0]), "1 succeeded 100.00/100.00");
  EXPECT_EQ(say(answers[1]), "order_amount_taken");
  EXPECT_EQ(sent(world, "GET"), 0);
}

TEST(UnknownOutcome, deleting_an_order_asks_about_each_payment_that_is_unknown) {
  World world({.deliver_webhooks = false});
  world.order("100");
  world.pay(1, "50", "stripe", CaptureMethod::manual);
  world.pay(1, "50", "stripe", CaptureMethod::manual);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_broken; };
  EXPECT_EQ(say(world.process(1)), "outcome_unknown");
  EXPECT_EQ(say(world.process(2)), "outcome_unknown");
  world.wire.fate = nullptr;
  EXPECT_EQ(say(world.cancel_order(1)), "1 cancelled");
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.payment(2).state, PaymentState::cancelled);
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
  EXPECT_EQ(world.audit(), "");
}

// A capture, too, may be unknown when somebody wants the money back.
TEST(UnknownOutcome, a_refund_after_a_lost_capture_finds_the_capture_first) {
  World world({.deliver_webhooks = false});
  world.order("100");
  world.pay(1, "100", "stripe", CaptureMethod::manual);
  world.process(1);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/capture") ? Cut::answer_broken : Cut::none;
  };
  EXPECT_EQ(say(world.capture(1)), "outcome_unknown");
  EXPECT_EQ(say(world.capture(1)), "invalid_state");
  EXPECT_TRUE(say(world.refund(1, "40")).ends_with("succeeded 40.00"));
  EXPECT_EQ(world.payment(1).captured.to_decimal(), "100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 6000);
  EXPECT_EQ(world.audit(), "");
}

// The same bytes again would cancel nothing that was not cancelled already.
TEST(UnknownOutcome, a_cancel_that_was_lost_is_found_by_the_next_one) {
  World world({.deliver_webhooks = false});
  world.order("100");
  world.pay(1, "100", "stripe", CaptureMethod::manual);
  world.process(1);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/cancel") ? Cut::answer_broken : Cut::none;
  };
  EXPECT_EQ(say(world.cancel_payment(1)), "outcome_unknown");
  EXPECT_EQ(world.payment(1).state, PaymentState::authorized);
  EXPECT_EQ(say(world.capture(1)), "invalid_state");
  EXPECT_EQ(say(world.cancel_payment(1)), "1 cancelled 0.00/100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
  EXPECT_EQ(world.audit(), "");
}

// Recovery asks about many at a time: those that hang take their own time only.
TEST(UnknownOutcome, payments_whose_gateway_call_hangs_hold_up_no_other) {
  constexpr int kPayments = 40;
  constexpr int kHanging = 10;
  World world({.deliver_webhooks = false});
  for (int i = 1; i <= kPayments; ++i) {
    world.order("100");
    world.pay(i, "100");
  }
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_broken; };
  for (int i = 1; i <= kPayments; ++i) world.process(i);
  std::set<std::string> hanging;
  for (int i = 1; i <= kHanging; ++i) hanging.insert(world.payment(i).id.to_string());
  world.wire.fate = [&](const ports::HttpRequest& request) {
    for (const auto& id : hanging)
      if (request.body.find(id) != std::string::npos) return Cut::request_lost;
    return Cut::none;
  };
  world.advance(minutes(2));
  const auto before = world.clock.now();
  world.work();
  EXPECT_LE(world.clock.now() - before, minutes(1));
  for (int i = 1; i <= kPayments; ++i)
    EXPECT_EQ(world.payment(i).state,
              i <= kHanging ? PaymentState::processing : PaymentState::succeeded);
  world.wire.fate = nullptr;
  world.advance(minutes(10));
  world.work();
  EXPECT_EQ(world.sandbox_charged("pen"), kPayments * 10000);
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), kPayments);
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
