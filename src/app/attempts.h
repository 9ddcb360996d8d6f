// Attempts: the life of a call that changes something at a gateway.
//
//   make_attempt ──(committed)──▶ send ──▶ settle ──(committed)──▶ accepted | declined |
//                                                     not_executed | still open: unknown
//
// Who else may end an attempt: a webhook, a look-up, recovery. All of them go through
// end_by_news; whoever comes second finds it ended and changes nothing.
#pragma once

#include <functional>
#include <optional>

#include "app/pipeline.h"
#include "domain/news.h"
#include "ports/gateway.h"

namespace cobro::app {

// Recovery takes an attempt this long after its deadline.
inline constexpr base::Duration kRecoveryGrace = std::chrono::minutes(1);

// Builds the attempt of `command` on the books' payment, counts it there, and marks the
// payment as having an operation open (refunds apart). Refusals: what the gateway cannot do
// (gateway_not_available, currency_not_supported, validation_failed).
base::Result<domain::Attempt, domain::Refusal> make_attempt(const Context& context,
                                                            domain::Books& books,
                                                            const ports::GatewayCommand& command);

// Sends a committed attempt, within its deadline. Never throws for what the network does.
base::Task<ports::GatewayAnswer> send(Context& context, domain::Attempt attempt);

// How a settled attempt left things: what a reply is worded from.
struct Settled {
  domain::Payment payment;
  std::optional<domain::Order> order;
  std::optional<domain::Refund> refund;
  domain::Attempt attempt;
  std::string message;  // of the gateway, when it was not executed
  bool busy = false;
  bool bad_payment_method = false;
};
// The reply of an attempt that was accepted. Everything else is worded as a refusal.
using WordAccepted = std::function<StoredReply(const Settled& settled)>;

// Commits what the answer means, and words the reply. `call` may be null: nobody waits, and
// the idempotency record (if any) is left settled for its own route.
base::Task<Answer> settle(Context& context, const Call* call, domain::Attempt attempt,
                          ports::GatewayAnswer answer, WordAccepted word);

// send and settle. An answer that says no clear word (the object is in another state) is
// looked into at once: the gateway's evidence ends the attempt if it can. Never throws: once
// the call was sent, whatever fails here leaves the outcome unknown, and recovery goes on.
// `call` may be null: nobody waits.
base::Task<Answer> perform(Context& context, const Call* call, domain::Attempt attempt,
                           WordAccepted word);

// The answer of a settled attempt: `word` when accepted, 402 when declined, else refused.
Answer word_settled(const Call& call, const Settled& settled, const WordAccepted& word);

// Applies news in a decision: to the payment, and to its open attempts that they end.
// Records of ended attempts are settled or released. Captured money that the payment cannot
// keep becomes an overpayment, and is sent back at once where the settings say so; an
// authorization that nobody can use any more gets an attempt that cancels it. Those attempts
// are only written: recovery sends them.
domain::Applied apply_payment_news(const Context& context, const ports::Loaded& loaded,
                                   domain::Books& books, const domain::PaymentNews& news,
                                   ports::Changes& changes);
// How many transaction numbers that may take.
int numbers_for_news(const Context& context);
domain::Applied apply_refund_news(const ports::Loaded& loaded, domain::Books& books,
                                  const domain::RefundNews& news, ports::Changes& changes);

// Ends `attempt` in a decision, with its record. A payment that was never made at the gateway
// is cancelled with it.
void end_attempt(domain::Books& books, domain::Attempt& attempt, domain::AttemptStatus status,
                 std::optional<domain::Decline> decline, ports::Changes& changes);

}  // namespace cobro::app
