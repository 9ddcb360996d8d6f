// What time does to a subscription: trials end, periods are renewed, what nobody pays
// expires, what was to end ends.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/invoice_lines.h"

namespace cobro::sandbox::stripe {

// What was put off: whatever the subscription has due by now, in order.
void tend_subscription(Account& account, std::string_view subscription);
// Has it tended when it next needs to be. Saves the subscription.
void schedule_subscription(Account& account, Document& subscription);

// Puts every item into the period [start, end).
void set_period(Document& subscription, std::int64_t start, std::int64_t end);
std::int64_t period_end_of(const Document& subscription);
// Ends the trial, or the period: the next one begins at `start`, with its invoice.
std::optional<ApiError> begin_period(Account& account, const Cause& cause, Document& subscription,
                                     std::int64_t start, std::string_view reason,
                                     const Collecting& how);
// Makes the invoice the subscription's latest one and collects it. What else of it changed
// since `changed_from` is told by the same event.
std::optional<ApiError> bill(Account& account, const Cause& cause, Document& subscription,
                             std::string_view reason, const std::vector<InvoiceLine>& lines,
                             const Collecting& how, const wire::Json* changed_from = nullptr);

}  // namespace cobro::sandbox::stripe
