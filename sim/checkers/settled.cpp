#include <fmt/format.h>

#include "sim/checkers/checkers.h"

namespace cobro::sim {

Findings check_settled(const Evidence& evidence) {
  Findings findings;
  for (const auto& attempt : evidence.open_attempts)
    findings.push_back(fmt::format("{} is still open, after {} sends and {} checks",
                                   attempt.gateway_key, attempt.sends, attempt.checks));
  for (const auto& payment : evidence.rows.payments)
    if (payment.conflicted)
      findings.push_back(fmt::format("payment {} is conflicted", payment.number));
  return findings;
}

bool is_late_money(const ports::StoredWebhook& webhook) {
  return webhook.status == ports::WebhookStatus::waiting && webhook.note.starts_with("money moved");
}

bool has_late_money(const Evidence& evidence, const std::string& remote_payment) {
  for (const auto& webhook : evidence.waiting_webhooks)
    if (is_late_money(webhook) &&
        webhook.body.find('"' + remote_payment + '"') != std::string::npos)
      return true;
  return false;
}

Findings check_inbox(const Evidence& evidence) {
  Findings findings;
  for (const auto& webhook : evidence.waiting_webhooks)
    if (!is_late_money(webhook))
      findings.push_back(fmt::format("{} ({}) was not applied after {} tries: {}", webhook.event_id,
                                     webhook.type, webhook.tries, webhook.note));
  return findings;
}

}  // namespace cobro::sim
