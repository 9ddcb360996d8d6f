#include <fmt/format.h>

#include <map>

#include "sim/checkers/checkers.h"

namespace cobro::sim {

namespace {

std::int64_t taken(const domain::Payment& payment) {
  return payment.overpayment ? payment.overpayment->amount.minor() : payment.captured.minor();
}

}  // namespace

// Drafts have nothing to pay yet, and what was voided before anybody looked never had a payer.
Findings check_invoices(const Evidence& evidence) {
  Findings findings;
  std::map<std::string, std::vector<const domain::Payment*>> payments;
  std::int64_t ours = 0;
  std::int64_t theirs = 0;
  for (const auto& payment : evidence.rows.payments) {
    if (payment.kind != domain::PaymentKind::subscription) continue;
    payments[payment.gateway_invoice_id.value_or("no invoice")].push_back(&payment);
    ours += taken(payment);
  }
  for (const auto& invoice : evidence.remote_invoices) {
    if (invoice.intent.empty()) continue;
    theirs += invoice.amount_paid;
    const auto count = payments[invoice.id].size();
    const bool needed = invoice.status == "open" || invoice.status == "paid";
    if (count > 1 || (needed && count == 0))
      findings.push_back(fmt::format("{} ({}, {}) has {} payments", invoice.id, invoice.status,
                                     invoice.intent, count));
    for (const auto* payment : payments[invoice.id]) {
      if (payment->gateway_payment_id != invoice.intent)
        findings.push_back(fmt::format("payment {} of {} is {}, which does not pay it",
                                       payment->number, invoice.id,
                                       payment->gateway_payment_id.value_or("nothing")));
      if (taken(*payment) != invoice.amount_paid)
        findings.push_back(fmt::format("payment {} of {} ({}) brought {}, the invoice {}",
                                       payment->number, invoice.id, invoice.status, taken(*payment),
                                       invoice.amount_paid));
    }
    payments.erase(invoice.id);
  }
  for (const auto& [id, left] : payments)
    findings.push_back(
        fmt::format("{} has {} payments, and is no invoice to pay", id, left.size()));
  if (ours != theirs)
    findings.push_back(
        fmt::format("subscriptions brought {} here, and {} at the gateway", ours, theirs));
  return findings;
}

}  // namespace cobro::sim
