#include "sim/ground/options.h"

#include <fmt/format.h>

#include "sim/ground/chance.h"

namespace cobro::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, kFaults> kWords = {
    "gateway_refused", "gateway_lost",    "gateway_late",   "gateway_busy",  "gateway_locked",
    "gateway_denied",  "gateway_baffled", "gateway_poor",   "gateway_error", "gateway_failed",
    "gateway_unheard", "gateway_reset",   "gateway_resent", "gateway_slow",  "webhook_lost",
    "webhook_unheard", "webhook_doubled", "webhook_late",   "webhook_never", "call_lost",
    "call_unheard",    "database_away",   "commit_unheard", "commit_lost",   "commit_late"};

int draw_rate(Chance& chance) {
  return chance.roll(400) ? 0 : static_cast<int>(chance.magnitude(3, 200));
}

// One fault that strikes more often than not. Not one of the database's: nothing else would
// happen then.
std::size_t draw_dominant(Chance& chance) {
  return static_cast<std::size_t>(
      chance.between(0, static_cast<std::int64_t>(Fault::database_away) - 1));
}
int draw_often(Chance& chance) {
  return static_cast<int>(chance.between(300, 750));
}

int draw_count(Chance& chance, std::int64_t most) {
  return chance.roll(400) ? 0 : static_cast<int>(chance.between(1, most));
}

std::int64_t minutes(base::Duration span) {
  return std::chrono::duration_cast<std::chrono::minutes>(span).count();
}

std::string describe_dashboard(const Options& options) {
  if (options.dashboard == base::Duration{0}) return "nobody at the dashboard";
  return fmt::format("acts at the dashboard up to {} min apart", minutes(options.dashboard));
}

// As many wishes and faults as in a short life, further apart.
void live_long(Options& options, Chance& chance) {
  options.faulty = 24h * 70;
  options.clients = 1;
  options.pause = chance.span(6h, 72h);
  options.billing_pause = chance.span(24h, 96h);
  options.dashboard = chance.roll(500) ? 0h : chance.span(24h, 24h * 7);
  options.inbox_period = options.recovery_period = options.expiry_period = 5min;
  options.lease = 15min;
}

// Two processes, on every third seed. Looking as often as in production costs most of a run's time.
void draw_processes(Options& options) {
  Chance chance(options.seed, "processes");
  if (!chance.roll(333)) return;
  options.processes = 2;
  options.pauses = draw_count(chance, 20);
  if (!chance.roll(400) || options.seed % kLongEvery == 0) return;
  options.faulty = 24h;
  options.lease = 10s;
  options.recovery_period = 2s;
}

// A slow link makes larger groups of writes.
void draw_latency(Options& options) {
  Chance chance(options.seed, "latency");
  if (options.grouped_writes && chance.roll(600))
    options.database_latency = chance.span(3ms, 100ms);
}

}  // namespace

std::string_view to_string(Fault fault) {
  return kWords[static_cast<std::size_t>(fault)];
}

Options draw_options(std::uint64_t seed) {
  Chance chance(seed, "options");
  Options options{.seed = seed};
  for (auto& rate : options.rates) rate = draw_rate(chance);
  options.crashes = draw_count(chance, 40);
  options.gateway_outages = draw_count(chance, 4);
  options.webhook_outages = draw_count(chance, 4);
  options.database_outages = draw_count(chance, 4);
  options.longest_outage = chance.span(5min, 36h);
  options.grouped_writes = chance.roll(500);
  options.clients = static_cast<int>(chance.between(1, 6));
  options.pause = chance.span(2min, 2h);
  options.keys_kept = chance.evenly(13h, 30h);
  options.processing_time = chance.roll(300) ? chance.span(10ms, 5s) : 0ms;
  options.gateway_troubles = draw_count(chance, 6);
  options.gateway_incidents = chance.roll(300) ? 1 : 0;
  // Looking often costs most of a run's time, and finds nothing that looking later does not.
  options.inbox_period = chance.roll(100) ? 5s : chance.evenly(20s, 90s);
  options.orders_expire_after = chance.roll(250) ? 0h : chance.span(30min, 72h);
  options.refund_overpayments = chance.roll(500);
  options.dashboard = chance.roll(300) ? 0min : chance.span(15min, 20h);
  if (chance.roll(250)) options.rates[draw_dominant(chance)] = draw_often(chance);
  options.billing_pause = chance.roll(150) ? 0min : chance.span(30min, 8h);
  options.draft_lasts = chance.roll(500) ? 0min : chance.span(1min, 1h);
  options.after_retries = chance.pick(std::vector<std::string>{"cancel", "unpaid", "past_due"});
  if (seed % kLongEvery == 0) live_long(options, chance);
  options.checkout_at_gateway = chance.roll(300);
  draw_processes(options);
  draw_latency(options);
  return options;
}

std::string describe(const Options& options) {
  std::string text = fmt::format(
      "seed {}: {} h with faults, {} h of healing, {} clients, at most {} min between wishes; {}\n"
      "writes {} (up to {} ms each way), overpayments {}, orders expire after {} min (0: never), "
      "the gateway forgets keys "
      "after {} min and takes {} ms for a "
      "POST\n"
      "people buy, subscribe and visit checkout pages ({}) up to {} min apart (0: never); drafts "
      "last {} min; after the last try: {}\n"
      "{} processes of the service, leases of {} s; {} pauses, {} crashes; outages of up to {} "
      "min: {} of the gateway, {} of webhooks, {} of the database; "
      "{} times the gateway is in trouble; {} incidents\n"
      "per mille:",
      options.seed, minutes(options.faulty) / 60, minutes(options.healing) / 60, options.clients,
      minutes(options.pause), describe_dashboard(options),
      options.grouped_writes ? "grouped" : "whole", options.database_latency.count() / 1000,
      options.refund_overpayments ? "go back" : "stay", minutes(options.orders_expire_after),
      minutes(options.keys_kept), options.processing_time.count() / 1000,
      options.checkout_at_gateway ? "the gateway's" : "ours", minutes(options.billing_pause),
      minutes(options.draft_lasts), options.after_retries, options.processes,
      options.lease.count() / 1'000'000, options.pauses, options.crashes,
      minutes(options.longest_outage), options.gateway_outages, options.webhook_outages,
      options.database_outages, options.gateway_troubles, options.gateway_incidents);
  for (std::size_t i = 0; i < kFaults; ++i)
    if (options.rates[i] > 0) text += fmt::format(" {} {}", kWords[i], options.rates[i]);
  return text + "\n";
}

}  // namespace cobro::sim
