// The other side of Tiny Pay's wire: keeps orders and refunds, remembers requests by their id,
// gives tokens that run out, and signs what it tells.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/gateway.h"
#include "wire/json.h"
#include "wire/message.h"

namespace cobro::testing::tiny {

class TinyServer {
 public:
  explicit TinyServer(ports::Clock& clock) : clock_(clock) {}

  base::Task<wire::Reply> handle(wire::Request request);

  // The customer agrees, on the order's page.
  void approve(const std::string& order) { orders.at(order).set("status", "APPROVED"); }
  // What it sends to tell so, signed.
  [[nodiscard]] ports::WebhookRequest webhook(const std::string& order) const;
  // Tokens given until now are good no more.
  void revoke_tokens() { ++generation_; }

  std::map<std::string, wire::Json> orders;
  std::map<std::string, wire::Json> refunds;
  int tokens_given = 0;
  int keys_given = 0;
  int refused_for_token = 0;
  bool break_next_answer = false;  // the next POST is done, and answered with a 500
  std::string refuse_next;         // a problem to answer the next POST with, nothing done

 private:
  wire::Reply act(const wire::Request& request);
  wire::Reply list(const wire::Request& request);

  ports::Clock& clock_;
  int generation_ = 0;
  std::map<std::string, base::Timestamp> tokens_;  // until when
  std::map<std::string, wire::Reply> done_;        // by Request-Id
};

}  // namespace cobro::testing::tiny
