#include "store/sql/reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>

#include "base/check.h"
#include "store/sql/billing_reads.h"
#include "store/sql/entities.h"
#include "store/sql/pieces.h"

namespace cobro::store {
namespace {

using ports::Parts;

// Where the texts of a root find its keys: SQL expressions over the parameters, or columns of the
// row that the one statement has found. A root that is an order has no payment key.
struct Keys {
  std::string order;
  std::string payment = {};
};

std::vector<std::string> with(std::vector<std::string> columns, std::string extra) {
  columns.push_back(std::move(extra));
  return columns;
}

void add_items(std::vector<Piece>& pieces, const Keys& keys, const Parts& parts) {
  if (!parts.items) return;
  pieces.push_back(
      {Part::items, item_columns(),
       fmt::format("FROM order_items WHERE order_id = {} ORDER BY position", keys.order)});
}

void add_payment_rows(std::vector<Piece>& pieces, const Keys& keys, const Parts& parts) {
  const auto add = [&](Part part, const Table& table) {
    pieces.push_back(
        {part, table.column_list(),
         fmt::format("FROM {} WHERE payment_id = {} ORDER BY id", table.name(), keys.payment)});
  };
  if (parts.refunds) add(Part::refunds, refunds());
  if (parts.transactions) add(Part::transactions, transactions());
  if (parts.disputes) add(Part::disputes, disputes());
}

// Payments are told with a flag: whether they are the root.
Piece payments_where(std::string_view condition, std::string is_root) {
  return {Part::payments, with(payments().column_list(), std::move(is_root)),
          fmt::format("FROM payments WHERE {} ORDER BY id", condition)};
}

Piece open_calls_where(std::string_view subjects) {
  return {Part::open_calls, gateway_calls().column_list(),
          fmt::format("FROM gateway_calls WHERE status = 'open' AND ({}) ORDER BY id", subjects)};
}

std::vector<Piece> pieces_apart(const Keys& keys, const Parts& parts) {
  std::vector<Piece> pieces;
  pieces.push_back(
      {Part::order, orders().column_list(), fmt::format("FROM orders WHERE id = {}", keys.order)});
  add_items(pieces, keys, parts);
  const auto of_order = fmt::format("order_id = {}", keys.order);
  const auto calls_of_order =
      fmt::format("subject_id IN (SELECT id FROM payments WHERE {})", of_order);
  if (keys.payment.empty()) {
    if (!parts.siblings) return pieces;
    pieces.push_back(payments_where(of_order, "0"));
    pieces.push_back(open_calls_where(calls_of_order));
    return pieces;
  }
  const auto is_root = fmt::format("CASE WHEN id = {} THEN 1 ELSE 0 END", keys.payment);
  const auto or_of_order = [&](const std::string& own, const std::string& others) {
    return parts.siblings ? fmt::format("{} OR {}", own, others) : own;
  };
  pieces.push_back(
      payments_where(or_of_order(fmt::format("id = {}", keys.payment), of_order), is_root));
  pieces.push_back(
      open_calls_where(or_of_order(fmt::format("subject_id = {}", keys.payment), calls_of_order)));
  add_payment_rows(pieces, keys, parts);
  return pieces;
}

std::vector<Piece> pieces_of_order(const Parts& parts) {
  std::vector<Piece> pieces{{Part::order, orders().column_list("o"), ""}};
  add_items(pieces, {"o.id"}, parts);
  if (!parts.siblings) return pieces;
  pieces.push_back(payments_where("order_id = o.id", "0"));
  pieces.push_back(open_calls_of("SELECT id FROM payments WHERE order_id = o.id"));
  return pieces;
}

// The payment's own row is at hand; the others of its order are found by the order's id.
std::vector<Piece> pieces_of_payment(const Parts& parts) {
  const Keys keys{"p.order_id", "p.id"};
  const std::string others = "order_id = p.order_id AND id <> p.id";
  std::vector<Piece> pieces{
      {Part::order, orders().column_list(), "FROM orders WHERE id = p.order_id"},
      {Part::payments, with(payments().column_list("p"), "1"), ""}};
  add_items(pieces, keys, parts);
  if (parts.siblings) pieces.push_back(payments_where(others, "0"));
  pieces.push_back(open_calls_of(
      parts.siblings
          ? fmt::format("SELECT p.id AS id UNION ALL SELECT id FROM payments WHERE {}", others)
          : "SELECT p.id AS id"));
  add_payment_rows(pieces, keys, parts);
  return pieces;
}

Pieces order_pieces(const Parts& parts, std::string_view key, std::string_view condition) {
  return {pieces_apart({std::string(key)}, parts), pieces_of_order(parts),
          fmt::format("FROM orders o WHERE {}", condition)};
}

// `key`: the payment's id as an expression over the parameters.
std::vector<Piece> payment_apart(const Parts& parts, std::string_view key) {
  return pieces_apart(
      {fmt::format("(SELECT order_id FROM payments WHERE id = {})", key), std::string(key)}, parts);
}
Pieces payment_pieces(const Parts& parts, std::string_view key) {
  return {payment_apart(parts, key), pieces_of_payment(parts),
          fmt::format("FROM payments p WHERE p.id = {}", key)};
}
// The payment whose own columns fulfil the condition.
Pieces payment_pieces_where(const Parts& parts, std::string_view condition) {
  return {payment_apart(parts, fmt::format("(SELECT id FROM payments WHERE {})", condition)),
          pieces_of_payment(parts), fmt::format("FROM payments p WHERE {}", condition)};
}
// The payment that a call is about, and the call.
Pieces call_pieces(const Parts& parts) {
  const std::string subject = "(SELECT subject_id FROM gateway_calls WHERE id = $1)";
  const Piece call{Part::call, gateway_calls().column_list(), "FROM gateway_calls WHERE id = $1"};
  auto apart = payment_apart(parts, subject);
  apart.push_back(call);
  auto together = pieces_of_payment(parts);
  together.push_back(call);
  return {apart, together, fmt::format("FROM payments p WHERE p.id = {}", subject)};
}

// The texts of one kind of root, for each choice of parts, made when first asked for. Callable from
// any thread; a text lives as long as its kind.
class RootPieces {
 public:
  explicit RootPieces(std::function<Pieces(const Parts&)> make) : make_(std::move(make)) {}

