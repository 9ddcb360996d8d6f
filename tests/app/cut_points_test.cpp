// Every call to Stripe, cut at every point where a call can be cut, with webhooks and without:
// what the client is told, and that afterwards our books and the gateway's are the same, with
// one effect under one key. The table that comes of it is in docs/stripe.md.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "app/methods/saved_methods.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/support/checkout_files.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kKey = "k-1";
constexpr base::Duration kRecoveryPeriod = seconds(2);

// One kind of call, and what becomes of it when nothing is cut.
struct GatewayCall {
  const char* name;
  void (*prepare)(World&);
  app::Answer (*act)(World&);
  const char* outcome;   // of the payment: see World::standing
  int charges;           // at the gateway, succeeded ones
  bool creates = false;  // the payment itself
};

void owe(World& world, CaptureMethod capture) {
  world.order("100");
  world.pay(1, "100", "stripe", capture);
}
void owe(World& world) {
  owe(world, CaptureMethod::automatic);
}
void owe_later(World& world) {
  owe(world, CaptureMethod::manual);
}
void be_declined(World& world) {
  owe(world);
  world.process(1, "pm_card_chargeDeclined");
}
void authorize(World& world) {
  owe_later(world);
  world.process(1);
}
void be_paid(World& world) {
  owe(world);
  world.process(1);
}
// The customer that an intent is made with is there already.
void be_known(World& world) {
  const auto caller = user_call().caller;
  run(world.clock, app::ensure_customer(*world.context, caller, domain::GatewayName::stripe));
}
app::Answer process(World& world) {
  return world.process(1, "pm_card_visa", kKey);
}

constexpr GatewayCall kCalls[] = {
    {"create an intent", be_known, [](World& world) { return make_intent(world, {}, kKey); },
     "pending 0.00, refunded 0.00", 0, true},
    {"process", owe, process, "succeeded 100.00, refunded 0.00", 1},
    {"process, declined", owe,
     [](World& world) { return world.process(1, "pm_card_chargeDeclined", kKey); },
     "failed 0.00, refunded 0.00", 0},
    {"process, 3-D Secure", owe,
     [](World& world) { return world.process(1, "pm_card_threeDSecure2Required", kKey); },
     "requires_action 0.00, refunded 0.00", 0},
    {"process after a decline", be_declined, process, "succeeded 100.00, refunded 0.00", 1},
    {"process, captured later", owe_later, process, "authorized 0.00, refunded 0.00", 1},
    {"capture", authorize, [](World& world) { return world.capture(1, "60", kKey); },
     "succeeded 60.00, refunded 0.00", 1},
    {"cancel", authorize, [](World& world) { return world.cancel_payment(1, kKey); },
     "cancelled 0.00, refunded 0.00", 1},
    {"refund", be_paid, [](World& world) { return world.refund(1, "60", "broken", kKey); },
     "succeeded 100.00, refunded 60.00", 1},
};

struct CutPoint {
  Cut cut;
  const char* name;
  const char* done;
};

constexpr CutPoint kCuts[] = {
    {Cut::refused, "before it is sent: connection refused", "no"},
    {Cut::request_broken, "in the middle of the request", "no"},
    {Cut::answer_broken, "after the work, before the answer", "yes"},
    {Cut::answer_truncated, "in the middle of the answer", "yes"},
    {Cut::reset, "reset while Stripe works on it", "10 s later"},
    {Cut::server_error_after, "500 after the work", "yes"},
    {Cut::throttled, "429", "no"},
    {Cut::resent, "after the work; sent again by the client", "yes"},
    {Cut::resent_throttled, "after the work; sent again by the client: 429", "yes"},
    {Cut::resent_denied, "after the work; sent again by the client: 401", "yes"},
    {Cut::late, "no answer within 25 s", "10 s later"},
};

struct Row {
  std::string told;
  std::int64_t after_s = 0;
  std::int64_t sends = 0;

  friend bool operator==(const Row&, const Row&) = default;
};

std::string status_of(const app::Answer& answer) {
  if (answer) return "the outcome";
  using enum domain::RefusalCode;
  const auto code = answer.error().code;
  const auto* status = code == outcome_unknown ? "504" : code == gateway_busy ? "503" : "?";
  return fmt::format("{} `{}`", status, domain::to_string(code));
}

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}

std::int64_t posts(const World& world) {
  return std::count_if(world.wire.sent.begin(), world.wire.sent.end(),
                       [](const auto& request) { return request.method == "POST"; });
}

int charges_there(World& world) {
  const auto json = wire::parse_json(world.sandbox_get("/v1/charges?limit=100"));
  int count = 0;
  for (const auto& charge : *json->find("data")->as_array())
    count += charge.string_at({"status"}) == "succeeded" ? 1 : 0;
  return count;
}

class Trial {
 public:
  Trial(const GatewayCall& call, const CutPoint& point, bool webhooks)
      : call_(call), point_(point), world_({.deliver_webhooks = webhooks}) {
    world_.run_jobs();
  }

