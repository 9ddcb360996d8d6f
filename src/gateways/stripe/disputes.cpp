#include "gateways/stripe/disputes.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "gateways/stripe/amounts.h"
#include "gateways/stripe/redact.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

using domain::DisputeStatus;
using domain::GatewayDispute;
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
  if (status == "charge_refunded") return closed;  // until 2019: it was refunded meanwhile
  return std::nullopt;
}

void read_status(const Json& dispute, GatewayDispute& snapshot) {
  const std::string word = dispute.string_at({"status"}).value_or("");
  std::string_view status = word;
  if (status.starts_with(kInquiry)) {
    snapshot.stage = domain::DisputeStage::inquiry;
    status.remove_prefix(kInquiry.size());
  }
  snapshot.status = status_of(status);
}

struct Movements {
  std::int64_t taken = 0;  // how many took money, how many gave it back
  std::int64_t given = 0;
  std::optional<domain::Money> sum;  // what is gone; nothing: in several currencies, or too much
  bool mostly_gone = false;

  [[nodiscard]] std::int64_t count() const { return taken + given; }
};

// Stripe's own fee may have a line of its own, or stands in `fee` beside the amount: it is no
// money of the payment's.
bool is_fee(const Json& line) {
  return line.string_at({"type"}) == "stripe_fee" ||
         line.string_at({"reporting_category"}) == "fee";
}

// The lines of one currency add up exactly. Where they are not in the dispute's currency, what came
// back was converted on another day: then most of the largest line tells whether it is gone.
Movements read_movements(std::span<const Json> lines) {
  Movements found;
  __int128 sum = 0;
  std::int64_t largest = 0;
  std::optional<std::string> currency;
  bool alike = true;
  for (const Json& line : lines) {
    const auto read = line.int_at({"amount"});
    const auto amount = read.value_or(0);
    alike = alike && read.has_value();
    if (amount == 0 || amount == INT64_MIN || is_fee(line)) continue;
    (amount < 0 ? found.taken : found.given) += 1;
    sum -= amount;
    largest = std::max(largest, std::abs(amount));
    const auto own = line.string_at({"currency"});
    alike = alike && (found.count() == 1 || own == currency);
    currency = own;
  }
  found.mostly_gone = 2 * sum > largest;
  const bool fits = sum <= domain::kMaxStatedMinor;
  if (alike && currency && fits)
    found.sum = from_stripe(static_cast<std::int64_t>(std::max<__int128>(sum, 0)), *currency);
  if (found.sum && found.sum->minor() > domain::kMaxStatedMinor) found.sum.reset();
  return found;
}

// `balance_transaction` alone is of 2017: the last line, which says what is so now.
Movements movements_of(const Json& dispute) {
  const auto lines = items_at(dispute, "balance_transactions");
  if (!lines.empty()) return read_movements(lines);
  const Json* only = object_at(dispute, "balance_transaction");
  return only == nullptr ? Movements{} : read_movements({only, 1});
}

// The object's own list of what it moved tells it, so that neither a lost event nor their order
// matters. An event's type tells it where the list is behind.
void read_money(const Json& dispute, std::string_view type, GatewayDispute& snapshot) {
  const auto moved = movements_of(dispute);
  const bool was_taken = type == "charge.dispute.funds_withdrawn" && moved.taken == 0;
  const bool came_back = type == "charge.dispute.funds_reinstated" && moved.given == 0;
  // What came back had been taken, whether the list shows that or not.
  const bool untold = (moved.given > 0 || came_back) && moved.taken == 0;
  snapshot.movements = moved.count() + (was_taken || came_back ? 1 : 0) + (untold ? 1 : 0);
  snapshot.withdrawn = was_taken || (moved.mostly_gone && !came_back);
  snapshot.withdrawn_amount = was_taken ? snapshot.amount : moved.sum;
  if (came_back) snapshot.withdrawn_amount.reset();
}

bool is_readable(const Json& line) {
  return line.as_object() != nullptr && line.int_at({"amount"}) && line.string_at({"currency"});
}

// Every line that is there, and each an object whose figures can be read.
bool tells_its_money(const Json& dispute) {
  const auto lines = items_at(dispute, "balance_transactions");
  if (!lines.empty()) return std::ranges::all_of(lines, is_readable);
  const Json* only = dispute.find("balance_transaction");
  return only == nullptr || only->is_null() || is_readable(*only);
}

// Ended, with money that moved: it is told how much did.
bool is_decided(const GatewayDispute& snapshot) {
  return snapshot.stage == domain::DisputeStage::chargeback &&
         (snapshot.status == DisputeStatus::lost || snapshot.status == DisputeStatus::won);
}

}  // namespace

bool is_told_whole(const Json& dispute, const GatewayDispute& snapshot) {
  return snapshot.amount && dispute.string_at({"status"}) && tells_its_money(dispute) &&
         (snapshot.movements > 0 || !is_decided(snapshot));
}

std::optional<GatewayDispute> read_dispute(const Json& dispute, std::string_view type) {
  auto id = id_at(dispute, "id");
  auto payment = intent_id_of(dispute);
  if (!is_object_of_type(dispute, "dispute") || !id || !payment) return std::nullopt;
  GatewayDispute snapshot;
  snapshot.gateway_dispute_id = std::move(*id);
  snapshot.gateway_payment_id = std::move(*payment);
  read_status(dispute, snapshot);
  snapshot.amount = money_at(dispute, "amount");
  snapshot.reason = text_at(dispute, "reason").value_or("general");
  if (const Json* details = object_at(dispute, "evidence_details"))
    snapshot.evidence_due_by = time_at(*details, "due_by");
  read_money(dispute, type, snapshot);
  snapshot.redacted = redacted_dispute(dispute);
  return snapshot;
}

}  // namespace cobro::gateways::stripe
