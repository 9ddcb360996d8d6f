// Disputes: opened by their test cards a while after the money was taken. Evidence decides
// them: `winning_evidence`, `losing_evidence` (GATEWAYS §1.9).
//
//   needs_response ──evidence──> under_review ──a while──> won | lost
//        └──close──> lost
//   An inquiry is the same with warning_…, takes no money and ends as warning_closed.
#pragma once

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {

Answer retrieve_dispute(Call& call);
Answer update_dispute(Call& call);
Answer close_dispute(Call& call);
Answer list_disputes(Call& call);

// Has a dispute opened later when the card is one of those. The charge must be captured.
void schedule_dispute(Account& account, const Document& charge, const TestCard& card);
// A refund of the whole ends an open inquiry.
void close_refunded_inquiry(Account& account, const Cause& cause, const Document& charge);
// What was put off.
void open_dispute(Account& account, std::string_view charge);
void decide_dispute(Account& account, std::string_view dispute);

}  // namespace cobro::sandbox::stripe
