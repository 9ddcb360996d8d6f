#include "store/sql/reads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sql/billing_reads.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// The texts for one kind of root. `payment_key` and `order_key` are SQL expressions over the
// root's parameters; a root that is an order has no payment key.
struct RootTexts {
  std::string order, items, payments, refunds, transactions, open_calls, call, review;
};

std::string payments_of(std::string_view payment_key, std::string_view order_key) {
  if (payment_key.empty())
    return fmt::format("{} WHERE order_id = {} ORDER BY id", payments().select("0"), order_key);
  return fmt::format(
      "{0} WHERE id = {1} OR order_id = {2} ORDER BY id",
      payments().select(fmt::format("CASE WHEN id = {} THEN 1 ELSE 0 END", payment_key)),
      payment_key, order_key);
}

RootTexts texts_of(std::string_view payment_key, std::string_view order_key) {
  RootTexts texts;
  texts.order = fmt::format("{} WHERE id = {}", orders().select(), order_key);
  texts.items = fmt::format("{} WHERE order_id = {} ORDER BY position", select_items(), order_key);
  texts.payments = payments_of(payment_key, order_key);
  const std::string own =
      payment_key.empty() ? "" : fmt::format("subject_id = {} OR ", payment_key);
  texts.open_calls = fmt::format(
      "{} WHERE status = 'open' AND ({}subject_id IN (SELECT id FROM payments WHERE order_id = {}))"
      " ORDER BY id",
      gateway_calls().select(), own, order_key);
  if (payment_key.empty()) return texts;
  texts.refunds =
      fmt::format("{} WHERE payment_id = {} ORDER BY id", refunds().select(), payment_key);
  texts.transactions =
      fmt::format("{} WHERE payment_id = {} ORDER BY id", transactions().select(), payment_key);
  texts.call = fmt::format("{} WHERE id = $1", gateway_calls().select());
  return texts;
}

RootTexts order_texts(std::string_view order_key) {
  return texts_of("", order_key);
}

RootTexts payment_texts(std::string_view payment_key) {
  return texts_of(payment_key,
                  fmt::format("(SELECT order_id FROM payments WHERE id = {})", payment_key));
}

// Which texts a root takes, and its parameters.
struct RootPlan {
  const RootTexts* texts = nullptr;
  std::vector<Param> params = {};
  bool payment = false;
  bool call = false;
};

RootPlan plan_of(std::monostate) {
  return {};
}

RootPlan plan_of(const ports::OrderRef& ref) {
  static const RootTexts by_id = order_texts("$1");
  static const RootTexts by_number = order_texts("(SELECT id FROM orders WHERE number = $1)");
  const auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {ref.index() == 0 ? &by_id : &by_number, params};
}

RootPlan plan_of(const ports::PaymentRef& ref) {
  static const RootTexts by_id = payment_texts("$1");
  static const RootTexts by_number = payment_texts("(SELECT id FROM payments WHERE number = $1)");
  const auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {ref.index() == 0 ? &by_id : &by_number, params, true};
}

RootPlan plan_of(const ports::RemoteRef& ref) {
  static const RootTexts texts =
      payment_texts("(SELECT id FROM payments WHERE gateway = $1 AND gateway_payment_id = $2)");
  return {&texts, params_of(ref.gateway, ref.gateway_payment_id), true};
}

RootPlan plan_of(const ports::InvoiceRef& ref) {
  static const RootTexts texts =
      payment_texts("(SELECT id FROM payments WHERE gateway = $1 AND gateway_invoice_id = $2)");
  return {&texts, params_of(ref.gateway, ref.gateway_invoice_id), true};
}

RootPlan plan_of(const domain::RefundId& id) {
  static const RootTexts texts = payment_texts("(SELECT payment_id FROM refunds WHERE id = $1)");
  return {&texts, params_of(id), true};
}

RootPlan plan_of_call(const domain::CallId& id) {
  static const RootTexts texts =
      payment_texts("(SELECT subject_id FROM gateway_calls WHERE id = $1)");
  return {&texts, params_of(id), true, true};
}

RootPlan plan_of(const domain::OverpaymentId& id) {
  static const RootTexts texts =
      payment_texts("(SELECT id FROM payments WHERE overpayment_id = $1)");
  return {&texts, params_of(id), true};
}

RootTexts review_texts() {
  auto texts = payment_texts("(SELECT payment_id FROM reviews WHERE id = $1)");
  texts.call = gateway_calls().select() + " WHERE id = (SELECT call_id FROM reviews WHERE id = $1)";
  texts.review = reviews().select() + " WHERE id = $1";
  return texts;
}

RootPlan plan_of(const domain::ReviewId& id) {
  static const RootTexts texts = review_texts();
  return {&texts, params_of(id), true, true};
}

RootPlan plan_of(const ports::TransactionRef& ref) {
  static const RootTexts by_id =
      payment_texts("(SELECT payment_id FROM transactions WHERE id = $1)");
  static const RootTexts by_number =
      payment_texts("(SELECT payment_id FROM transactions WHERE number = $1)");
  const auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {ref.index() == 0 ? &by_id : &by_number, params, true};
}