  Row run() {
    call_.prepare(world_);
    // Begin as the recovery job has just looked, so that all trials have the same time.
    world_.advance(kRecoveryPeriod - world_.clock.steady() % kRecoveryPeriod);
    world_.wire.sent.clear();
    int posts_seen = 0;
    world_.wire.fate = [&](const ports::HttpRequest& request) {
      return request.method == "POST" && ++posts_seen == 1 ? point_.cut : Cut::none;
    };
    const std::string never_made = "cancelled 0.00, refunded 0.00";
    const auto before = call_.creates ? never_made : world_.standing(1);
    const auto began = world_.clock.now();
    const auto told = call_.act(world_);
    expect_patience();
    while (is_open() && world_.clock.now() - began < hours(3)) world_.advance(milliseconds(250));
    const auto took = world_.clock.now() - began;
    Row row{status_of(told), std::chrono::round<seconds>(took).count(), posts(world_)};
    expect_outcome(told, before);
    return row;
  }

 private:
  bool is_open() { return !world_.load(1).open_calls.empty(); }
  // While it is open, the key answers without a call.
  void expect_patience() {
    const auto sends = posts(world_);
    if (!is_open()) return;
    const auto again = say(call_.act(world_));
    EXPECT_TRUE(again == "idempotency_in_progress" || again == "outcome_unknown") << again;
    EXPECT_EQ(posts(world_), sends);
  }
  void expect_outcome(const app::Answer& told, const std::string& before) {
    const bool moved = point_.cut != Cut::throttled;
    EXPECT_FALSE(is_open());
    EXPECT_EQ(world_.standing(1), moved ? call_.outcome : before);
    if (moved || !call_.creates) EXPECT_EQ(world_.standing_there(1), world_.standing(1));
    const auto sends = posts(world_);
    const auto outcome = say(call_.act(world_));
    // What was never made is made anew.
    const auto payment = call_.creates ? std::stoll(outcome) : 1;
    EXPECT_EQ(world_.standing(payment), call_.outcome) << "the key's own answer: " << outcome;
    EXPECT_EQ(posts(world_), moved ? sends : sends + 1);
    EXPECT_EQ(say(call_.act(world_)), outcome);
    if (told) {
      EXPECT_EQ(outcome, told->body);
    }
    EXPECT_EQ(world_.standing_there(payment), call_.outcome);
    EXPECT_EQ(charges_there(world_), call_.charges);
    EXPECT_EQ(world_.sandbox_count("/v1/payment_intents"), 1);
    EXPECT_TRUE(world_.payment(payment).refunding.is_zero());
    EXPECT_FALSE(world_.payment(payment).conflicted);
    EXPECT_EQ(world_.audit(), "");
  }

  const GatewayCall& call_;
  const CutPoint& point_;
  World world_;
};

using Outcome = std::pair<Row, Row>;  // with webhooks, without

Outcome try_out(const GatewayCall& call, const CutPoint& point) {
  SCOPED_TRACE(fmt::format("{}, cut: {}", call.name, point.name));
  Outcome outcome;
  {
    SCOPED_TRACE("webhooks arrive");
    outcome.first = Trial(call, point, true).run();
  }
  SCOPED_TRACE("webhooks withheld");
  outcome.second = Trial(call, point, false).run();
  return outcome;
}

std::string render_told(const Outcome& outcome) {
  const auto& [with, without] = outcome;
  return with.told == without.told
             ? with.told
             : fmt::format("{}, without webhooks {}", with.told, without.told);
}

std::string render_sends(const Outcome& outcome) {
  const auto& [with, without] = outcome;
  return with.sends == without.sends ? std::to_string(with.sends)
                                     : fmt::format("{}, without {}", with.sends, without.sends);
}

// One line for each cut, and more where calls differ.
std::string draw() {
  std::ostringstream out;
  out << "| the call is cut | was it done? | calls | the client is told | completed, with webhooks "
         "| "
         "without | sent |\n|---|---|---|---|---|---|---|\n";
  for (const auto& point : kCuts) {
    std::vector<std::pair<Outcome, std::vector<std::string>>> groups;
    for (const auto& call : kCalls) {
      const auto outcome = try_out(call, point);
      std::cout << fmt::format("{:40} {:24} {:24} {:>4} s {:>4} s  sends {} {}\n", point.name,
                               call.name, render_told(outcome), outcome.first.after_s,
                               outcome.second.after_s, outcome.first.sends, outcome.second.sends);
      auto same = std::find_if(groups.begin(), groups.end(),
                               [&](const auto& group) { return group.first == outcome; });
      if (same == groups.end()) same = groups.insert(same, {outcome, {}});
      same->second.emplace_back(call.name);
    }
    for (const auto& [outcome, calls] : groups) {
      std::string names = calls.size() == std::size(kCalls) ? "all" : "";
      if (names.empty())
        for (const auto& name : calls) names += (names.empty() ? "" : "; ") + name;
      out << fmt::format("| {} | {} | {} | {} | {} s | {} s | {} |\n", point.name, point.done,
                         names, render_told(outcome), outcome.first.after_s, outcome.second.after_s,
                         render_sends(outcome));
    }
  }
  return out.str();
}

TEST(CutPoints, every_call_cut_at_every_point_settles_once_as_the_page_in_docs_says) {
  const auto page = testing::text_of("docs/stripe.md");
  const auto table = draw();
  EXPECT_NE(page.find(table), std::string::npos) << "docs/stripe.md must contain\n" << table;
}

}  // namespace
}  // namespace cobro::testing
