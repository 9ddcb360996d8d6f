// Invoices: the API's operations on them, and what a subscription's invoice goes through.
// How one is collected is collection.h.
#pragma once

#include <string>
#include <vector>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/invoice_lines.h"

namespace cobro::sandbox::stripe {

Answer retrieve_invoice(Call& call);
Answer update_invoice(Call& call);
Answer list_invoices(Call& call);
Answer pay_invoice(Call& call);
Answer finalize_invoice_now(Call& call);
Answer void_invoice_now(Call& call);
Answer mark_invoice_uncollectible(Call& call);
// What a subscription would be billed next, as it is or after a change.
Answer preview_invoice(Call& call);
Answer list_invoice_lines(Call& call);
Answer retrieve_invoice_payment(Call& call);
Answer list_invoice_payments(Call& call);
Answer retrieve_invoice_item(Call& call);
Answer list_invoice_items(Call& call);

// A draft with those lines for the subscription, neither stored nor announced.
Document draft_invoice(Account& account, const Document& subscription, std::string_view reason,
                       const std::vector<InvoiceLine>& lines);
// Stores the draft and writes `invoice.created`.
void issue_invoice(Account& account, const Cause& cause, const Document& invoice);

// The PaymentIntent that pays the invoice, "" when there is none.
std::string intent_of(Account& account, const std::string& invoice);
// What `expand[]=payments` and `expand[]=confirmation_secret` put into an invoice.
wire::Json payments_of(Account& account, const wire::Json& invoice);
wire::Json confirmation_secret_of(Account& account, const wire::Json& invoice);
// "" for an invoice of no subscription.
std::string subscription_of(const wire::Json& invoice);

}  // namespace cobro::sandbox::stripe
