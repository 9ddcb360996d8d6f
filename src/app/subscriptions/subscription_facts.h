// What a gateway says of a subscription and of one of its invoices, and how it is applied: one
// way for answers, webhooks and look-ups.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/calls/gateway_call.h"
#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/gateway_objects.h"
#include "domain/plan.h"
#include "domain/subscription_books.h"

namespace cobro::app {

struct SubscriptionFacts {
  std::optional<domain::GatewaySubscription> subscription = {};
  std::optional<domain::GatewayInvoice> invoice = {};
  std::optional<domain::GatewayCheckout> page = {};  // while there is no subscription yet
  bool gone = false;  // the gateway says that it knows no such subscription
};

// Asks the gateway about the subscription and an invoice: the one that is named, else the latest.
// Gives nothing when no answer came that can be read.
base::Task<std::optional<SubscriptionFacts>> fetch_facts(Context& context,
                                                         domain::GatewayName gateway,
                                                         std::string gateway_subscription_id,
                                                         std::optional<std::string> invoice);
// Asks about the subscription that a page has made, or about the page while it has not.
base::Task<std::optional<SubscriptionFacts>> fetch_page_facts(Context& context,
                                                              domain::GatewayName gateway,
                                                              std::string gateway_checkout_id);
// Asks about one invoice. Gives nothing when no answer came that can be read.
base::Task<std::optional<domain::GatewayInvoice>> fetch_invoice(Context& context,
                                                                domain::GatewayName gateway,
                                                                std::string gateway_invoice_id);

// Adds to `reads` what applying these facts needs.
void read_for_facts(const Context& context, domain::GatewayName gateway,
                    const SubscriptionFacts& facts, ports::Reads& reads);
// Applies the facts to the loaded subscription: to its row and history, the payment of the invoice,
// and open calls that they end (but for `own`, which its driver ends). The books are of the loaded
// subscription. True when anything changed.
bool apply_facts(const Context& context, const ports::Loaded& loaded, domain::Moment moment,
                 domain::SubscriptionBooks& books, const SubscriptionFacts& facts,
                 std::optional<domain::CallId> own, ports::Changes& changes);
// Whether the subscription, as the gateway shows it, is as that call leaves it.
bool shows(const domain::GatewayCall& call, const domain::GatewaySubscription& snapshot);
// Whether the invoice, as the gateway shows it, is as the call that was to pay it leaves it.
bool shows(const domain::GatewayCall& call, const domain::GatewayInvoice& invoice);
// Whether the customer must act for the invoice's payment.
bool requires_action(const domain::GatewayInvoice& invoice);
// Puts what the books recorded into the changes.
void collect(const domain::SubscriptionBooks& books, ports::Changes& changes);

}  // namespace cobro::app
