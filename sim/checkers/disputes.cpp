#include <fmt/format.h>

#include <map>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

// An inquiry has the same words with a prefix.
std::string_view plain(std::string_view status) {
  constexpr std::string_view kInquiry = "warning_";
  return status.starts_with(kInquiry) ? status.substr(kInquiry.size()) : status;
}

void compare(const domain::Dispute& row, const RemoteDispute& remote, Findings& findings) {
  if (to_string(row.status) != plain(remote.status))
    findings.push_back(fmt::format("{} of payment {} is {} here, after {} movements, and {} there",
                                   remote.id, row.payment_id.to_string(), to_string(row.status),
                                   row.movements, remote.status));
  if (domain::withdrawn(row).minor() != remote.withdrawn)
    findings.push_back(fmt::format("{} withdrew {} here and {} there", remote.id,
                                   domain::withdrawn(row).minor(), remote.withdrawn));
}

// What a dispute takes of an overpayment stands against what is owed.
bool is_of_disputes(const domain::LedgerEntry& entry) {
  using domain::Movement;
  const bool late = entry.movement == Movement::overpayment_dispute_withdrawn ||
                    entry.movement == Movement::overpayment_dispute_reinstated;
  return entry.account == "disputes" || (late && entry.account == "overpayments");
}

std::int64_t posted(const Evidence& evidence) {
  std::int64_t sum = 0;
  for (const auto& entry : evidence.rows.entries)
    if (is_of_disputes(entry))
      sum += entry.side == domain::Side::debit ? entry.amount.minor() : -entry.amount.minor();
  return sum;
}

}  // namespace

Findings check_disputes(const Evidence& evidence) {
  Findings findings;
  std::map<std::string, const domain::Dispute*> rows;
  std::map<domain::PaymentId, std::int64_t> disputed;
  for (const auto& row : evidence.rows.disputes) {
    rows[row.gateway_dispute_id] = &row;
    disputed[row.payment_id] += domain::withdrawn(row).minor();
  }
  std::int64_t withdrawn = 0;
  for (const auto& remote : evidence.remote_disputes) {
    withdrawn += remote.withdrawn;
    const auto found = rows.find(remote.id);
    if (found == rows.end())
      findings.push_back(fmt::format("{} of {} is no dispute of ours", remote.id, remote.payment));
    else
      compare(*found->second, remote, findings);
  }
  for (const auto& payment : evidence.rows.payments)
    if (payment.disputed.minor() != disputed[payment.id])
      findings.push_back(fmt::format("payment {} says that {} of it is disputed, its disputes {}",
                                     payment.number, payment.disputed.minor(),
                                     disputed[payment.id]));
  if (rows.size() > evidence.remote_disputes.size() || evidence.rows.disputes.size() != rows.size())
    findings.emplace_back("we have more disputes than the gateway");
  if (posted(evidence) != withdrawn)
    findings.push_back(fmt::format("the ledger says that disputes took {}, the gateway {}",
                                   posted(evidence), withdrawn));
  return findings;
}

}  // namespace cobro::sim
