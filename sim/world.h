// The simulated world: the whole service as production runs it, its database, its gateway
// and the wires between them. One thread, virtual time; a seed decides everything. On some seeds
// there are two processes of the service; what comes goes to one of those that are there.
//
//   clients ──calls──▶ Service ──▶ Database (SQLite in memory)      survives a crash
//                         │ ▲
//                         ▼ │ webhooks
//                      sandbox                                      survives a crash
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateways/manual/manual.h"
#include "gateways/stripe/stripe.h"
#include "sandbox/stripe/stripe.h"
#include "service/service.h"
#include "sim/evidence.h"
#include "sim/ground/database.h"
#include "sim/ground/ground.h"
#include "sim/ground/network.h"
#include "sim/ground/process.h"
#include "sim/ground/seen.h"

namespace cobro::sim {

struct Ask {
  std::string who;  // one of people.h
  std::string method;
  std::string path;
  std::string body;
  std::string key;            // Idempotency-Key; none when empty
  base::Duration patience{};  // how long the client waits
};

struct Heard {
  int status = 0;  // 0: no answer
  std::string body;
  std::string location = {};  // of a redirect at the gateway
};

class World {
 public:
  explicit World(const Options& options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  // A client's request, over a wire that may lose it or its answer.
  base::Task<Heard> call(Ask ask);
  // A person at the gateway, not through the service: the 3-D Secure page, the gateway's own
  // form, its dashboard. `path` may have a query. Gives the status and body of the answer.
  base::Task<Heard> at_gateway(std::string method, std::string path, std::string form);
  // The same from a customer's browser, with the publishable key.
  base::Task<Heard> in_browser(std::string method, std::string path, std::string form);

  // Whether something about this person's customer or saved methods is under way or unknown.
  base::Task<bool> has_open_calls(const std::string& who);

  // Lets virtual time pass, with everything that happens meanwhile. Ends at once when that
  // is too much; `ground.violations` says so.
  void run_for(base::Duration span);
  // No more faults and crashes; what was withheld comes.
  void heal();
  // What is in the database and at the gateway now.
  Evidence collect();

  Ground ground;

 private:
  struct Host;  // of one process
  struct Waiting {
    Host* host;
    base::Completion<std::optional<wire::Reply>> answer;
    base::Duration since;
    std::string what;
  };
  using Answered = base::Completion<std::optional<wire::Reply>>;

  void build_service(Host& host);
  void crash(Host& host);
  void step();
  void watch_steps();
  base::Task<void> restart_after(Host& host, base::Duration span);
  base::Task<void> strike_at(base::Duration at);
  base::Task<void> pause_at(base::Duration at);
  void pause(Host& host);
  base::Task<void> go_on_after(Host& host, base::Duration span);
  void go_on(Host& host);
  std::string name_of(const Host& host) const;
  Host& any_host();
  Host* host_that_answers();
  base::Task<void> outage(base::Duration at, base::Duration span, std::vector<int Faults::*> what,
                          std::string name);
  void plan_accidents();
  void plan_incidents();
  void plan_outages(int count, const std::vector<int Faults::*>& what, const std::string& name);

  base::Task<std::optional<wire::Reply>> receive(wire::Request request);
  base::Task<wire::Reply> receive_webhook(wire::Request request);
  base::Task<void> serve(Host& host, std::int64_t number, wire::Request request);
  base::Task<void> carry_call(wire::Request request, base::Completion<Heard> answer);
  base::Task<void> give_up(base::Duration after, base::Completion<Heard> answer);
  base::Task<Heard> ask_gateway(std::string key, std::string method, std::string path,
                                std::string form);
  wire::Request to_request(const Ask& ask);
  void watch(const Waiting& waiting);
  base::Task<void> release_webhooks();
  base::Task<void> follow(RefusedSend refused);

  Chance accidents_;
  Chance routes_;
  Seen seen_;
  SeededRandom service_random_;
  SeededRandom sandbox_random_;
  ports::NoLog log_;
  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<sandbox::Stripe> sandbox_;  // outlives what is on its way to it
  WebhookWire webhook_wire_;
  gateways::Manual manual_;
  std::unique_ptr<gateways::Stripe> stripe_;
  std::map<std::int64_t, Waiting> waiting_;  // requests that the service works on
  std::vector<RefusedSend> refused_;         // of calls that nothing else kept from ending
  std::int64_t requests_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t hour_ = 0;
  std::int64_t steps_ = 0;  // in that hour
  bool restless_ = false;   // it was too much: the run is over
  std::vector<std::unique_ptr<Host>> hosts_;
  base::TaskGroup world_;
};

}  // namespace cobro::sim
