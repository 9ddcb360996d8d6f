#include <fmt/format.h>

#include <map>

#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

struct Sums {
  std::int64_t charged = 0;
  std::int64_t refunded = 0;
};

// By the PaymentIntent's id.
std::map<std::string, Sums> sum_remote(const Evidence& evidence) {
  std::map<std::string, Sums> sums;
  for (const auto& payment : evidence.remote_payments) sums[payment.id].charged = payment.charged;
  for (const auto& refund : evidence.remote_refunds)
    if (refund.status == "succeeded") sums[refund.payment].refunded += refund.amount;
  return sums;
}

}  // namespace

Findings check_books(const Evidence& evidence) {
  Findings findings;
  const auto sums = sum_remote(evidence);
  for (const auto& remote : evidence.remote_payments) {
    const domain::Payment* ours = nullptr;
    for (const auto& payment : evidence.rows.payments)
      if (payment.id.to_string() == remote.our_payment) ours = &payment;
    if (ours == nullptr) continue;  // the strangers' checker names it
    const auto& at_gateway = sums.at(remote.id);
    const bool same = ours->captured.minor() == at_gateway.charged &&
                      ours->refunded.minor() == at_gateway.refunded;
    if (same || has_late_money(evidence, remote.id)) continue;
    findings.push_back(
        fmt::format("payment {} ({}): captured {}, refunded {}; the gateway charged {} and gave "
                    "back {} minor units",
                    ours->number, remote.id, ours->captured.to_string(), ours->refunded.to_string(),
                    at_gateway.charged, at_gateway.refunded));
  }
  return findings;
}

}  // namespace cobro::sim
