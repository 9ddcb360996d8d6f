#include "sim/run.h"

#include <fmt/format.h>

#include "sim/actors/bank.h"
#include "sim/actors/blunderer.h"
#include "sim/actors/buyer.h"
#include "sim/actors/clerk.h"
#include "sim/actors/client.h"
#include "sim/actors/dashboard.h"
#include "sim/actors/saver.h"
#include "sim/actors/subscriber.h"
#include "sim/actors/visitor.h"
#include "sim/checkers/checkers.h"
#include "sim/contents.h"
#include "sim/ground/people.h"
#include "sim/world.h"

namespace cobro::sim {
namespace {

// What falls due at the end's very moment (bills come at whole hours) is done with.
constexpr base::Duration kLastWords = std::chrono::seconds(41);

void judge(const Evidence& evidence, Outcome& outcome) {
  for (const auto& checker : all_checkers())
    for (const auto& finding : checker.check(evidence))
      outcome.violations.push_back(fmt::format("{}: {}", checker.name, finding));
}

void count(const Evidence& evidence, Outcome& outcome) {
  outcome.payments = static_cast<std::int64_t>(evidence.rows.payments.size());
  outcome.refunds = static_cast<std::int64_t>(evidence.remote_refunds.size());
  for (const auto& payment : evidence.remote_payments) outcome.charges += payment.captures;
  count_contents(evidence, outcome.tally);
}

}  // namespace

Outcome run_seed(const Options& options, std::function<void(const std::string&)> follow) {
  Outcome outcome{.options = options};
  World world(options);
  world.ground.trace.follow(std::move(follow));
  Market market(options.seed, kPeople);
  Witness witness(world.ground.violations, world.ground.clock);
  std::vector<std::unique_ptr<Client>> clients;
  Dashboard dashboard(world);
  Clerk clerk(world, witness);
  Buyer buyer(world, witness);
  Saver saver(world, witness);
  Subscriber subscriber(world, witness);
  Visitor visitor(world, witness);
  Bank bank(world);
  Blunderer blunderer(world, witness);
  base::TaskGroup lives(world.ground.reporter());
  for (int i = 0; i < options.clients; ++i) {
    clients.push_back(std::make_unique<Client>(world, market, witness, i));
    lives.spawn("client", clients.back()->live());
  }
  lives.spawn("dashboard", dashboard.live());
  lives.spawn("clerk", clerk.live());
  lives.spawn("buyer", buyer.live());
  lives.spawn("saver", saver.live());
  lives.spawn("subscriber", subscriber.live());
  lives.spawn("visitor", visitor.live());
  lives.spawn("bank", bank.live());
  lives.spawn("blunderer", blunderer.live());
  world.run_for(options.faulty);
  world.heal();
  world.run_for(options.healing + kLastWords);
  auto evidence = world.collect();
  evidence.promises = witness.promises();
  evidence.blunders = blunderer.blunders();
  judge(evidence, outcome);
  outcome.tally = world.ground.tally;
  count(evidence, outcome);
  outcome.statuses = witness.statuses();
  outcome.struck = world.ground.faults.struck();
  outcome.hash = world.ground.trace.hash();
  outcome.lines = world.ground.trace.count();
  const auto& lines = world.ground.trace.last_lines();
  outcome.last_lines.assign(lines.begin(), lines.end());
  return outcome;
}

}  // namespace cobro::sim
