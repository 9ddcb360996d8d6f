#include "sim/actors/visitor.h"

#include <fmt/format.h>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

base::Task<void> Visitor::live() {
  while (!asking_.is_over()) {
    co_await open();
    co_await asking_.rest();
  }
}

Wish Visitor::new_session() {
  auto& chance = asking_.chance();
  const auto who = chance.pick(kPeople);
  if (chance.roll(350))
    return {who, "POST", "/payments/create-checkout-session",
            fmt::format(R"({{"plan":"{}"}})",
                        chance.pick(std::vector<std::string>{"basic", "pro", "premium"})),
            ""};
  auto tag = fmt::format("session-{}", ++tags_);
  return {who, "POST", "/payments/create-checkout-session",
          fmt::format(R"({{"type":"{}","amount":{},"currency":"usd","courseId":"{}",)"
                      R"("description":"{}"}})",
                      chance.roll(700) ? "course_purchase" : "one_time",
                      chance.magnitude(100, 90'000), chance.between(1, 9), tag),
          tag};
}

base::Task<void> Visitor::open() {
  auto wish = new_session();
  const auto who = wish.who;
  const auto object = object_of(co_await asking_.insist(std::move(wish)));
  const auto id = object.string_at({"sessionId"});
  if (!id) co_return;
  ++asking_.world().ground.tally["checkout sessions opened"];
  const auto draw = asking_.chance().between(0, 99);
  if (draw < 20) co_return;
  if (draw < 45) hands_.spawn("other tab", visit(*id, who));
  if (draw < 55) hands_.spawn("processed", process(*id, who));
  hands_.spawn("visit", visit(*id, who));
}

// A program of the shop charges the same debt.
base::Task<void> Visitor::process(std::string id, std::string who) {
  co_await asking_.world().ground.clock.sleep(asking_.chance().span(1s, 10min));
  const auto path = fmt::format("/api/v1/payments/{}/process", id);
  co_await asking_.insist({who, "POST", path, R"({"payment_method_id":"pm_card_visa"})", ""});
}

base::Task<void> Visitor::visit(std::string id, std::string who) {
  auto& chance = asking_.chance();
  auto& clock = asking_.world().ground.clock;
  co_await clock.sleep(chance.roll(850) ? chance.span(1s, 1h) : chance.evenly(20h, 28h));
  const auto page = "/checkout/" + id;
  const auto shown = object_of(co_await asking_.once({who, "GET", page + "/session", "", ""}));
  const auto secret = shown.string_at({"gateway", "client_secret"});
  const auto there = shown.string_at({"redirect_url"});
  if (!secret && !there) co_return;
  // A page may stay open for longer than its session.
  if (chance.roll(100)) co_await clock.sleep(chance.evenly(1h, 30h));
  if (there)
    co_await browser_.pay_there(*there);
  else
    co_await browser_.pay(*secret);
  if (chance.roll(600)) co_await asking_.once({who, "POST", page + "/refresh", "", ""});
}

}  // namespace cobro::sim
