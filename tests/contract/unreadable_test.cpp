// Words in the database that this version does not know, as a newer one may have written them: each
// is an error that says so, never another word, and what stands beside it stays readable.
#include "contract/world.h"
#include "store/sql/words.h"

namespace cobro::testing {
namespace {

struct Word {
  std::string table;
  std::string column;
  std::string good;
};

const std::vector<Word> kWords = {
    {"orders", "status", "pending"},
    {"orders", "currency", "PEN"},
    {"orders", "closing", "cancel"},
    {"orders", "status_before_refund", "paid"},
    {"payments", "kind", "order"},
    {"payments", "gateway", "stripe"},
    {"payments", "capture_method", "automatic"},
    {"payments", "state", "succeeded"},
    {"payments", "currency", "PEN"},
    {"payments", "pending_operation", "capture"},
    {"payments", "dispute_status", "won"},
    {"refunds", "status", "pending"},
    {"transactions", "type", "charge"},
    {"transactions", "status", "succeeded"},
    {"ledger_entries", "movement", "charge"},
    {"ledger_entries", "side", "debit"},
    {"gateway_calls", "operation", "confirm"},
    {"gateway_calls", "gateway", "stripe"},
    {"gateway_calls", "state_before", "pending"},
    {"gateway_calls", "status", "accepted"},
    {"reviews", "kind", "conflict"},
    {"reviews", "operation", "capture"},
    {"reviews", "gateway", "stripe"},
    {"reviews", "status", "open"},
    {"reviews", "outcome", "failed"},
    {"records", "state", "closed"},
    {"webhooks", "status", "pending"},
    {"webhooks", "gateway", "stripe"},
    {"customers", "gateway", "stripe"},
    {"payment_methods", "status", "attaching"},
    {"payment_methods", "gateway", "stripe"},
    {"subscriptions", "status", "incomplete"},
    {"subscriptions", "gateway", "stripe"},
    {"subscriptions", "billing_cycle", "monthly"},
    {"subscription_status_changes", "status_after", "incomplete"},
    {"checkout_sessions", "mode", "payment"},
    {"checkout_sessions", "status", "open"},
    {"entitlements", "kind", "course"},
    {"disputes", "stage", "chargeback"},
    {"disputes", "status", "won"},
    {"disputes", "gateway", "stripe"},
};

class Unreadable : public StoreContract {
 protected:
  Unreadable() {
    order.user_id = payment.user_id = "u-1";
    method.status = domain::MethodStatus::attaching;
    session.payment_id = payment.id;
    entitlement.payment_id = payment.id;
    dispute.status = domain::DisputeStatus::won;
    call.status = domain::CallStatus::accepted;
    must_write(ports::Changes().insert(
        order, payment, refund, charge, make.entry(charge, domain::Side::debit), call,
        make.review(payment, std::nullopt), customer, method, subscription,
        make.status_change(subscription), session, dispute, entitlement, make.record("k"),
        make.webhook("evt_1")));
  }
  // Everything that there is.
  void read_all() {
    ports::Reads reads;
    reads.customer = method.id;  // which is read whatever became of it
    reads.subscription = subscription.id;
    reads.checkout = session.id;
    reads.dispute = ports::DisputeRef{domain::GatewayName::stripe, "dp_1"};
    reads.record_key = "k";
    reads.call = ports::ref_of(call);
    run(store->load(reads));
    run(store->list_reviews({}, {}));
    run(store->list_entitlements({}, {}));
    run(store->list_disputes({}, {}));
    run(store->list_subscriptions({}, {}));
    run(store->list_status_changes(subscription.id, {}));
    run(store->audit_orders({}, 10));
    const auto now = backend->clock.now();
    run(store->claim_webhooks(now, now, 10));
    run(store->due_checkouts(session.next_check_at, 10));
    ports::Reads webhook;
    webhook.webhook = ports::WebhookRef{domain::GatewayName::stripe, "evt_1"};
    EXPECT_TRUE(run(store->load(webhook)).webhook) << "none under that name";
  }
  void set(const Word& word, const std::string& value) {
    backend->execute("UPDATE " + word.table + " SET " + word.column + " = '" + value + "'");
  }

  domain::Order order = make.order(100);
  domain::Payment payment = [&] {
    auto made = make.payment_of(order, 100);
    made.state = domain::PaymentState::succeeded;
    made.captured = made.amount;
    return made;
  }();
  domain::Refund refund = make.refund(payment, 10);
  domain::Transaction charge = make.charge(payment);
  domain::GatewayCall call = make.attempt(payment, domain::Operation::confirm);
  domain::Customer customer = make.customer();
  domain::PaymentMethod method = make.method(customer);
  domain::Subscription subscription = make.subscription(customer);
  domain::CheckoutSession session = make.checkout();
  domain::Entitlement entitlement = make.entitlement();
  domain::Dispute dispute = make.dispute(payment, "dp_1");
};

TEST_P(Unreadable, words_are_errors_that_name_what_they_should_be) {
  read_all();
  for (const auto& word : kWords) {
    SCOPED_TRACE(word.table + "." + word.column);
    set(word, "strange");
    try {
      read_all();
      ADD_FAILURE() << "it was read";
    } catch (const store::UnreadableRow& error) {
      EXPECT_NE(std::string(error.what()).find("'strange'"), std::string::npos) << error.what();
    }
    set(word, word.good);
  }
  read_all();
}

std::vector<BackendChoice> on_disk() {
  std::vector<BackendChoice> all;
  for (auto& choice : backends())
    if (choice.name == "sqlite_file" || choice.name == "postgres") all.push_back(std::move(choice));
  return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, Unreadable, ::testing::ValuesIn(on_disk()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
