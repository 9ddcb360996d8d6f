#include "store/sql/lists.h"

#include <fmt/format.h>

#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// A WHERE clause that grows by conditions; `{}` in a condition becomes the next parameter.
class Where {
 public:
  template <class T>
  void add(std::string_view condition, const T& value) {
    begin();
    text_ += fmt::format(fmt::runtime(condition), parameter(value));
  }
  void add_text(const std::string& condition) {
    begin();
    text_ += condition;
  }
  template <class T>
  std::string parameter(const T& value) {
    params_.add(value);
    return fmt::format("${}", ++count_);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Params params() const { return params_; }
  [[nodiscard]] int count() const { return count_; }

 private:
  void begin() { text_ += text_.empty() ? " WHERE " : " AND "; }
  std::string text_;
  Params params_;
  int count_ = 0;
};

std::string count_text(std::string_view table, const Where& where) {
  return fmt::format("SELECT count(*) FROM {}{}", table, where.text());
}

// The condition of the page itself: the filter, and where the page before ended.
struct PageText {
  Where where;
  std::string tail;
};

PageText page_of(Where where, const ports::Page& page, std::string_view key = "id") {
  if (page.after) where.add(fmt::format("{} < {{}}", key), *page.after);
  const auto limit = where.parameter(page.limit + 1);
  const auto offset = where.parameter(page.after ? std::int64_t{0} : page.offset);
  return {where, fmt::format(" ORDER BY {} DESC LIMIT {} OFFSET {}", key, limit, offset)};
}

std::vector<Statement> plan_rows(const Table& table, const Where& where, const ports::Page& page,
                                 std::string_view key = "id") {
  const auto paged = page_of(where, page, key);
  return {{interned(table.select() + paged.where.text() + paged.tail), paged.where.params().take()},
          {interned(count_text(table.name(), where)), where.params().take()}};
}

constexpr std::string_view kTenant = "tenant_id = {}";
constexpr std::string_view kNoTenant = "tenant_id IS NULL";
constexpr std::string_view kOfTenant =
    "payment_id IN (SELECT id FROM payments WHERE tenant_id = {})";
constexpr std::string_view kOfNoTenant =
    "payment_id IN (SELECT id FROM payments WHERE tenant_id IS NULL)";
constexpr std::string_view kOfUser = "payment_id IN (SELECT id FROM payments WHERE user_id = {})";

// Null is a tenant too: that of those who have none.
void add_tenant(Where& where, const std::optional<ports::TenantScope>& tenant,
                std::string_view of_id, std::string_view of_none) {
  if (!tenant) return;
  if (tenant->id) {
    where.add(of_id, *tenant->id);
  } else {
    where.add_text(std::string(of_none));
  }
}

// One of these; of none, any.
template <class E>
void add_words(Where& where, std::string_view column, const std::vector<E>& values) {
  if (values.empty()) return;
  std::string words;
  for (const auto value : values) words += (words.empty() ? "" : ", ") + where.parameter(value);
  where.add_text(fmt::format("{} IN ({})", column, words));
}

Where where_of(const ports::OrderFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.user_id) where.add("user_id = {}", *filter.user_id);
  add_words(where, "status", filter.statuses);
  return where;
}

std::string condition_of(Where& where, const ports::PaymentWord& word) {
  auto text = fmt::format("state = {}", where.parameter(word.state));
  if (word.kind) text += fmt::format(" AND kind = {}", where.parameter(*word.kind));
  if (word.refunded_in_full)
    text += *word.refunded_in_full ? " AND captured > 0 AND refunded = captured"
                                   : " AND (captured = 0 OR refunded <> captured)";
  if (word.with_method)
    text += *word.with_method ? " AND gateway_payment_method_id IS NOT NULL"
                              : " AND gateway_payment_method_id IS NULL";
  return text;
}

