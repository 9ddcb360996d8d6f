// Bringing a subscription's row to what its gateway says now.
#pragma once

#include <optional>
#include <string>

#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/ids.h"
#include "ports/gateway_event.h"
#include "ports/records.h"
#include "ports/store.h"

namespace cobro::app {

enum class Synced { snapshot, nothing_new, no_answer, not_found };

// Fetches the subscription (and an invoice of it: the latest, if none is named) and applies what it
// says. When the row moved meanwhile, everything is fetched again.
base::Task<Synced> sync_subscription(Context& context, domain::SubscriptionId id,
                                     std::optional<std::string> invoice = {},
                                     std::optional<std::string> gateway_subscription_id = {});

// Applies an event about a subscription or one of its invoices, and marks the inbox's row of it
// in the same write, unless there was no answer or the event is about nothing of ours.
base::Task<Synced> apply_subscription_event(Context& context, const ports::StoredWebhook& row,
                                            const ports::SubscriptionChanged& changed);
base::Task<Synced> apply_subscription_event(Context& context, const ports::StoredWebhook& row,
                                            const ports::InvoiceChanged& changed);
// The row that an event names: by our id, or else by the gateway's.
ports::Reads::Subscription ref_of(domain::GatewayName gateway,
                                  const ports::NamedSubscription& named);

// Ends a subscription of which nobody paid the first invoice, at the gateway too. Others stay.
base::Task<void> end_incomplete(Context& context, domain::SubscriptionId id);

}  // namespace cobro::app
