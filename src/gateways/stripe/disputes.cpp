#include "gateways/stripe/disputes.h"

#include <string>

#include "gateways/stripe/news.h"
#include "gateways/stripe/redact.h"

namespace cobro::gateways::stripe {
namespace {

using domain::DisputeNews;
using domain::DisputeStatus;
using wire::Json;

// An inquiry's statuses are a chargeback's with this before them.
constexpr std::string_view kInquiry = "warning_";

std::optional<DisputeStatus> status_of(std::string_view status) {
  using enum DisputeStatus;
  if (status == "needs_response") return needs_response;
  if (status == "under_review") return under_review;
  if (status == "won") return won;
  if (status == "lost") return lost;
  if (status == "closed") return closed;
  if (status == "prevented") return prevented;
  return std::nullopt;
}

void read_status(const Json& dispute, DisputeNews& news) {
  const std::string word = dispute.string_at({"status"}).value_or("");
  std::string_view status = word;
  if (status.starts_with(kInquiry)) {
    news.stage = domain::DisputeStage::inquiry;
    status.remove_prefix(kInquiry.size());
  }
  news.status = status_of(status);
}

// The object's own list of what it moved says it too, so that neither a lost event nor their
// order matters.
void read_money(const Json& dispute, std::string_view type, DisputeNews& news) {
  news.reinstated = type == "charge.dispute.funds_reinstated";
  news.withdrawn = news.reinstated || type == "charge.dispute.funds_withdrawn";
  const Json* moved = dispute.find("balance_transactions");
  if (moved == nullptr || moved->as_array() == nullptr) return;
  for (const Json& transaction : *moved->as_array()) {
    const auto amount = transaction.int_at({"amount"}).value_or(0);
    if (amount < 0) news.withdrawn = true;
    if (amount > 0) news.withdrawn = news.reinstated = true;
  }
}

}  // namespace

std::optional<DisputeNews> read_dispute(const Json& dispute, std::string_view type) {
  auto id = id_at(dispute, "id");
  auto payment = id_at(dispute, "payment_intent");
  if (!is_object_of_type(dispute, "dispute") || !id || !payment) return std::nullopt;
  DisputeNews news;
  news.gateway_dispute_id = std::move(*id);
  news.gateway_payment_id = std::move(*payment);
  read_status(dispute, news);
  news.amount = money_at(dispute, "amount");
  news.reason = dispute.string_at({"reason"}).value_or("general");
  if (const Json* details = object_at(dispute, "evidence_details"))
    news.evidence_due_by = time_at(*details, "due_by");
  read_money(dispute, type, news);
  news.redacted = redacted_dispute(dispute);
  return news;
}

}  // namespace cobro::gateways::stripe