void add_root(ReadPlan& plan, const RootPlan& root) {
  if (root.texts == nullptr) return;
  plan.add(Part::order, root.texts->order, root.params);
  plan.add(Part::items, root.texts->items, root.params);
  plan.add(Part::payments, root.texts->payments, root.params);
  plan.add(Part::open_calls, root.texts->open_calls, root.params);
  if (root.payment) {
    plan.add(Part::refunds, root.texts->refunds, root.params);
    plan.add(Part::transactions, root.texts->transactions, root.params);
  }
  if (root.call) plan.add(Part::call, root.texts->call, root.params);
  if (!root.texts->review.empty()) plan.add(Part::review, root.texts->review, root.params);
}

// The record with the call that it names beside it, in one statement.
void add_record(ReadPlan& plan, const std::string& key) {
  static const std::string text = fmt::format(
      "SELECT {}, {} FROM records r LEFT JOIN gateway_calls c ON c.id = r.call_id WHERE r.key = $1",
      records().columns_of("r"), gateway_calls().columns_of("c"));
  plan.add(Part::record, text, params_of(key));
}

void add_webhook(ReadPlan& plan, const ports::WebhookRef& ref) {
  static const std::string text = webhooks().select() + " WHERE gateway = $1 AND event_id = $2";
  plan.add(Part::webhook, text, params_of(ref.gateway, ref.event_id));
}

void add_numbers(ReadPlan& plan, Part part, std::string_view text, int count) {
  for (int i = 0; i < count; ++i) plan.add(part, text, {});
}

void load_payments(ports::Loaded& loaded, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Cells cells(rows, i);
    auto payment = read_payment(cells);
    if (cells.flag()) loaded.payment = payment;
    if (payment.order_id) loaded.order_payments.push_back(std::move(payment));
  }
}

void load_items(ports::Loaded& loaded, const Rows& rows) {
  if (!loaded.order) return;
  std::vector<domain::Order> one;
  one.push_back(std::move(*loaded.order));
  attach_items(one, rows);
  loaded.order = std::move(one.front());
}

void load_record(ports::Loaded& loaded, const Rows& rows) {
  loaded.record = read_first(rows, read_record);
  loaded.record_call = read_joined(rows, records().width(), read_call);
}

// A call may hang on several of the things that a read names.
void load_open_calls(ports::Loaded& loaded, const Rows& rows) {
  auto& all = loaded.open_calls;
  for (auto& call : read_all(rows, read_call))
    if (std::ranges::find(all, call.id, &domain::GatewayCall::id) == all.end())
      all.push_back(std::move(call));
}

std::int64_t read_number(const Rows& rows) {
  COBRO_CHECK(rows.size() == 1);
  return Cells(rows, 0).int64();
}

void load_part(ports::Loaded& loaded, Part part, const Rows& rows) {
  switch (part) {
    case Part::order:
      loaded.order = read_first(rows, read_order);
      return;
    case Part::items:
      return load_items(loaded, rows);
    case Part::payments:
      return load_payments(loaded, rows);
    case Part::refunds:
      loaded.refunds = read_all(rows, read_refund);
      return;
    case Part::transactions:
      loaded.transactions = read_all(rows, read_transaction);
      return;
    case Part::open_calls:
      return load_open_calls(loaded, rows);
    case Part::call:
      loaded.call = read_first(rows, read_call);
      return;
    case Part::review:
      loaded.review = read_first(rows, read_review);
      return;
    case Part::record:
      return load_record(loaded, rows);
    case Part::customer:
    case Part::methods:
    case Part::customer_subscriptions:
    case Part::subscription:
    case Part::checkout:
    case Part::dispute:
    case Part::account:
      return load_billing(loaded, part, rows);
    case Part::webhook:
      loaded.webhook = read_first(rows, read_webhook);
      return;
    case Part::order_number:
      loaded.order_numbers.push_back(read_number(rows));
      return;
    case Part::payment_number:
      loaded.payment_numbers.push_back(read_number(rows));
      return;
    case Part::transaction_number:
      loaded.transaction_numbers.push_back(read_number(rows));
      return;
  }
}

}  // namespace

ReadPlan plan_reads(const ports::Reads& reads, const SqlTraits& traits, bool draw) {
  ReadPlan plan;
  const bool by_call = reads.call && reads.call->subject == domain::CallSubject::payment;
  COBRO_CHECK(!by_call || std::holds_alternative<std::monostate>(reads.root));
  add_root(plan, by_call ? plan_of_call(reads.call->id)
                         : std::visit([](const auto& root) { return plan_of(root); }, reads.root));
  add_billing(plan, reads);
  if (reads.record_key) add_record(plan, *reads.record_key);
  if (reads.webhook) add_webhook(plan, *reads.webhook);
  if (!draw) return plan;
  add_numbers(plan, Part::order_number, traits.draw_order_number, reads.order_numbers);
  add_numbers(plan, Part::payment_number, traits.draw_payment_number, reads.payment_numbers);
  add_numbers(plan, Part::transaction_number, traits.draw_transaction_number,
              reads.transaction_numbers);
  return plan;
}

ports::Loaded to_loaded(const ReadPlan& plan, std::span<const Rows> answers) {
  COBRO_CHECK(answers.size() == plan.parts.size());
  ports::Loaded loaded;
  for (std::size_t i = 0; i < answers.size(); ++i) load_part(loaded, plan.parts[i], answers[i]);
  return loaded;
}

}  // namespace cobro::store