  const Pieces* of(const Parts& parts) {
    const std::array key{parts.items, parts.siblings, parts.refunds, parts.transactions,
                         parts.disputes};
    const std::lock_guard lock(mutex_);
    auto found = made_.find(key);
    if (found == made_.end()) found = made_.emplace(key, make_(parts)).first;
    return &found->second;
  }

 private:
  std::function<Pieces(const Parts&)> make_;
  std::mutex mutex_;
  std::map<std::array<bool, 5>, Pieces> made_;
};

// Which texts a root takes, and its parameters.
struct RootPlan {
  const Pieces* pieces = nullptr;
  std::vector<Param> params = {};
};

RootPlan plan_of(std::monostate, const Parts&) {
  return {};
}

RootPlan plan_of(const ports::OrderRef& ref, const Parts& parts) {
  static RootPieces by_id([](const Parts& p) { return order_pieces(p, "$1", "o.id = $1"); });
  static RootPieces by_number([](const Parts& p) {
    return order_pieces(p, "(SELECT id FROM orders WHERE number = $1)", "o.number = $1");
  });
  auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {(ref.index() == 0 ? by_id : by_number).of(parts), std::move(params)};
}

RootPlan plan_of(const ports::PaymentRef& ref, const Parts& parts) {
  static RootPieces by_id([](const Parts& p) { return payment_pieces(p, "$1"); });
  static RootPieces by_number(
      [](const Parts& p) { return payment_pieces_where(p, "number = $1"); });
  auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {(ref.index() == 0 ? by_id : by_number).of(parts), std::move(params)};
}

RootPlan plan_of(const ports::RemoteRef& ref, const Parts& parts) {
  static RootPieces pieces([](const Parts& p) {
    return payment_pieces_where(p, "gateway = $1 AND gateway_payment_id = $2");
  });
  return {pieces.of(parts), params_of(ref.gateway, ref.gateway_payment_id)};
}

RootPlan plan_of(const ports::InvoiceRef& ref, const Parts& parts) {
  static RootPieces pieces([](const Parts& p) {
    return payment_pieces_where(p, "gateway = $1 AND gateway_invoice_id = $2");
  });
  return {pieces.of(parts), params_of(ref.gateway, ref.gateway_invoice_id)};
}

RootPlan plan_of(const domain::RefundId& id, const Parts& parts) {
  static RootPieces pieces([](const Parts& p) {
    return payment_pieces(p, "(SELECT payment_id FROM refunds WHERE id = $1)");
  });
  return {pieces.of(parts), params_of(id)};
}

RootPlan plan_of_call(const domain::CallId& id, const Parts& parts) {
  static RootPieces pieces(&call_pieces);
  return {pieces.of(parts), params_of(id)};
}

RootPlan plan_of(const domain::OverpaymentId& id, const Parts& parts) {
  static RootPieces pieces(
      [](const Parts& p) { return payment_pieces_where(p, "overpayment_id = $1"); });
  return {pieces.of(parts), params_of(id)};
}

RootPlan plan_of(const domain::ReviewId& id, const Parts& parts) {
  static RootPieces pieces([](const Parts& p) {
    return payment_pieces(p, "(SELECT payment_id FROM reviews WHERE id = $1)");
  });
  return {pieces.of(parts), params_of(id)};
}

RootPlan plan_of(const ports::TransactionRef& ref, const Parts& parts) {
  static RootPieces by_id([](const Parts& p) {
    return payment_pieces(p, "(SELECT payment_id FROM transactions WHERE id = $1)");
  });
  static RootPieces by_number([](const Parts& p) {
    return payment_pieces(p, "(SELECT payment_id FROM transactions WHERE number = $1)");
  });
  auto params = std::visit([](const auto& key) { return params_of(key); }, ref);
  return {(ref.index() == 0 ? by_id : by_number).of(parts), std::move(params)};
}

// A review need not be about a payment: it is read beside it.
void add_review(ReadPlan& plan, const domain::ReviewId& id) {
  static const std::string call =
      gateway_calls().select() + " WHERE id = (SELECT call_id FROM reviews WHERE id = $1)";
  static const std::string review = reviews().select() + " WHERE id = $1";
  plan.add(Part::call, call, params_of(id));
  plan.add(Part::review, review, params_of(id));
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

// The root's own row may stand apart from those of its order.
void load_payments(ports::Loaded& loaded, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Cells cells(rows, i);
    auto payment = read_payment(cells);
    if (cells.flag()) loaded.payment = payment;
    if (payment.order_id) loaded.order_payments.push_back(std::move(payment));
  }
  std::ranges::sort(loaded.order_payments.all(), {}, &domain::Payment::id);
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
  auto& all = loaded.open_calls.all();
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
    case Part::disputes:
      loaded.disputes = read_all(rows, read_dispute);
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
    case Part::method_calls:
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

template <class Row>
void forget(domain::ReadRows<Row>& rows) {
  rows = domain::ReadRows<Row>::not_read();
}

// Nobody takes what was not asked for as not there.
void mark_unread(ports::Loaded& loaded, const Parts& parts) {
  if (!parts.items && loaded.order) forget(loaded.order->items);
  if (!parts.siblings && loaded.order) {
    forget(loaded.order_payments);
    if (!loaded.payment) forget(loaded.open_calls);
  }
  if (!loaded.payment) return;
  if (!parts.refunds) forget(loaded.refunds);
  if (!parts.transactions) forget(loaded.transactions);
  if (!parts.disputes) forget(loaded.disputes);
}

}  // namespace

ReadPlan plan_reads(const ports::Reads& reads, const SqlTraits& traits, bool draw) {
  ReadPlan plan;
  const bool by_call = reads.call && reads.call->subject == domain::CallSubject::payment;
  COBRO_CHECK(!by_call || std::holds_alternative<std::monostate>(reads.root));
  const auto root =
      by_call ? plan_of_call(reads.call->id, reads.parts)
              : std::visit([&](const auto& key) { return plan_of(key, reads.parts); }, reads.root);
  if (root.pieces != nullptr) {
    root.pieces->add_to(plan, root.params, traits);
    plan.parts = reads.parts;
  }
  if (const auto* review = std::get_if<domain::ReviewId>(&reads.root)) add_review(plan, *review);
  add_billing(plan, reads, traits);
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
  COBRO_CHECK(answers.size() == plan.answered.size());
  ports::Loaded loaded;
  const auto take = [&loaded](Part part, const Rows& rows) { load_part(loaded, part, rows); };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answered = plan.answered[i];
    if (answered.pieces != nullptr)
      answered.pieces->split(answers[i], take);
    else
      take(answered.part, answers[i]);
  }
  if (plan.parts) mark_unread(loaded, *plan.parts);
  return loaded;
}

}  // namespace cobro::store
