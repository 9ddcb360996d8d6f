#include "gateways/stripe/invoices.h"

#include "gateways/stripe/amounts.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

using domain::InvoiceStatus;
using domain::SubscriptionId;
using wire::Json;

std::optional<InvoiceStatus> status_of(const Json& invoice) {
  using enum InvoiceStatus;
  const std::string status = invoice.string_at({"status"}).value_or("");
  if (status == "draft") return draft;
  if (status == "open") return open;
  if (status == "paid") return paid;
  if (status == "uncollectible") return uncollectible;
  if (status == "void") return voided;
  // Before 2018-11-08 it had these instead.
  if (status.empty() && is_true(invoice, "paid")) return paid;
  if (status.empty() && is_true(invoice, "forgiven")) return uncollectible;
  return std::nullopt;
}

const Json* details_of(const Json& invoice) {
  const Json* details = invoice.at({"parent", "subscription_details"});
  return details != nullptr && details->as_object() != nullptr
             ? details
             : object_at(invoice, "subscription_details");
}

bool names_an_object(const Json* value) {
  return value != nullptr && (value->as_string() != nullptr || value->as_object() != nullptr);
}

// How much better one of several payments speaks for its invoice than another.
int rank(const Json& payment) {
  const std::string status = payment.string_at({"status"}).value_or("");
  if (status == "paid") return 3;
  if (status == "canceled") return 0;
  return is_true(payment, "is_default") ? 2 : 1;
}

std::optional<domain::GatewayPayment> payment_of(const Json& invoice) {
  const Json* intent = intent_of(invoice);
  if (intent == nullptr) return std::nullopt;
  if (intent->as_object() != nullptr) return read_payment(*intent);
  const auto* id = intent->as_string();
  if (id == nullptr || !is_id(*id)) return std::nullopt;
  domain::GatewayPayment snapshot;
  snapshot.gateway_payment_id = *id;
  snapshot.redacted = "{}";
  return snapshot;
}

// When the money moved: the intent that an invoice shows does not bring its charge.
std::optional<base::Timestamp> paid_at(const Json& invoice) {
  const Json* transitions = object_at(invoice, "status_transitions");
  return transitions != nullptr ? time_at(*transitions, "paid_at") : std::nullopt;
}

// Since 2025-03-31.basil it stands with what the line comes from.
bool is_proration(const Json& line) {
  if (is_true(line, "proration")) return true;
  for (const auto* part : {"invoice_item_details", "subscription_item_details"}) {
    const Json* details = line.at({"parent", part});
    if (details != nullptr && details->as_object() != nullptr && is_true(*details, "proration"))
      return true;
  }
  return false;
}

// What is only previewed is of the subscription's items; an invoice item has been made already.
bool is_waiting(const Json& line) {
  const Json* details = line.at({"parent", "invoice_item_details"});
  return details != nullptr && details->as_object() != nullptr;
}

// A credit is negative.
std::optional<domain::Money> money_of_line(const Json& line) {
  const auto amount = line.int_at({"amount"});
  const auto currency = line.string_at({"currency"});
  if (!amount || !currency) return std::nullopt;
  const auto money = from_stripe(*amount, *currency);
  const auto most = domain::kMaxStatedMinor;
  return money && money->minor() <= most && money->minor() >= -most ? money : std::nullopt;
}

std::optional<domain::PreviewLine> read_line(const Json& line) {
  const auto money = money_of_line(line);
  const Json* period = object_at(line, "period");
  if (!money || period == nullptr) return std::nullopt;
  const auto start = time_at(*period, "start");
  const auto end = time_at(*period, "end");
  if (!start || !end) return std::nullopt;
  return domain::PreviewLine{*money, is_proration(line), *start, *end, is_waiting(line)};
}

}  // namespace

std::optional<std::string> subscription_of(const Json& invoice) {
  if (const Json* details = details_of(invoice))
    if (auto id = id_at(*details, "subscription")) return id;
  return id_at(invoice, "subscription");
}

std::optional<SubscriptionId> our_subscription_of(const Json& invoice) {
  constexpr std::string_view kOurs = "cobro_subscription";
  if (const Json* details = details_of(invoice))
    if (auto ours = metadata_id<SubscriptionId>(*details, kOurs)) return ours;
  const Json* expanded = object_at(invoice, "subscription");
  return expanded != nullptr ? metadata_id<SubscriptionId>(*expanded, kOurs) : std::nullopt;
}

const Json* intent_of(const Json& invoice) {
  const Json* best = invoice.find("payment_intent");
  if (names_an_object(best)) return best;
  best = nullptr;
  int best_rank = -1;
  for (const Json& payment : items_at(invoice, "payments")) {
    const Json* intent = payment.at({"payment", "payment_intent"});
    if (!names_an_object(intent) || rank(payment) <= best_rank) continue;
    best = intent;
    best_rank = rank(payment);
  }
  if (best != nullptr) return best;
  const Json* of_charge = invoice.at({"charge", "payment_intent"});
  return names_an_object(of_charge) ? of_charge : nullptr;
}

bool is_closed_invoice(const Json& invoice) {
  const auto status = status_of(invoice);
  return status && *status != InvoiceStatus::draft && *status != InvoiceStatus::open;
}

std::optional<domain::GatewayInvoice> read_invoice(const Json& invoice) {
  auto id = id_at(invoice, "id");
  if (!is_object_of_type(invoice, "invoice") || !id) return std::nullopt;
  domain::GatewayInvoice snapshot;
  snapshot.gateway_invoice_id = std::move(*id);
  snapshot.gateway_subscription_id = subscription_of(invoice);
  snapshot.status = status_of(invoice);
  snapshot.amount_due = money_at(invoice, "amount_due");
  snapshot.payment = payment_of(invoice);
  if (snapshot.payment && !snapshot.payment->charged_at)
    snapshot.payment->charged_at = paid_at(invoice);
  snapshot.our_subscription = our_subscription_of(invoice);
  return snapshot;
}

std::optional<std::string> unread_line_of(const Json& invoice) {
  if (!is_object_of_type(invoice, "invoice")) return std::nullopt;
  for (const Json& line : items_at(invoice, "lines"))
    if (line.int_at({"amount"}) && line.string_at({"currency"}) && !money_of_line(line))
      return unread_money_at(line, "amount");
  return std::nullopt;
}

std::optional<domain::GatewayPreview> read_preview(const Json& invoice) {
  const Json* lines = invoice.at({"lines", "data"});
  if (!is_object_of_type(invoice, "invoice") || lines == nullptr || lines->as_array() == nullptr)
    return std::nullopt;
  domain::GatewayPreview snapshot;
  for (const Json& line : *lines->as_array()) {
    auto read = read_line(line);
    if (!read) return std::nullopt;
    snapshot.lines.push_back(*std::move(read));
  }
  return snapshot;
}

}  // namespace cobro::gateways::stripe
