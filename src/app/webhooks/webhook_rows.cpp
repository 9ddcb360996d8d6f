#include "app/webhooks/webhook_rows.h"

#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"

namespace cobro::app {

namespace {

using domain::Applied;
using ports::Changes;
using ports::Loaded;
using ports::StoredWebhook;
using ports::WebhookStatus;

StoredWebhook after(const StoredWebhook& row, Applied applied, base::Timestamp now) {
  switch (applied) {
    case Applied::changed:
      return ended(row, WebhookStatus::applied, "", now);
    case Applied::nothing_new:
      return ended(row, WebhookStatus::applied, "nothing new", now);
    case Applied::conflicted:
      return ended(row, WebhookStatus::applied, "conflicted", now);
    case Applied::beyond_total:
      return waiting(row, "money moved that does not fit yet", now);
    case Applied::after_end:
      return waiting(row, "money moved on a payment that was cancelled", now);
  }
  return row;
}

// `apply` books the fact, and may add to the changes what the books do not hold.
template <class Apply>
Changes apply_to_books(const Loaded& loaded, domain::Moment moment, StoredWebhook& row,
                       Apply apply) {
  Changes changes;
  const auto now = moment.now;
  auto books = open_books(loaded, std::move(moment));
  const Applied applied = apply(books, changes);
  if (books.payment_changed() || !changes.updated<domain::GatewayCall>().empty())
    collect(books, changes);
  row = after(row, applied, now);
  return changes;
}

}  // namespace

ports::NamedPayment payment_of(const ports::PaymentEnded& fact) {
  return {fact.payment.gateway_payment_id, fact.payment.our_payment};
}

ports::NamedPayment payment_of(const ports::RefundEnded& fact) {
  return {fact.refund.gateway_payment_id, fact.refund.our_payment};
}

bool is_over(const ports::DisputeMoved& fact) {
  return fact.dispute.status && domain::is_closed(*fact.dispute.status);
}

ports::NamedPayment payment_of(const ports::DisputeMoved& fact) {
  return {fact.dispute.gateway_payment_id, std::nullopt};
}

Changes apply_fact(const Context& context, const Loaded& loaded, domain::Moment moment,
                   const ports::PaymentEnded& fact, StoredWebhook& row) {
  return apply_to_books(loaded, std::move(moment), row, [&](auto& books, Changes& changes) {
    return apply_gateway_payment(context, loaded, books, fact.payment, changes);
  });
}

Changes apply_fact(const Context&, const Loaded& loaded, domain::Moment moment,
                   const ports::RefundEnded& fact, StoredWebhook& row) {
  return apply_to_books(loaded, std::move(moment), row, [&](auto& books, Changes& changes) {
    return apply_gateway_refund(loaded, books, fact.refund, changes);
  });
}

Changes apply_fact(const Context&, const Loaded& loaded, domain::Moment moment,
                   const ports::DisputeMoved& fact, StoredWebhook& row) {
  return apply_to_books(loaded, std::move(moment), row, [&](auto& books, Changes&) {
    return domain::apply(books, fact.dispute, loaded.dispute);
  });
}

void log_waiting_money(Context& context, const StoredWebhook& row) {
  if (row.status != WebhookStatus::waiting) return;
  context.log.write(ports::LogLevel::error, "money moved at the gateway that is not booked yet",
                    {{"event", row.event_id}, {"type", row.type}});
}

}  // namespace cobro::app
