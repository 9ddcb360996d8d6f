// The write pipeline: every change goes through here.
//
//   idempotently(call, reads, decide)
//     │   reads  + the idempotency record under the client's key
//     │   decide   a plain function: what was loaded ──▶ changes, reply or call
//     │   record   written in the same transaction: closed with the reply, or open
//     │            beside the gateway call that must be sent first
//     ▼
//   commit       one transaction; conflicts are decided again from fresh rows, a lost
//                answer to COMMIT is resolved, and every try names its rows alike
//
// The reply is rendered before the commit, so that what is stored is what is sent.
#pragma once

#include <functional>
#include <optional>

#include "app/pipeline/caller.h"
#include "app/pipeline/context.h"
#include "base/result.h"
#include "base/task.h"
#include "domain/books.h"
#include "domain/refusal.h"
#include "ports/store.h"

namespace cobro::app {

using ports::StoredReply;
using Answer = base::Result<StoredReply, domain::Refusal>;

// The client's Idempotency-Key, hashed by the surface: with tenant, sub, method and path
// into the record's key, and the body into the request's hash.
struct Idempotency {
  std::string record_key;
  std::string request_hash;
};

// One call of a use case.
struct Call {
  Caller caller;
  std::optional<Idempotency> idempotency;
  // Renders a refusal in the surface's way; used where a refusal is stored (402).
  std::function<StoredReply(const domain::Refusal&)> render_refusal;
  // Gives the surface's word for a state of this payment, as its answers print it. Without it the
  // domain's is used.
  std::function<std::string(const domain::Payment&, domain::PaymentState)> render_state = {};
};

// ---- commit: one atomic write, tried until it holds ------------------------------------

using DecideChanges = std::function<base::Result<ports::Changes, domain::Refusal>(
    const ports::Loaded& loaded, domain::Moment moment)>;

// Commits what `decide` wants. When it asks for rows that hang on the root and are not among the
// parts of `reads` (domain::NotRead), all are read and it decides again: parts are what it usually
// needs. Refusals: those of `decide`, the ceilings of the database, `unavailable`.
base::Task<base::Result<void, domain::Refusal>> commit(Context& context, ports::Reads reads,
                                                       DecideChanges decide);

// ---- idempotently: a client's command, under its idempotency key -------------------------

// What a command decided. Exactly one of reply, calls, status_query and again says how it goes on.
struct Decided {
  ports::Changes changes;
  std::optional<StoredReply> reply;               // done
  std::vector<domain::GatewayCall> calls;         // committed, now to be sent
  std::optional<domain::PaymentId> status_query;  // ask the gateway, then decide again
  bool again = false;  // the command must see to something first, and decides again then
};
using Decide = std::function<base::Result<Decided, domain::Refusal>(const ports::Loaded& loaded,
                                                                    domain::Moment moment)>;
// Renders the reply of a record whose call ended without its caller, by the command's own route.
// What the call is about is loaded, also where the command names nothing that was there before. A
// refusal is answered and leaves no record.
using RenderLoaded = std::function<Answer(const ports::Loaded& loaded)>;

// Runs a command once under its key, however often it is sent. Refusals: those of `decide`;
// idempotency_key_reused, idempotency_in_progress, outcome_unknown of the record.
base::Task<base::Result<Decided, domain::Refusal>> idempotently(Context& context, const Call& call,
                                                                ports::Reads reads, Decide decide,
                                                                RenderLoaded render_loaded);

// For commands that never call a gateway: their records are never left completed and unrendered.
Answer never_rendered(const ports::Loaded& loaded);

// How long a closed record is kept.
inline constexpr base::Duration kRecordLife = std::chrono::hours(24);

}  // namespace cobro::app
