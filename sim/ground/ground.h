// What every part of the simulated world stands on: time, trace and faults.
#pragma once

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/task.h"
#include "sim/ground/chance.h"
#include "sim/ground/clock.h"
#include "sim/ground/options.h"
#include "sim/ground/trace.h"

namespace cobro::sim {

// Decides which call meets which fault. Outages strike every call they cover.
class Faults {
 public:
  explicit Faults(const Options& options) : options_(options), chance_(options.seed, "faults") {}

  bool strike(Fault fault) {
    const int rate = rate_of(fault);
    if (healed_ || rate == 0 || !chance_.roll(rate)) return false;
    ++struck_[static_cast<std::size_t>(fault)];
    return true;
  }
  void heal() {
    healed_ = true;
    gateway_away = gateway_troubled = webhooks_away = database_away = 0;
  }
  [[nodiscard]] bool healed() const { return healed_; }
  [[nodiscard]] const std::array<std::int64_t, kFaults>& struck() const { return struck_; }
  // How often any of the faults from one to another struck, in their order.
  [[nodiscard]] std::int64_t struck_between(Fault first, Fault last) const {
    return std::accumulate(struck_.begin() + static_cast<std::ptrdiff_t>(first),
                           struck_.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                           std::int64_t{0});
  }
  Chance& chance() { return chance_; }

  // How many outages of each are on. A troubled gateway answers, now and then.
  int gateway_away = 0;
  int gateway_troubled = 0;
  int webhooks_away = 0;
  int database_away = 0;

 private:
  static constexpr int kTroubleRate = 150;
  [[nodiscard]] int rate_of(Fault fault) const {
    const bool troubled = gateway_troubled > 0 && fault < Fault::webhook_lost;
    return troubled ? std::max(options_.rate(fault), kTroubleRate) : options_.rate(fault);
  }

  const Options& options_;
  Chance chance_;
  bool healed_ = false;
  std::array<std::int64_t, kFaults> struck_{};
};

struct Ground {
  explicit Ground(const Options& drawn) : options(drawn), trace(clock), faults(options) {}
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;

  const Options options;
  ManualClock clock;
  Trace trace;
  Faults faults;
  // How many crashes, pauses and outages there were so far.
  std::int64_t upsets = 0;
  // What must never happen, whatever the faults: one line each.
  std::vector<std::string> violations;
  // Methods that left at the gateway because somebody there detached them or deleted their
  // customer.
  std::set<std::string> gone_there;
  // How often each thing happened that a run should contain.
  std::map<std::string, std::int64_t> tally;

  // For groups of the world's own tasks, which never throw.
  base::TaskGroup::OnFailure reporter() {
    return [this](std::string_view task, std::exception_ptr thrown) { report(task, thrown); };
  }

 private:
  void report(std::string_view task, const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      violations.push_back(std::string(task) + " threw: " + error.what());
    }
  }
};

}  // namespace cobro::sim
