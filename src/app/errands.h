// Errands: the life of a call that changes something at a gateway and is not about a payment.
//
//   make_errand ──(committed)──▶ perform ──(committed)──▶ accepted | declined | not_executed |
//                                                         still open: unknown
//
// As with attempts, webhooks and recovery may end one too; whoever comes second finds it ended.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/pipeline.h"
#include "domain/errand.h"
#include "domain/subscription_books.h"
#include "ports/billing.h"

namespace cobro::app {

// Builds an errand on a subject whose counter of errands it counts up. Refusals:
// gateway_not_available, and what the gateway cannot do.
base::Result<domain::Errand, domain::Refusal> make_errand(
    const Context& context, domain::GatewayName gateway, const ports::ErrandCommand& command,
    base::Uuid subject, std::int64_t& counter, std::string requested_by, domain::Moment& moment);

// How a settled errand left things; what it is about is set.
struct ErrandSettled {
  domain::Errand errand;
  std::optional<domain::Customer> customer = {};
  std::optional<domain::PaymentMethod> method = {};
  std::optional<domain::Subscription> subscription = {};
  bool busy = false;
  bool bad_payment_method = false;
  bool bad_price = false;
  std::string message = {};
};
using WordErrand = std::function<StoredReply(const ErrandSettled& settled)>;

// Sends a committed errand and commits what the answer means. Never throws: what fails after it
// was sent leaves the outcome unknown. `call` may be null: nobody waits.
base::Task<Answer> perform_errand(Context& context, const Call* call, domain::Errand errand,
                                  WordErrand word);
// The answer of a record whose errand ended without its caller.
Answer word_settled(const Call& call, const ports::Loaded& loaded, const WordErrand& word);

// Whether a change of plan asked for that price: a value of its form, whatever the field.
bool asks_for(const domain::Errand& errand, const std::string& value);

// Ends `errand` in a decision, with its record.
void end_errand(domain::Errand& errand, domain::AttemptStatus status,
                std::optional<domain::Decline> decline, base::Timestamp now,
                ports::Changes& changes);
// Puts what the books recorded into the changes.
void collect(const domain::SubscriptionBooks& books, ports::Changes& changes);

// Commits what a look-up found, after the gateway's memory of the key: it is there (accepted),
// or it is not and never was done (not_executed).
base::Task<void> settle_by_look(Context& context, domain::Errand errand,
                                ports::ErrandAnswer answer);
// Sends it again, or looks up what became of it, if its time has come and nobody else does.
base::Task<void> recover_errand(Context& context, domain::Errand due);
// One round over those that are due; returns how many were.
base::Task<std::int64_t> recover_errands(Context& context);

}  // namespace cobro::app
