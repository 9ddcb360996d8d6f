#include <fmt/format.h>

#include <map>
#include <set>

#include "sim/checkers/checkers.h"
#include "sim/checkers/payments_by_intent.h"

namespace cobro::sim {
namespace {

void check_payments(const Evidence& evidence, Findings& findings) {
  const PaymentsByIntent payments(evidence.rows.payments);
  std::set<std::string> of_invoices;
  for (const auto& invoice : evidence.remote_invoices) of_invoices.insert(invoice.intent);
  std::map<std::int64_t, int> charged;
  for (const auto& remote : evidence.remote_payments) {
    const auto* payment = payments.find(remote);
    if (payment != nullptr)
      charged[payment->number] += remote.captures;
    else if (remote.captures > 0 || !of_invoices.contains(remote.id))
      findings.push_back(fmt::format("{} at the gateway belongs to no payment", remote.id));
  }
  for (const auto& [number, times] : charged)
    if (times > 1)
      findings.push_back(fmt::format("payment {} was charged {} times", number, times));
}

void check_refunds(const Evidence& evidence, Findings& findings) {
  std::set<std::string> known;
  for (const auto& refund : evidence.rows.refunds)
    if (refund.gateway_refund_id) known.insert(*refund.gateway_refund_id);
  std::map<std::string, int> made;
  for (const auto& remote : evidence.remote_refunds) {
    if (!known.contains(remote.id))
      findings.push_back(fmt::format("{} at the gateway is no refund of ours", remote.id));
    if (remote.our_call.empty()) continue;  // made at the dashboard
    if (++made[remote.our_call] == 2)
      findings.push_back(fmt::format("attempt {} refunded more than once", remote.our_call));
  }
}

void check_ours(const Evidence& evidence, Findings& findings) {
  std::set<std::string> remote;
  for (const auto& payment : evidence.remote_payments) remote.insert(payment.id);
  for (const auto& payment : evidence.rows.payments)
    if (payment.gateway_payment_id && !remote.contains(*payment.gateway_payment_id))
      findings.push_back(fmt::format("payment {} names {}, which the gateway does not know",
                                     payment.number, *payment.gateway_payment_id));
}

}  // namespace

Findings check_strangers(const Evidence& evidence) {
  Findings findings;
  check_payments(evidence, findings);
  check_refunds(evidence, findings);
  check_ours(evidence, findings);
  return findings;
}

}  // namespace cobro::sim
