#include "app/sweep/sweep.h"

#include "app/calls/gateway_client.h"
#include "app/sweep/listed_objects.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

namespace {

using ports::GatewayList;
using ports::SweepPoint;

constexpr base::Duration kPeriod = std::chrono::hours(24);
constexpr base::Duration kFirstReach = std::chrono::days(30);
// For the gateway's clock, and what it lists late.
constexpr base::Duration kOverlap = std::chrono::hours(1);
constexpr base::Duration kPause = std::chrono::milliseconds(500);
// A page, and what must be asked about one object of it.
constexpr base::Duration kLease = std::chrono::minutes(5);

std::string_view name_of(GatewayList list) {
  switch (list) {
    case GatewayList::payments:
      return "payments";
    case GatewayList::refunds:
      return "refunds";
    case GatewayList::disputes:
      return "disputes";
    case GatewayList::subscriptions:
      return "subscriptions";
    case GatewayList::events:
      break;
  }
  return "events";
}

// One walk of one list, by whoever has its lease.
class Walk {
 public:
  Walk(Context& context, const ports::Gateway& gateway, GatewayList list, SweepPoint point,
       const bool& stopped)
      : context_(context),
        gateway_(gateway),
        list_(list),
        point_(std::move(point)),
        stopped_(stopped) {}

  base::Task<void> run() {
    if (!point_.walking_to) {
      point_.walking_to = context_.clock.now();
      point_.next_page.reset();
    }
    cursor_ = point_.next_page;
    while (co_await read_page()) co_await context_.clock.sleep(kPause);
  }

 private:
  [[nodiscard]] base::Timestamp from() const {
    return point_.walked_to ? *point_.walked_to - kOverlap : *point_.walking_to - kFirstReach;
  }

  // False at the end of the walk, for whatever reason.
  base::Task<bool> read_page() {
    const auto& lists = *gateway_.lists_of_everything();
    auto response =
        co_await ask_gateway(context_, gateway_, lists.list_page(list_, from(), cursor_));
    if (!response) co_return co_await give_back("no answer");
    const auto page = lists.parse_page(list_, *response);
    if (!page.understood) {
      // The place where it went on may be gone: the next walk begins anew.
      point_.next_page.reset();
      co_return co_await give_back("the answer is no page of a list");
    }
    if (!co_await see_all(page)) co_return false;
    cursor_ = page.next;
    if (!missed_) point_.next_page = page.next;
    if (page.next && !stopped_) co_return co_await keep(kLease);
    if (!page.next) end_walk();
    co_await keep(base::Duration::zero());
    co_return false;
  }

  // A walk that missed something is not over: the next one goes on from the page where that stands.
  void end_walk() {
    if (!missed_) {
      point_.walked_to = std::exchange(point_.walking_to, std::nullopt);
      return;
    }
    context_.log.write(ports::LogLevel::warning,
                       "what a gateway lists could not all be looked at; it is walked again",
                       {{"list", name_of(list_)}});
  }

  base::Task<bool> see_all(const ports::ListPage& page) {
    co_return co_await see_each(page.payments) && co_await see_each(page.refunds) &&
        co_await see_each(page.disputes) && co_await see_each(page.subscriptions) &&
        co_await see_each(page.events);
  }

  // False: this walk is over before the page's end.
  template <class Object>
  base::Task<bool> see_each(const std::vector<Object>& objects) {
    for (const auto& object : objects) {
      if (stopped_) {
        co_await keep(base::Duration::zero());
        co_return false;
      }
      if (co_await see_one(object) && !co_await keep(kLease)) co_return false;
    }
    co_return true;
  }

  // True when it took more than a look. One that cannot be looked at now is looked at again; one
  // that cannot be applied at all must not hold up the others.
  template <class Object>
  base::Task<bool> see_one(const Object& object) {
    std::string failure;
    try {
      const auto seen = co_await see(context_, gateway_.name(), object);
      if (seen == Seen::missed) missed_ = true;
      co_return seen != Seen::known;
    } catch (const ports::StoreUnavailable& error) {
      missed_ = true;
      failure = error.what();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    context_.log.write(ports::LogLevel::error, "what a gateway lists could not be applied",
                       {{"list", name_of(list_)}, {"reason", failure}});
    co_return true;
  }

  base::Task<bool> give_back(std::string_view why) {
    context_.log.write(ports::LogLevel::warning, "a gateway's list could not be read",
                       {{"list", name_of(list_)}, {"reason", why}});
    co_await keep(base::Duration::zero());
    co_return false;
  }

  // False: somebody else has it now.
  base::Task<bool> keep(base::Duration lease) {
    const auto until = context_.clock.now() + lease;
    const bool kept = co_await context_.store.keep_sweep(point_, until);
    if (kept) point_.leased_until = until;
    co_return kept;
  }

  Context& context_;
  const ports::Gateway& gateway_;
  GatewayList list_;
  SweepPoint point_;                   // next_page: the first that was not all seen
  std::optional<std::string> cursor_;  // the page to read now
  bool missed_ = false;
  const bool& stopped_;
};

}  // namespace

base::Task<void> Sweep::run() {
  const bool first = std::exchange(first_, false);
  for (const auto* gateway : context_.gateways.all()) {
    if (gateway->lists_of_everything() == nullptr) continue;
    for (const auto list : gateway->lists_of_everything()->lists()) {
      if (stopped_) co_return;
      const auto now = context_.clock.now();
      auto point =
          co_await context_.store.claim_sweep({.gateway = gateway->name(),
                                               .list = std::string(name_of(list)),
                                               .now = now,
                                               .until = now + kLease,
                                               .walked_before = first ? now : now - kPeriod});
      if (!point) continue;
      Walk walk(context_, *gateway, list, std::move(*point), stopped_);
      co_await walk.run();
    }
  }
}

}  // namespace cobro::app
