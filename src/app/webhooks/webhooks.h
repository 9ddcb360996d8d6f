// Webhooks in: verified over the raw body, stored under a unique key, answered, and applied
// once, in any order, at any delay.
//
//   receive_webhook ──▶ applied, or of no interest: stored as such, in one write
//                  └──▶ left: stored with a lease for this instance ──▶ its Inbox
//                                      └─ ran out: claimed by any instance's Inbox
#pragma once

#include "app/pipeline/pipeline.h"

namespace cobro::app {

// A stored event belongs to the instance that received or claimed it for this long. It is no
// lock: two that apply one event do it once, by compare-and-set.
inline constexpr base::Duration kWebhookLease = std::chrono::seconds(15);

struct Received {
  bool duplicate = false;
  std::optional<ports::StoredWebhook> left = {};  // still to be applied, by this instance
};

// Verifies, stores, and applies in the same write what needs no call to the gateway.
// Refusals: validation_failed (bad signature or not an event; nothing is stored),
// unavailable, outcome_unknown (of the write), gateway_not_available.
base::Task<base::Result<Received, domain::Refusal>> receive_webhook(Context& context,
                                                                    domain::GatewayName gateway,
                                                                    ports::WebhookRequest request);

// Takes an event that the gateway lists, and perhaps never sent, and applies it, unless it came
// already or is about nothing that we know.
enum class ListedTaken {
  of_no_interest,
  stored,   // the inbox did not have it; whatever becomes of it now, it is not lost
  not_now,  // the gateway or the database did not answer: it is to be taken again
};
base::Task<ListedTaken> take_listed_event(Context& context, domain::GatewayName gateway,
                                          ports::GatewayEvent event, ports::WebhookRequest request);

// Applies a stored event; what cannot be applied now waits, with growing pauses. Throws only
// when not even that can be written: the lease runs out then.
base::Task<void> apply_webhook(Context& context, ports::StoredWebhook row);

// Claims up to `limit` events that are due, for one lease from now.
base::Task<std::vector<ports::StoredWebhook>> claim_webhooks(Context& context, std::int64_t limit);

}  // namespace cobro::app
