#include "store/sql/billing_reads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// The texts of a wallet. `customer_key` is an SQL expression over the parameters; `method_key`
// names a method that is read whatever became of it.
struct WalletTexts {
  std::string customer, methods, open_errands;
};

WalletTexts wallet_texts(std::string_view customer_key, std::string_view method_key = {}) {
  const std::string named = method_key.empty() ? "" : fmt::format(" OR id = {}", method_key);
  return {
      fmt::format("{} WHERE id = {}", customers().select(), customer_key),
      fmt::format(
          "{} WHERE customer_id = {} AND (status IN ('attaching', 'attached'){}) ORDER BY id",
          payment_methods().select(), customer_key, named),
      fmt::format("{} WHERE status = 'open' AND subject_id IN (SELECT {} UNION ALL"
                  " SELECT id FROM payment_methods WHERE customer_id = {}) ORDER BY id",
                  errands().select(), customer_key, customer_key),
  };
}

void add_texts(ReadPlan& plan, const WalletTexts& texts, const std::vector<Param>& params) {
  plan.add(Part::customer, texts.customer, params);
  plan.add(Part::methods, texts.methods, params);
  plan.add(Part::open_errands, texts.open_errands, params);
}

void add_wallet(ReadPlan&, std::monostate) {}

// The condition is the unique index's own expression.
void add_wallet(ReadPlan& plan, const ports::WalletRef& ref) {
  static const auto texts = wallet_texts(
      "(SELECT id FROM customers WHERE gateway = $1 AND COALESCE(tenant_id, '') = $2"
      " AND user_id = $3)");
  add_texts(plan, texts, params_of(ref.gateway, ref.tenant_id.value_or(""), ref.user_id));
}

void add_wallet(ReadPlan& plan, const domain::CustomerId& id) {
  static const auto texts = wallet_texts("$1");
  add_texts(plan, texts, params_of(id));
}

void add_wallet(ReadPlan& plan, const domain::PaymentMethodId& id) {
  static const auto texts =
      wallet_texts("(SELECT customer_id FROM payment_methods WHERE id = $1)", "$1");
  add_texts(plan, texts, params_of(id));
}

struct SubscriptionTexts {
  std::string subscription, open_errands;
};

SubscriptionTexts subscription_texts(std::string_view key) {
  return {
      fmt::format("{} WHERE id = {}", subscriptions().select(), key),
      fmt::format("{} WHERE status = 'open' AND subject_id = {}", errands().select(), key),
  };
}

void add_texts(ReadPlan& plan, const SubscriptionTexts& texts, const std::vector<Param>& params) {
  plan.add(Part::subscription, texts.subscription, params);
  plan.add(Part::open_errands, texts.open_errands, params);
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

// The subject is a customer, a method (then its customer is meant) or a subscription: only the
// texts of one of them find anything, but for the open errands, which those of a wallet find
// for all three.
void add_errand(ReadPlan& plan, const domain::ErrandId& id) {
  static const std::string subject = "(SELECT subject_id FROM errands WHERE id = $1)";
  static const std::string errand = errands().select() + " WHERE id = $1";
  static const auto wallet = wallet_texts(
      fmt::format("COALESCE((SELECT customer_id FROM payment_methods WHERE id = {0}), {0})",
                  subject),
      subject);
  static const auto subscription = subscription_texts(subject).subscription;
  plan.add(Part::errand, errand, params_of(id));
  add_texts(plan, wallet, params_of(id));
  plan.add(Part::subscription, subscription, params_of(id));
}

// An errand may hang on both the errand and the wallet that a read names.
void load_open_errands(ports::Loaded& loaded, const Rows& rows) {
  auto& all = loaded.open_errands;
  for (auto& errand : read_all(rows, read_errand))
    if (std::ranges::find(all, errand.id, &domain::Errand::id) == all.end())
      all.push_back(std::move(errand));
}

}  // namespace

void add_billing(ReadPlan& plan, const ports::Reads& reads) {
  if (reads.errand) add_errand(plan, *reads.errand);
  std::visit([&](const auto& wallet) { add_wallet(plan, wallet); }, reads.wallet);
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
}

void load_billing(ports::Loaded& loaded, Part part, const Rows& rows) {
  switch (part) {
    case Part::customer:
      loaded.customer = read_first(rows, read_customer);
      return;
    case Part::methods:
      loaded.methods = read_all(rows, read_payment_method);
      return;
    case Part::subscription:
      loaded.subscription = read_first(rows, read_subscription);
      return;
    case Part::open_errands:
      return load_open_errands(loaded, rows);
    case Part::errand:
      loaded.errand = read_first(rows, read_errand);
      return;
    case Part::checkout:
      loaded.checkout = read_first(rows, read_checkout);
      return;
    case Part::dispute:
      loaded.dispute = read_first(rows, read_dispute);
      return;
    default:
      COBRO_CHECK(false);
  }
}

}  // namespace cobro::store