Where where_of(const ports::PaymentFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.user_id) where.add("user_id = {}", *filter.user_id);
  if (filter.order_id) where.add("order_id = {}", *filter.order_id);
  if (filter.subscription_id) where.add("subscription_id = {}", *filter.subscription_id);
  if (filter.kind) where.add("kind = {}", *filter.kind);
  if (!filter.words) return where;
  std::string any;
  for (const auto& word : *filter.words)
    any += (any.empty() ? "(" : " OR (") + condition_of(where, word) + ")";
  where.add_text(any.empty() ? "1 = 0" : "(" + any + ")");
  return where;
}

Where where_of(const ports::RefundFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kOfTenant, kOfNoTenant);
  if (filter.user_id) where.add(kOfUser, *filter.user_id);
  if (filter.payment_id) where.add("payment_id = {}", *filter.payment_id);
  return where;
}

Where where_of(const ports::TransactionFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kOfTenant, kOfNoTenant);
  if (filter.user_id) where.add(kOfUser, *filter.user_id);
  if (filter.payment_id) where.add("payment_id = {}", *filter.payment_id);
  if (filter.type) where.add("type = {}", *filter.type);
  if (filter.status) where.add("status = {}", *filter.status);
  if (filter.from) where.add("created_at >= {}", *filter.from);
  if (filter.to) where.add("created_at < {}", *filter.to);
  return where;
}

std::string_view condition_of(domain::OverpaymentStatus status) {
  switch (status) {
    case domain::OverpaymentStatus::open:
      return "(overpaid_refunding = 0 AND overpaid_refunded < overpaid AND"
             " NOT (coalesce(dispute_status, '') = 'lost'"
             " AND overpaid_refunded + disputed >= overpaid))";
    case domain::OverpaymentStatus::refunding:
      return "overpaid_refunding > 0";
    case domain::OverpaymentStatus::refunded:
      return "(overpaid_refunded = overpaid OR (overpaid_refunding = 0 AND"
             " dispute_status = 'lost' AND overpaid_refunded + disputed >= overpaid))";
  }
  return "1 = 0";
}

Where where_of(const ports::OverpaymentFilter& filter) {
  Where where;
  where.add_text("overpayment_id IS NOT NULL");
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.user_id) where.add("user_id = {}", *filter.user_id);
  if (filter.payment_id) where.add("id = {}", *filter.payment_id);
  std::string any;
  for (const auto status : filter.statuses)
    any += fmt::format("{}{}", any.empty() ? "" : " OR ", condition_of(status));
  if (!any.empty()) where.add_text("(" + any + ")");
  return where;
}

Where where_of(const ports::ReviewFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.payment_id) where.add("payment_id = {}", *filter.payment_id);
  if (filter.status) where.add("status = {}", *filter.status);
  return where;
}

Where where_of(const ports::SubscriptionFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.user_id) where.add("user_id = {}", *filter.user_id);
  add_words(where, "status", filter.statuses);
  return where;
}

Where where_of(const ports::EntitlementFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kTenant, kNoTenant);
  if (filter.user_id) where.add("user_id = {}", *filter.user_id);
  if (filter.active)
    where.add_text(*filter.active ? "revoked_at IS NULL" : "revoked_at IS NOT NULL");
  return where;
}

Where where_of(const ports::DisputeFilter& filter) {
  Where where;
  add_tenant(where, filter.tenant, kOfTenant, kOfNoTenant);
  if (filter.user_id) where.add(kOfUser, *filter.user_id);
  if (filter.payment_id) where.add("payment_id = {}", *filter.payment_id);
  add_words(where, "status", filter.statuses);
  return where;
}

template <class T>
ports::Listed<T> to_listed(std::vector<T> items, const Rows& count, std::int64_t limit) {
  COBRO_CHECK(count.size() == 1);
  const bool more = items.size() > static_cast<std::size_t>(limit);
  if (more) items.erase(items.begin() + limit, items.end());
  return {std::move(items), Cells(count, 0).int64(), more};
}

}  // namespace

std::vector<Statement> plan_list(const ports::OrderFilter& filter, const ports::Page& page) {
  const auto where = where_of(filter);
  auto statements = plan_rows(orders(), where, page);
  const auto paged = page_of(where, page);
  statements.push_back(
      {interned(fmt::format("{} WHERE order_id IN (SELECT id FROM orders{}{}) ORDER BY position",
                            select_items(), paged.where.text(), paged.tail)),
       paged.where.params().take()});
  return statements;
}

