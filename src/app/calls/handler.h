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

// How a call left things; its reply is rendered from that. What the call is about is set.
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
// Takes the rows that `call` is about from what was loaded.
Completed completed_of(const ports::Loaded& loaded, domain::GatewayCall call);

// Renders the reply of a call that was accepted. Every other outcome is a refusal.
using RenderCompleted = std::function<StoredReply(const Completed& completed)>;

// What evidence says of a call that is open.
struct Verdict {
  domain::CallStatus status = domain::CallStatus::accepted;
  const ports::GatewayAnswer& answer;
};

// The completion of one call by one answer: what must be known besides, and what the answer
// changes. It lives for as long as the driver tries to commit it.
class Completion {
 public:
  virtual ~Completion() = default;
  // Asks for what the decision needs beside the answer; again after a try found it stale. False
  // when it cannot be had now: the outcome stays unknown.
  virtual base::Task<bool> prepare(Context& context) = 0;
  // Adds what the decision reads beside the call.
  virtual void add_reads(ports::Reads& reads) const = 0;
  // Whether the rows moved since `prepare`.
  [[nodiscard]] virtual bool is_stale(const ports::Loaded& loaded) const = 0;
  // Completes an open call in a decision. Puts into `changes` the rows that the verdict changes,
  // the call's own included (end_call), and says in `after` how things are then. False when this
  // evidence does not end the call; what it changes all the same (a conflict) is in `changes`.
  virtual bool complete(const ports::Loaded& loaded, domain::Moment moment, const Verdict& verdict,
                        ports::Changes& changes, Completed& after) = 0;
};

// What a status query found.
enum class Sighting {
  no_answer,     // nothing may be concluded
  seen,          // the gateway answered; what was new is applied, open calls that it ends included
  beyond_total,  // the same, but what happened there has no place here until the call has ended
};

class CallHandler {
 public:
  virtual ~CallHandler() = default;
  [[nodiscard]] virtual std::unique_ptr<Completion> completion(
      const Context& context, const domain::GatewayCall& call,
      ports::GatewayAnswer& answer) const = 0;
  // Says what the answer to a call means.
  [[nodiscard]] virtual ports::GatewayAnswer parse(const ports::Gateway& gateway,
                                                   const domain::GatewayCall& call,
                                                   const ports::HttpResponse& response) const = 0;
  // Asks the gateway what has become of what the call is about, and applies what it says.
  virtual base::Task<Sighting> query(Context& context, domain::GatewayCall call) const = 0;
  // Looks at the copies that a refusal of the call blames, and marks here what is gone there.
  virtual base::Task<void> check_copies(Context& context, domain::GatewayCall call,
                                        ports::Fault fault) const = 0;
  // Whether the call may be sent (again), as things are: a person may have to decide first.
  [[nodiscard]] virtual bool may_send(const ports::Loaded&) const { return true; }
  // Puts an unknown outcome before a person, in a decision.
  virtual void ask_a_person(const ports::Loaded& loaded, domain::Moment& moment,
                            const domain::GatewayCall& call, std::string detail,
                            ports::Changes& changes) const = 0;
};

// The table of handlers, by what a call is about.
struct CallHandlers {
  const CallHandler& payments;
  const CallHandler& customers;
  const CallHandler& methods;
  const CallHandler& subscriptions;
  // Brings a subscription's row to what its gateway says now; for the rooms below subscriptions.
  // False when nothing could be learned.
  base::Task<bool> (*refresh_subscription)(Context& context, domain::SubscriptionId id);

  [[nodiscard]] const CallHandler& of(const domain::GatewayCall& call) const;
};

}  // namespace cobro::app
