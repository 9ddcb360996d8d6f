#include <fmt/format.h>

#include "base/check.h"
#include "store/sql/entities.h"
#include "store/sql/lists.h"

namespace cobro::store {
namespace {

// The texts of a page, from the condition that picks its payments. Columns named `id` and
// `order_id` are the payments'.
struct PageTexts {
  std::string orders, items, payments, refunds, transactions, entries, calls, disputes;
};

PageTexts texts_of(const std::string& order_ids, const std::string& payment_condition) {
  const auto payment_ids = fmt::format("SELECT id FROM payments WHERE {}", payment_condition);
  const auto of_payments = fmt::format(" WHERE payment_id IN ({}) ORDER BY id", payment_ids);
  return {
      fmt::format("{} WHERE id IN ({}) ORDER BY id", orders().select(), order_ids),
      fmt::format("{} WHERE order_id IN ({}) ORDER BY position", select_items(), order_ids),
      fmt::format("{} WHERE {} ORDER BY id", payments().select(), payment_condition),
      refunds().select() + of_payments,
      transactions().select() + of_payments,
      fmt::format("{} WHERE transaction_id IN (SELECT id FROM transactions WHERE payment_id IN "
                  "({})) ORDER BY id",
                  ledger_entries().select(), payment_ids),
      fmt::format("{} WHERE subject_id IN ({}) ORDER BY id", gateway_calls().select(), payment_ids),
      disputes().select() + of_payments,
  };
}

std::vector<Statement> statements_of(const PageTexts& texts, const std::vector<Param>& params) {
  std::vector<Statement> statements;
  for (const auto* text : {&texts.orders, &texts.items, &texts.payments, &texts.refunds,
                           &texts.transactions, &texts.entries, &texts.calls, &texts.disputes})
    statements.push_back({*text, params});
  return statements;
}

// Before the first id there is the nil one.
std::vector<Param> page_params(const base::Uuid& after, std::int64_t limit) {
  Params params;
  params.add(after).add(limit);
  return std::move(params).take();
}

}  // namespace

std::vector<Statement> plan_audit_orders(std::optional<domain::OrderId> after, std::int64_t limit) {
  static const std::string ids = "SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2";
  static const PageTexts texts = texts_of(ids, fmt::format("order_id IN ({})", ids));
  return statements_of(texts, page_params(after ? after->uuid : base::Uuid{}, limit));
}

std::vector<Statement> plan_audit_orphans(std::optional<domain::PaymentId> after,
                                          std::int64_t limit) {
  // The order's part names the same parameters and finds nothing.
  static const PageTexts texts =
      texts_of("SELECT id FROM orders WHERE id > $1 AND 1 = 0 LIMIT $2",
               "id IN (SELECT id FROM payments WHERE (order_id IS NULL OR order_id NOT IN "
               "(SELECT id FROM orders)) AND id > $1 ORDER BY id LIMIT $2)");
  return statements_of(texts, page_params(after ? after->uuid : base::Uuid{}, limit));
}

// Foreign keys forbid all of these, but a client may have switched them off.
std::vector<Statement> plan_audit_strays(std::int64_t limit) {
  constexpr std::string_view kNoPayment =
      " WHERE payment_id NOT IN (SELECT id FROM payments) ORDER BY id LIMIT $1";
  static const std::string refund_rows = refunds().select() + std::string(kNoPayment);
  static const std::string transaction_rows = transactions().select() + std::string(kNoPayment);
  static const std::string entries_of_none =
      ledger_entries().select() +
      " WHERE transaction_id NOT IN (SELECT id FROM transactions) OR transaction_id IN (SELECT id "
      "FROM transactions WHERE payment_id NOT IN (SELECT id FROM payments)) ORDER BY id LIMIT $1";
  std::vector<Statement> statements;
  for (const auto* text : {&refund_rows, &transaction_rows, &entries_of_none}) {
    Params params;
    params.add(limit);
    statements.push_back({*text, std::move(params).take()});
  }
  return statements;
}

ports::AuditPage to_audit_strays(std::span<const Rows> answers) {
  COBRO_CHECK(answers.size() == 3);
  ports::AuditPage page;
  page.refunds = read_all(answers[0], read_refund);
  page.transactions = read_all(answers[1], read_transaction);
  page.entries = read_all(answers[2], read_entry);
  return page;
}

ports::AuditPage to_audit_page(std::span<const Rows> answers) {
  COBRO_CHECK(answers.size() == 8);
  ports::AuditPage page;
  page.orders = read_all(answers[0], read_order);
  attach_items(page.orders, answers[1]);
  page.payments = read_all(answers[2], read_payment_row);
  page.refunds = read_all(answers[3], read_refund);
  page.transactions = read_all(answers[4], read_transaction);
  page.entries = read_all(answers[5], read_entry);
  page.calls = read_all(answers[6], read_call);
  page.disputes = read_all(answers[7], read_dispute);
  return page;
}

}  // namespace cobro::store