std::vector<Statement> plan_list(const ports::PaymentFilter& filter, const ports::Page& page) {
  return plan_rows(payments(), where_of(filter), page);
}

std::vector<Statement> plan_list(const ports::RefundFilter& filter, const ports::Page& page) {
  return plan_rows(refunds(), where_of(filter), page);
}

std::vector<Statement> plan_list(const ports::TransactionFilter& filter, const ports::Page& page) {
  return plan_rows(transactions(), where_of(filter), page);
}

std::vector<Statement> plan_list(const ports::OverpaymentFilter& filter, const ports::Page& page) {
  return plan_rows(payments(), where_of(filter), page, "overpayment_id");
}

std::vector<Statement> plan_list(const ports::ReviewFilter& filter, const ports::Page& page) {
  return plan_rows(reviews(), where_of(filter), page);
}

std::vector<Statement> plan_list(const ports::SubscriptionFilter& filter, const ports::Page& page) {
  return plan_rows(subscriptions(), where_of(filter), page);
}

std::vector<Statement> plan_list(domain::SubscriptionId history_of, const ports::Page& page) {
  Where where;
  where.add("subscription_id = {}", history_of);
  return plan_rows(status_changes(), where, page);
}

std::vector<Statement> plan_list(const ports::EntitlementFilter& filter, const ports::Page& page) {
  return plan_rows(entitlements(), where_of(filter), page);
}

std::vector<Statement> plan_list(const ports::DisputeFilter& filter, const ports::Page& page) {
  return plan_rows(disputes(), where_of(filter), page);
}

Statement all_plans() {
  static const std::string text = plans().select() + " ORDER BY price, id";
  return {text};
}

ports::Listed<domain::Order> to_listed_orders(std::span<const Rows> answers, std::int64_t limit) {
  COBRO_CHECK(answers.size() == 3);
  auto orders = read_all(answers[0], read_order);
  attach_items(orders, answers[2]);
  return to_listed(std::move(orders), answers[1], limit);
}

ports::Listed<domain::Payment> to_listed_payments(std::span<const Rows> answers,
                                                  std::int64_t limit) {
  return to_listed(read_all(answers[0], read_payment_row), answers[1], limit);
}

ports::Listed<domain::Refund> to_listed_refunds(std::span<const Rows> answers, std::int64_t limit) {
  return to_listed(read_all(answers[0], read_refund), answers[1], limit);
}

ports::Listed<domain::Transaction> to_listed_transactions(std::span<const Rows> answers,
                                                          std::int64_t limit) {
  return to_listed(read_all(answers[0], read_transaction), answers[1], limit);
}

ports::Listed<domain::Review> to_listed_reviews(std::span<const Rows> answers, std::int64_t limit) {
  return to_listed(read_all(answers[0], read_review), answers[1], limit);
}

ports::Listed<domain::Subscription> to_listed_subscriptions(std::span<const Rows> answers,
                                                            std::int64_t limit) {
  return to_listed(read_all(answers[0], read_subscription), answers[1], limit);
}

ports::Listed<domain::StatusChange> to_listed_status_changes(std::span<const Rows> answers,
                                                             std::int64_t limit) {
  return to_listed(read_all(answers[0], read_status_change), answers[1], limit);
}

ports::Listed<domain::Entitlement> to_listed_entitlements(std::span<const Rows> answers,
                                                          std::int64_t limit) {
  return to_listed(read_all(answers[0], read_entitlement), answers[1], limit);
}

ports::Listed<domain::Dispute> to_listed_disputes(std::span<const Rows> answers,
                                                  std::int64_t limit) {
  return to_listed(read_all(answers[0], read_dispute), answers[1], limit);
}

std::vector<domain::Plan> to_plans(std::span<const Rows> answers) {
  return read_all(answers[0], read_plan);
}

}  // namespace cobro::store
