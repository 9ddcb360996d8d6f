#include "sim/actors/asking.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

bool is_conclusive(const Heard& heard) {
  if (heard.status == 0 || heard.status == 429 || heard.status >= 500) return false;
  return heard.body.find("idempotency_in_progress") == std::string::npos;
}

}  // namespace

wire::Json object_of(const Heard& heard) {
  if (heard.status < 200 || heard.status >= 300) return {};
  auto json = wire::parse_json(heard.body);
  if (!json) return {};
  if (const auto* data = json->find("data")) return *data;
  return std::move(*json);
}

Asking::Asking(World& world, Witness& witness, std::string name)
    : world_(world),
      witness_(witness),
      name_(std::move(name)),
      chance_(world.ground.options.seed, name_),
      hands_(world.ground.reporter()) {}

bool Asking::is_over() const {
  const auto& options = world_.ground.options;
  return options.billing_pause == 0s || world_.ground.clock.steady() >= options.faulty;
}

base::Task<void> Asking::rest() {
  co_await world_.ground.clock.sleep(chance_.evenly(1s, world_.ground.options.billing_pause + 1s));
}

base::Task<Heard> Asking::once(Wish wish, std::string key) {
  Ask ask{std::move(wish.who),  std::move(wish.method), std::move(wish.path),
          std::move(wish.body), std::move(key),         chance_.span(2s, 90s)};
  const auto sent_at = world_.ground.clock.steady();
  auto heard = co_await world_.call(ask);
  witness_.hear(ask, heard, sent_at);
  co_return heard;
}

base::Task<Heard> Asking::insist(Wish wish) {
  const bool keyed = chance_.roll(700);
  auto key = keyed ? fmt::format("{}-{}", name_, ++keys_) : std::string();
  if (keyed && !wish.tag.empty()) witness_.expect_once(wish.tag);
  if (chance_.roll(100)) hands_.spawn("second press", press(wish, key));
  co_return co_await repeat(std::move(wish), std::move(key));
}

base::Task<void> Asking::press(Wish wish, std::string key) {
  co_await repeat(std::move(wish), std::move(key));
}

base::Task<Heard> Asking::repeat(Wish wish, std::string key) {
  Heard heard;
  for (auto tries = chance_.between(1, 6); tries > 0; --tries) {
    heard = co_await once(wish, key);
    if (is_conclusive(heard)) break;
    co_await world_.ground.clock.sleep(chance_.roll(900) ? chance_.span(100ms, 5min)
                                                         : chance_.span(5min, 3h));
  }
  if (!key.empty() && chance_.roll(150)) co_await once(std::move(wish), std::move(key));
  co_return heard;
}

}  // namespace cobro::sim
