#include "store/sql/billing_reads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// The condition is the unique index's own expression.
constexpr std::string_view kCustomerOfUser =
    "(SELECT id FROM customers WHERE gateway = $1 AND COALESCE(tenant_id, '') = $2"
    " AND user_id = $3)";

// The texts of a customer. `customer_key` is an SQL expression over the parameters; `method_key`
// names a method that is read whatever became of it.
struct CustomerTexts {
  std::string customer, methods, open_calls;
};

CustomerTexts customer_texts(std::string_view customer_key, std::string_view method_key = {}) {
  const std::string named = method_key.empty() ? "" : fmt::format(" OR id = {}", method_key);
  return {
      fmt::format("{} WHERE id = {}", customers().select(), customer_key),
      fmt::format(
          "{} WHERE customer_id = {} AND (status IN ('attaching', 'attached'){}) ORDER BY id",
          payment_methods().select(), customer_key, named),
      fmt::format("{} WHERE status = 'open' AND subject_id IN (SELECT {} UNION ALL"
                  " SELECT id FROM payment_methods WHERE customer_id = {}) ORDER BY id",
                  gateway_calls().select(), customer_key, customer_key),
  };
}

void add_texts(ReadPlan& plan, const CustomerTexts& texts, const std::vector<Param>& params) {
  plan.add(Part::customer, texts.customer, params);
  plan.add(Part::methods, texts.methods, params);
  plan.add(Part::open_calls, texts.open_calls, params);
}

void add_customer(ReadPlan&, std::monostate) {}

std::vector<Param> params_of_user(const ports::CustomerRef& ref) {
  return params_of(ref.gateway, ref.tenant_id.value_or(""), ref.user_id);
}

void add_customer(ReadPlan& plan, const ports::CustomerRef& ref) {
  static const auto texts = customer_texts(kCustomerOfUser);
  add_texts(plan, texts, params_of_user(ref));
}

void add_customer_subscriptions(ReadPlan& plan, const ports::CustomerRef& ref) {
  static const std::string alive =
      fmt::format("WHERE customer_id = {} AND status NOT IN ('cancelled', 'incomplete_expired')",
                  kCustomerOfUser);
  static const std::string rows = fmt::format("{} {} ORDER BY id", subscriptions().select(), alive);
  static const std::string calls = fmt::format(
      "{} WHERE status = 'open' AND subject_id IN (SELECT id FROM subscriptions {}) ORDER BY id",
      gateway_calls().select(), alive);
  plan.add(Part::customer_subscriptions, rows, params_of_user(ref));
  plan.add(Part::open_calls, calls, params_of_user(ref));
}

void add_customer(ReadPlan& plan, const domain::CustomerId& id) {
  static const auto texts = customer_texts("$1");
  add_texts(plan, texts, params_of(id));
}

void add_customer(ReadPlan& plan, const domain::PaymentMethodId& id) {
  static const auto texts =
      customer_texts("(SELECT customer_id FROM payment_methods WHERE id = $1)", "$1");
  add_texts(plan, texts, params_of(id));
}

void add_customer(ReadPlan& plan, const ports::RemoteCustomerRef& ref) {
  static const auto texts =
      customer_texts("(SELECT id FROM customers WHERE gateway = $1 AND gateway_customer_id = $2)");
  add_texts(plan, texts, params_of(ref.gateway, ref.gateway_customer_id));
}

void add_customer(ReadPlan& plan, const ports::RemoteMethodRef& ref) {
  static const auto texts = customer_texts(
      "(SELECT customer_id FROM payment_methods WHERE gateway = $1"
      " AND gateway_payment_method_id = $2 AND status = 'attached')");
  add_texts(plan, texts, params_of(ref.gateway, ref.gateway_payment_method_id));
}

struct SubscriptionTexts {
  std::string subscription, open_calls;
};

SubscriptionTexts subscription_texts(std::string_view key) {
  return {
      fmt::format("{} WHERE id = {}", subscriptions().select(), key),
      fmt::format("{} WHERE status = 'open' AND subject_id = {}", gateway_calls().select(), key),
  };
}

void add_texts(ReadPlan& plan, const SubscriptionTexts& texts, const std::vector<Param>& params) {
  plan.add(Part::subscription, texts.subscription, params);
  plan.add(Part::open_calls, texts.open_calls, params);
}

void add_subscription(ReadPlan&, std::monostate) {}

void add_subscription(ReadPlan& plan, const domain::SubscriptionId& id) {
  static const auto texts = subscription_texts("$1");
  add_texts(plan, texts, params_of(id));
}

void add_subscription(ReadPlan& plan, const ports::RemoteSubscriptionRef& ref) {
  static const auto texts = subscription_texts(
      "(SELECT id FROM subscriptions WHERE gateway = $1 AND gateway_subscription_id = $2)");
  add_texts(plan, texts, params_of(ref.gateway, ref.gateway_subscription_id));
}

// The open calls of a customer's methods come along with the customer.
void add_call(ReadPlan& plan, const ports::CallRef& ref) {
  static const std::string subject = "(SELECT subject_id FROM gateway_calls WHERE id = $1)";
  static const std::string call = gateway_calls().select() + " WHERE id = $1";
  static const auto customer = customer_texts(subject);
  static const auto method = customer_texts(
      fmt::format("(SELECT customer_id FROM payment_methods WHERE id = {})", subject), subject);
  static const auto subscription = subscription_texts(subject);
  const auto params = params_of(ref.id);
  switch (ref.subject) {
    case domain::CallSubject::payment:
      return;  // the root
    case domain::CallSubject::customer:
      add_texts(plan, customer, params);
      break;
    case domain::CallSubject::payment_method:
      add_texts(plan, method, params);
      break;
    case domain::CallSubject::subscription:
      add_texts(plan, subscription, params);
      break;
  }
  plan.add(Part::call, call, params);
}

}  // namespace

void add_billing(ReadPlan& plan, const ports::Reads& reads) {
  if (reads.call) add_call(plan, *reads.call);
  std::visit([&](const auto& key) { add_customer(plan, key); }, reads.customer);
  if (const auto* user = std::get_if<ports::CustomerRef>(&reads.customer);
      user != nullptr && reads.customer_subscriptions)
    add_customer_subscriptions(plan, *user);
  std::visit([&](const auto& key) { add_subscription(plan, key); }, reads.subscription);
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
