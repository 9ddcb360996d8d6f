#include "store/sql/billing_reads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sql/entities.h"
#include "store/sql/pieces.h"

namespace cobro::store {
namespace {

// The condition is the unique index's own expression.
constexpr std::string_view kCustomerOfUser =
    "(SELECT id FROM customers WHERE gateway = $1 AND COALESCE(tenant_id, '') = $2"
    " AND user_id = $3)";

// The texts of a customer. `customer_key` is an SQL expression over the parameters; `method_key`
// names a method that is read whatever became of it.
std::vector<Piece> customer_rows(std::string_view customer_key, std::string_view method_key) {
  const std::string named = method_key.empty() ? "" : fmt::format(" OR id = {}", method_key);
  return {{Part::methods, payment_methods().column_list(),
           fmt::format("FROM payment_methods WHERE customer_id = {} AND"
                       " (status IN ('attaching', 'attached'){}) ORDER BY id",
                       customer_key, named)},
          open_calls_of(fmt::format("SELECT {0} AS id UNION ALL SELECT id FROM payment_methods"
                                    " WHERE customer_id = {0}",
                                    customer_key))};
}

std::vector<Piece> after(Piece first, std::vector<Piece> others) {
  others.insert(others.begin(), std::move(first));
  return others;
}

// `condition`: over the customer's own row, which is called u.
Pieces customer_pieces(std::string_view customer_key, std::string_view condition,
                       std::string_view method_key = {}) {
  return {
      after({Part::customer, customers().column_list(),
             fmt::format("FROM customers WHERE id = {}", customer_key)},
            customer_rows(customer_key, method_key)),
      after({Part::customer, customers().column_list("u"), ""}, customer_rows("u.id", method_key)),
      fmt::format("FROM customers u WHERE {}", condition)};
}
Pieces customer_pieces_of(std::string_view customer_key, std::string_view method_key = {}) {
  return customer_pieces(customer_key, fmt::format("u.id = {}", customer_key), method_key);
}

void add_customer(ReadPlan&, std::monostate, const SqlTraits&) {}

std::vector<Param> params_of_user(const ports::CustomerRef& ref) {
  return params_of(ref.gateway, ref.tenant_id.value_or(""), ref.user_id);
}

void add_customer(ReadPlan& plan, const ports::CustomerRef& ref, const SqlTraits& traits) {
  static const auto pieces = customer_pieces(
      kCustomerOfUser, "u.gateway = $1 AND COALESCE(u.tenant_id, '') = $2 AND u.user_id = $3");
  pieces.add_to(plan, params_of_user(ref), traits);
}

void add_customer_subscriptions(ReadPlan& plan, const ports::CustomerRef& ref) {
  static const std::string alive =
      fmt::format("WHERE customer_id = {} AND status NOT IN ('cancelled', 'incomplete_expired')",
                  kCustomerOfUser);
  static const std::string rows = fmt::format("{} {} ORDER BY id", subscriptions().select(), alive);
  static const std::string calls = fmt::format(
      "{} WHERE status = 'open' AND subject_id IN (SELECT id FROM subscriptions {}) ORDER BY id",
      gateway_calls().select(), alive);
  static const std::string method_calls = fmt::format(
      "SELECT {} FROM gateway_calls c WHERE c.operation = 'set_method' AND c.subject_id IN"
      " (SELECT id FROM subscriptions {}) AND NOT EXISTS (SELECT 1 FROM gateway_calls later WHERE"
      " later.subject_id = c.subject_id AND later.operation = 'set_method' AND later.id > c.id)"
      " ORDER BY c.id",
      gateway_calls().columns_of("c"), alive);
  plan.add(Part::customer_subscriptions, rows, params_of_user(ref));
  plan.add(Part::open_calls, calls, params_of_user(ref));
  plan.add(Part::method_calls, method_calls, params_of_user(ref));
}

void add_customer(ReadPlan& plan, const domain::CustomerId& id, const SqlTraits& traits) {
  static const auto pieces = customer_pieces_of("$1");
  pieces.add_to(plan, params_of(id), traits);
}

void add_customer(ReadPlan& plan, const domain::PaymentMethodId& id, const SqlTraits& traits) {
  static const auto pieces =
      customer_pieces_of("(SELECT customer_id FROM payment_methods WHERE id = $1)", "$1");
  pieces.add_to(plan, params_of(id), traits);
}

void add_customer(ReadPlan& plan, const ports::RemoteCustomerRef& ref, const SqlTraits& traits) {
  static const auto pieces = customer_pieces_of(
      "(SELECT id FROM customers WHERE gateway = $1 AND gateway_customer_id = $2)");
  pieces.add_to(plan, params_of(ref.gateway, ref.gateway_customer_id), traits);
}

void add_customer(ReadPlan& plan, const ports::RemoteMethodRef& ref, const SqlTraits& traits) {
  static const auto pieces = customer_pieces_of(
      "(SELECT customer_id FROM payment_methods WHERE gateway = $1"
      " AND gateway_payment_method_id = $2 AND status = 'attached')");
  pieces.add_to(plan, params_of(ref.gateway, ref.gateway_payment_method_id), traits);
}

Pieces subscription_pieces(std::string_view key) {
  return {{{Part::subscription, subscriptions().column_list(),
            fmt::format("FROM subscriptions WHERE id = {}", key)},
           open_calls_of(fmt::format("SELECT {} AS id", key))},
          {{Part::subscription, subscriptions().column_list("b"), ""},
           open_calls_of("SELECT b.id AS id")},
          fmt::format("FROM subscriptions b WHERE b.id = {}", key)};
}

void add_subscription(ReadPlan&, std::monostate, const SqlTraits&) {}

void add_subscription(ReadPlan& plan, const domain::SubscriptionId& id, const SqlTraits& traits) {
  static const auto pieces = subscription_pieces("$1");
  pieces.add_to(plan, params_of(id), traits);
}

void add_subscription(ReadPlan& plan, const ports::RemoteSubscriptionRef& ref,
                      const SqlTraits& traits) {
  static const auto pieces = subscription_pieces(
      "(SELECT id FROM subscriptions WHERE gateway = $1 AND gateway_subscription_id = $2)");
  pieces.add_to(plan, params_of(ref.gateway, ref.gateway_subscription_id), traits);
}

// The open calls of a customer's methods come along with the customer.
void add_call(ReadPlan& plan, const ports::CallRef& ref, const SqlTraits& traits) {
  static const std::string subject = "(SELECT subject_id FROM gateway_calls WHERE id = $1)";
  static const std::string call = gateway_calls().select() + " WHERE id = $1";
  static const auto customer = customer_pieces_of(subject);
  static const auto method = customer_pieces_of(
      fmt::format("(SELECT customer_id FROM payment_methods WHERE id = {})", subject), subject);
  static const auto subscription = subscription_pieces(subject);
  const auto params = params_of(ref.id);
  switch (ref.subject) {
    case domain::CallSubject::payment:
      return;  // the root
    case domain::CallSubject::customer:
      customer.add_to(plan, params, traits);
      break;
    case domain::CallSubject::payment_method:
      method.add_to(plan, params, traits);
      break;
    case domain::CallSubject::subscription:
      subscription.add_to(plan, params, traits);
      break;
  }
  plan.add(Part::call, call, params);
}

}  // namespace

void add_billing(ReadPlan& plan, const ports::Reads& reads, const SqlTraits& traits) {
  if (reads.call) add_call(plan, *reads.call, traits);
  std::visit([&](const auto& key) { add_customer(plan, key, traits); }, reads.customer);
  if (const auto* user = std::get_if<ports::CustomerRef>(&reads.customer);
      user != nullptr && reads.customer_subscriptions)
    add_customer_subscriptions(plan, *user);
  std::visit([&](const auto& key) { add_subscription(plan, key, traits); }, reads.subscription);
  if (reads.checkout) {
    static const std::string text = checkout_sessions().select() + " WHERE id = $1";
    plan.add(Part::checkout, text, params_of(*reads.checkout));
  }
  if (reads.dispute) {
    static const std::string text =
        disputes().select() + " WHERE gateway = $1 AND gateway_dispute_id = $2";
    plan.add(Part::dispute, text,
             params_of(reads.dispute->gateway, reads.dispute->gateway_dispute_id));
  }
  if (reads.account) plan.add(Part::account, select_account(), params_of(*reads.account));
}

void load_billing(ports::Loaded& loaded, Part part, const Rows& rows) {
  switch (part) {
    case Part::customer:
      loaded.customer = read_first(rows, read_customer);
      return;
    case Part::methods:
      loaded.methods = read_all(rows, read_payment_method);
      return;
    case Part::customer_subscriptions:
      loaded.customer_subscriptions = read_all(rows, read_subscription);
      return;
    case Part::method_calls:
      loaded.method_calls = read_all(rows, read_call);
      return;
    case Part::subscription:
      loaded.subscription = read_first(rows, read_subscription);
      return;
    case Part::checkout:
      loaded.checkout = read_first(rows, read_checkout);
      return;
    case Part::dispute:
      loaded.dispute = read_first(rows, read_dispute);
      return;
    case Part::account:
      loaded.account = read_first(rows, read_account);
      return;
    default:
      COBRO_CHECK(false);
  }
}

}  // namespace cobro::store
