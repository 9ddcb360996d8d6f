#include <fmt/format.h>

#include <map>

#include "sim/checkers/checkers.h"
#include "sim/checkers/payments_by_intent.h"

namespace cobro::sim {
namespace {

constexpr std::string_view kOverpayments = "overpayments";  // the ledger's account

struct Sums {
  std::int64_t charged = 0;
  std::int64_t refunded = 0;
  bool operator==(const Sums&) const = default;
};

// By the PaymentIntent's id.
std::map<std::string, Sums> sum_remote(const Evidence& evidence) {
  std::map<std::string, Sums> sums;
  for (const auto& payment : evidence.remote_payments) sums[payment.id].charged = payment.charged;
  for (const auto& refund : evidence.remote_refunds)
    if (refund.status == "succeeded") sums[refund.payment].refunded += refund.amount;
  return sums;
}

Sums sum_ours(const domain::Payment& payment) {
  Sums sums{payment.captured.minor(), payment.refunded.minor()};
  if (!payment.overpayment) return sums;
  sums.charged += payment.overpayment->amount.minor();
  sums.refunded += payment.overpayment->refunded.minor();
  return sums;
}

// What the ledger owes customers, by currency, is what the gateway holds of it.
void check_liability(const Evidence& evidence, std::map<std::string, Sums> remote,
                     Findings& findings) {
  std::map<std::string, std::int64_t> owed;
  for (const auto& entry : evidence.rows.entries)
    if (entry.account == kOverpayments)
      owed[std::string(entry.amount.currency().code())] +=
          entry.side == domain::Side::credit ? entry.amount.minor() : -entry.amount.minor();
  std::map<std::string, std::int64_t> withdrawn;  // by disputes
  for (const auto& dispute : evidence.remote_disputes)
    withdrawn[dispute.payment] += dispute.withdrawn;
  std::map<std::string, std::int64_t> held;
  for (const auto& payment : evidence.rows.payments) {
    if (!payment.overpayment) continue;
    const auto intent = payment.gateway_payment_id.value_or("");
    const auto sums = remote[intent];
    held[std::string(payment.amount.currency().code())] +=
        sums.charged - sums.refunded - withdrawn[intent];
  }
  for (const auto& [currency, amount] : owed)
    if (held[currency] != amount)
      findings.push_back(fmt::format("the ledger owes overpayments of {} {}, the gateway holds {}",
                                     amount, currency, held[currency]));
}

}  // namespace

Findings check_books(const Evidence& evidence) {
  Findings findings;
  auto remote = sum_remote(evidence);
  const PaymentsByIntent payments(evidence.rows.payments);
  for (const auto& intent : evidence.remote_payments) {
    const auto* payment = payments.find(intent);
    if (payment == nullptr) continue;  // the strangers' checker names it
    const auto ours = sum_ours(*payment);
    const auto theirs = remote[intent.id];
    if (ours == theirs) continue;
    findings.push_back(fmt::format(
        "payment {} ({}, {}): we say {} charged and {} given back, the gateway {} and {}",
        payment->number, intent.id, intent.currency, ours.charged, ours.refunded, theirs.charged,
        theirs.refunded));
  }
  check_liability(evidence, std::move(remote), findings);
  return findings;
}

}  // namespace cobro::sim
