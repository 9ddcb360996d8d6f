// What a gateway call is about decides what its outcome changes: one handler for each subject.
// The driver, recovery and review know calls only; the handlers know payments, saved methods
// and subscriptions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/calls/gateway_call.h"
#include "ports/answers.h"

namespace cobro::app {

// How a call left things: what a reply is worded from. What the call is about is set.
struct Completed {
  domain::GatewayCall call;
  std::optional<domain::Payment> payment = {};
  std::optional<domain::Order> order = {};
  std::optional<domain::Refund> refund = {};
  std::optional<domain::Customer> customer = {};
  std::optional<domain::PaymentMethod> method = {};
  std::optional<domain::Subscription> subscription = {};
  ports::GatewayAnswer answer = {};  // of a refusal
};
// The loaded rows that `call` is about.
Completed completed_of(const ports::Loaded& loaded, domain::GatewayCall call);

// The reply of a call that was accepted. Everything else is worded as a refusal.
using RenderCompleted = std::function<StoredReply(const Completed& completed)>;

// What evidence says of a call that is open.
struct Verdict {
  domain::CallStatus status = domain::CallStatus::accepted;
  const ports::GatewayAnswer& answer;
};

// One completion of one call by one answer: what must be known besides, and what it changes.
// Lives for as long as the driver tries to commit it.
class Completion {
 public:
  virtual ~Completion() = default;
  // Asks for what the decision needs beside the answer; again after a try found it stale. False:
  // it cannot be had now, and the outcome stays unknown.
  virtual base::Task<bool> prepare(Context& context) = 0;
  // What the decision reads beside the call.
  virtual void add_reads(ports::Reads& reads) const = 0;
  // Whether the rows moved since `prepare`.
  [[nodiscard]] virtual bool is_stale(const ports::Loaded& loaded) const = 0;
  // In a decision, of an open call: what the verdict changes. Puts into `changes` the rows, the
  // call's own included (end_call), and says how things are in `after`. False: this evidence
  // does not end the call; what it changes all the same (a conflict) is in `changes`.
  virtual bool complete(const ports::Loaded& loaded, domain::Moment moment, const Verdict& verdict,
                        ports::Changes& changes, Completed& after) = 0;
};

// What a status query found.
enum class Sighting {
  no_answer,     // nothing may be concluded
  seen,          // the gateway answered; what was news is applied, open calls that it ends included
  beyond_total,  // the same, but what happened there has no place here until the call has ended
};

class CallHandler {
 public:
  virtual ~CallHandler() = default;
  [[nodiscard]] virtual std::unique_ptr<Completion> completion(
      const Context& context, const domain::GatewayCall& call,
      ports::GatewayAnswer& answer) const = 0;
  // What the answer to a call means.
  [[nodiscard]] virtual ports::GatewayAnswer parse(const ports::Gateway& gateway,
                                                   const domain::GatewayCall& call,
                                                   const ports::HttpResponse& response) const = 0;
  // Asks the gateway what has become of what the call is about, and applies what it says.
  virtual base::Task<Sighting> query(Context& context, domain::GatewayCall call) const = 0;
  // Looks at the copies that a refusal of the call blames: what is gone there is marked so here.
  virtual base::Task<void> check_copies(Context& context, domain::GatewayCall call,
                                        ports::Fault fault) const = 0;
  // Puts an unknown outcome before a person, in a decision.
  virtual void ask_a_person(const ports::Loaded& loaded, domain::Moment& moment,
                            const domain::GatewayCall& call, std::string detail,
                            ports::Changes& changes) const = 0;
};

// The table of calls: who handles what is about which subject.
struct CallHandlers {
  const CallHandler& payments;
  const CallHandler& customers;
  const CallHandler& methods;
  const CallHandler& subscriptions;
  // Brings a subscription's row to what its gateway says now, for who stands below them.
  base::Task<void> (*refresh_subscription)(Context& context, domain::SubscriptionId id);

  [[nodiscard]] const CallHandler& of(const domain::GatewayCall& call) const;
};

}  // namespace cobro::app
