// What one run is like, all of it drawn from its seed: swarm testing, where each seed has
// some faults often, some rarely and some not at all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cobro::sim {

// To add one: a name here and in options.cpp, and a line where it strikes.
enum class Fault {
  // ---- between the service and its gateway --------------------------------------------
  gateway_refused,  // no connection: nothing was sent
  gateway_lost,     // the request never arrives, and nobody answers
  gateway_late,     // the request arrives late, maybe after the caller has given up
  gateway_busy,     // 429: nothing was done
  gateway_locked,   // 429, its object is in use: nothing was done
  gateway_denied,   // 403, our key may not do this: nothing was done
  gateway_baffled,  // 400, a parameter of ours is unknown there: nothing was done
  gateway_poor,     // 400, there is no money for this refund: nothing was done
  gateway_error,    // 5xx: nothing was done
  gateway_failed,   // 5xx: it was done
  gateway_unheard,  // done; the answer is lost
  gateway_reset,    // done; the connection breaks, or half of the body arrives
  gateway_resent,   // done; the connection breaks before an answer, and the client sends it again
  gateway_slow,     // done; the answer comes late
  // ---- webhooks -----------------------------------------------------------------------
  webhook_lost,
  webhook_unheard,  // taken; the 200 is lost, so it comes again
  webhook_doubled,
  webhook_late,   // so that others overtake it
  webhook_never,  // the event is lost for good: only the sweep can tell of it
  // ---- between clients and the service --------------------------------------------------
  call_lost,
  call_unheard,
  // ---- the database --------------------------------------------------------------------
  database_away,   // one call finds no connection
  commit_unheard,  // committed; the answer is lost
  commit_lost,     // not committed; nobody knows
  commit_late,     // nobody knows, and it is committed a while later
  count_
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::count_);
std::string_view to_string(Fault fault);

struct Options {
  std::uint64_t seed = 1;
  base::Duration faulty = std::chrono::hours(72);   // phase one
  base::Duration healing = std::chrono::hours(30);  // phase two: no fault, no client
  std::array<int, kFaults> rates{};                 // per mille of the calls it can strike
  int processes = 1;                                // of the service, on one database
  int pauses = 0;  // a process stands still, perhaps for longer than its lease
  int crashes = 0;
  int gateway_outages = 0;    // nothing reaches the gateway
  int gateway_troubles = 0;   // most of its faults strike often, and its webhooks do not come
  int gateway_incidents = 0;  // trouble, then nothing at all, perhaps until keys are forgotten
  int webhook_outages = 0;    // no webhook reaches the service
  int database_outages = 0;
  base::Duration longest_outage = std::chrono::hours(1);
  base::Duration inbox_period = std::chrono::seconds(5);
  base::Duration recovery_period = std::chrono::seconds(30);
  base::Duration expiry_period = std::chrono::minutes(1);
  base::Duration lease = std::chrono::minutes(1);  // of an instance; renewed in a third of it
  base::Duration orders_expire_after = std::chrono::hours(72);  // 0: never
  bool refund_overpayments = false;                             // without being asked to
  bool checkout_at_gateway = false;  // sessions are paid on the gateway's own page
  // Other writes come between a write's reads and its changes, and those that wait are committed
  // together.
  bool grouped_writes = false;
  base::Duration database_latency = std::chrono::milliseconds(3);  // at most, one way
  int clients = 1;
  base::Duration pause = std::chrono::minutes(10);    // longest, between two wishes of a client
  base::Duration dashboard = std::chrono::hours(3);   // between two acts there; 0: nobody is
  base::Duration keys_kept = std::chrono::hours(24);  // by the gateway
  base::Duration processing_time{0};                  // of a POST at the gateway
  base::Duration billing_pause{0};  // longest, between two wishes of who buys without an order,
                                    // subscribes, saves or visits a checkout page; 0: nobody
  base::Duration draft_lasts{0};    // how long the gateway keeps a renewal's invoice a draft
  std::string after_retries = "cancel";  // what it does with who does not pay

  [[nodiscard]] int rate(Fault fault) const { return rates[static_cast<std::size_t>(fault)]; }
};

Options draw_options(std::uint64_t seed);
// Every tenth seed lives long: seventy days with few wishes, for the gateway's monthly bills.
inline constexpr std::uint64_t kLongEvery = 10;
// For a person: every figure, with its name.
std::string describe(const Options& options);

}  // namespace cobro::sim
