#include "contract/world.h"

#include <algorithm>

namespace cobro::testing {

domain::Order Maker::order(std::int64_t total) {
  domain::Order order{.id = id<domain::OrderId>(),
                      .number = ++number_,
                      .user_id = "u-1",
                      .tenant_id = {},
                      .status_before_refund = {},
                      .closing = {},
                      .total = pen(total),
                      .allocated = pen(0),
                      .captured = pen(0),
                      .refunded = pen(0),
                      .notes = {},
                      .items = {},
                      .created_at = backend_.clock.now(),
                      .updated_at = backend_.clock.now()};
  order.items.push_back(
      {id<domain::OrderItemId>(), "7", true, 2, pen(total / 2), pen(total / 2 * 2)});
  return order;
}

domain::Payment Maker::payment(std::int64_t amount) {
  domain::Payment payment{.id = id<domain::PaymentId>(),
                          .number = ++number_,
                          .kind = domain::PaymentKind::intent,
                          .order_id = {},
                          .user_id = "u-1",
                          .tenant_id = {},
                          .gateway = domain::GatewayName::stripe,
                          .amount = pen(amount),
                          .captured = pen(0),
                          .refunded = pen(0),
                          .refunding = pen(0),
                          .disputed = pen(0),
                          .description = {},
                          .gateway_payment_id = {},
                          .gateway_charge_id = {},
                          .gateway_response = {},
                          .decline = {},
                          .next_action = {},
                          .pending_operation = {},
                          .created_at = backend_.clock.now(),
                          .updated_at = backend_.clock.now(),
                          .processed_at = {}};
  return payment;
}

domain::Payment Maker::payment_of(const domain::Order& order, std::int64_t amount) {
  auto made = payment(amount);
  made.kind = domain::PaymentKind::order;
  made.order_id = order.id;
  made.user_id = order.user_id;
  return made;
}

domain::Payment Maker::captured(std::int64_t amount) {
  auto made = payment(amount);
  made.state = domain::PaymentState::succeeded;
  made.captured = made.amount;
  return made;
}

domain::Transaction Maker::charge(const domain::Payment& payment) {
  domain::Transaction row{.id = id<domain::TransactionId>(),
                          .number = ++number_,
                          .payment_id = payment.id,
                          .refund_id = {},
                          .status = domain::TransactionStatus::succeeded,
                          .amount = payment.amount,
                          .gateway_transaction_id = {},
                          .gateway_response = {},
                          .failure_reason = {},
                          .processed_at = {},
                          .created_at = backend_.clock.now()};
  return row;
}

domain::Refund Maker::refund(const domain::Payment& payment, std::int64_t amount) {
  domain::Refund refund{.id = id<domain::RefundId>(),
                        .payment_id = payment.id,
                        .transaction_id = id<domain::TransactionId>(),
                        .amount = pen(amount),
                        .reason = {},
                        .gateway_refund_id = {},
                        .failure_reason = {},
                        .created_by = "u-1",
                        .created_at = backend_.clock.now(),
                        .updated_at = backend_.clock.now()};
  return refund;
}

domain::Transaction Maker::refund_row(const domain::Refund& refund) {
  domain::Transaction row{.id = refund.transaction_id,
                          .number = ++number_,
                          .payment_id = refund.payment_id,
                          .refund_id = refund.id,
                          .type = domain::TransactionType::refund,
                          .amount = refund.amount,
                          .gateway_transaction_id = {},
                          .gateway_response = {},
                          .failure_reason = {},
                          .processed_at = {},
                          .created_at = backend_.clock.now()};
  return row;
}

domain::LedgerEntry Maker::entry(const domain::Transaction& transaction, domain::Side side) {
  return {id<domain::LedgerEntryId>(),
          transaction.id,
          domain::Movement::charge,
          side,
          "gateway:stripe",
          transaction.amount,
          backend_.clock.now()};
}

domain::GatewayCall Maker::attempt(const domain::Payment& payment, domain::Operation operation) {
  domain::GatewayCall attempt{.gateway = payment.gateway};
  attempt.id = id<domain::CallId>();
  attempt.subject_id = payment.id.uuid;
  attempt.operation = operation;
  attempt.gateway_key = "cobro-test-" + attempt.id.to_string();
  attempt.request = {"POST", "/v1/payment_intents", "2024-06-20", "amount=1000&currency=pen"};
  attempt.first_sent_at = attempt.deadline = attempt.next_check_at = attempt.created_at =
      backend_.clock.now();
  return attempt;
}

domain::Review Maker::review(const domain::Payment& payment,
                             std::optional<domain::CallId> attempt) {
  return {.id = id<domain::ReviewId>(),
          .payment_id = payment.id,
          .call_id = attempt,
          .user_id = payment.user_id,
          .tenant_id = payment.tenant_id,
          .kind = attempt ? domain::ReviewKind::unknown_outcome : domain::ReviewKind::conflict,
          .operation = attempt ? std::optional(domain::Operation::capture) : std::nullopt,
          .gateway = payment.gateway,
          .amount = payment.amount,
          .detail = "detail",
          .outcome = {},
          .gateway_transaction_id = {},
          .note = {},
          .resolved_by = {},
          .created_at = backend_.clock.now(),
          .resolved_at = {}};
}

domain::Event Maker::event(const domain::Payment& payment, std::int64_t sequence) {
  return {id<domain::EventId>(), domain::Aggregate::payment, payment.id.uuid,     sequence,
          "payment.created",     R"({"amount":"1"})",        backend_.clock.now()};
}

domain::Customer Maker::customer(std::string user) {
  domain::Customer customer{.gateway = domain::GatewayName::stripe};
  customer.id = id<domain::CustomerId>();
  customer.user_id = std::move(user);
  customer.created_at = customer.updated_at = backend_.clock.now();
  return customer;
}

domain::PaymentMethod Maker::method(const domain::Customer& customer) {
  domain::PaymentMethod method{.gateway = customer.gateway};
  method.id = id<domain::PaymentMethodId>();
  method.customer_id = customer.id;
  method.user_id = customer.user_id;
  method.gateway_payment_method_id = "pm_" + method.id.to_string();
  method.gateway_customer_id = "cus_1";
  method.created_at = method.updated_at = backend_.clock.now();
  return method;
}

domain::Subscription Maker::subscription(const domain::Customer& customer) {
  domain::Subscription subscription{.gateway = customer.gateway};
  subscription.id = id<domain::SubscriptionId>();
  subscription.user_id = customer.user_id;
  subscription.customer_id = customer.id;
  subscription.gateway_customer_id = "cus_1";
  subscription.gateway_price_id = "price_1";
  subscription.created_at = subscription.updated_at = backend_.clock.now();
  return subscription;
}

domain::StatusChange Maker::status_change(const domain::Subscription& subscription) {
  domain::StatusChange change;
  change.id = id<domain::StatusChangeId>();
  change.subscription_id = subscription.id;
  change.after = subscription.status;
  change.reason = "subscription_created";
  change.changed_by = "user";
  change.created_at = backend_.clock.now();
  return change;
}

domain::CheckoutSession Maker::checkout() {
  domain::CheckoutSession session;
  session.id = id<domain::CheckoutSessionId>();
  session.user_id = "u-1";
  session.success_url = "https://shop.test/ok";
  session.cancel_url = "https://shop.test/no";
  session.created_at = session.updated_at = backend_.clock.now();
  session.expires_at = session.next_check_at = session.created_at + std::chrono::hours(24);
  return session;
}

domain::Entitlement Maker::entitlement() {
  domain::Entitlement entitlement;
  entitlement.id = id<domain::EntitlementId>();
  entitlement.user_id = "u-1";
  entitlement.reference = "c-1";
  entitlement.granted_at = backend_.clock.now();
  return entitlement;
}

domain::Dispute Maker::dispute(const domain::Payment& payment, std::string gateway_id) {
  return {.id = id<domain::DisputeId>(),
          .payment_id = payment.id,
          .gateway = payment.gateway,
          .gateway_dispute_id = std::move(gateway_id),
          .amount = payment.amount,
          .reason = "fraudulent",
          .created_at = backend_.clock.now(),
          .updated_at = backend_.clock.now()};
}

domain::GatewayCall Maker::other_call(domain::Operation operation, const base::Uuid& subject) {
  domain::GatewayCall call{.gateway = domain::GatewayName::stripe};
  call.id = id<domain::CallId>();
  call.operation = operation;
  call.subject_id = subject;
  call.gateway_key = "cobro-test-" + call.id.to_string();
  call.request = {"POST", "/v1/customers", "2024-06-20", "name=x"};
  call.requested_by = "user";
  call.first_sent_at = call.deadline = call.next_check_at = call.created_at = backend_.clock.now();
  return call;
}

ports::IdempotencyRecord Maker::record(std::string key) {
  ports::IdempotencyRecord record;
  record.id = id<domain::RecordId>();
  record.key = std::move(key);
  record.request_hash = "hash";
  record.state = ports::RecordState::closed;
  record.reply = ports::StoredReply{201, {{"Content-Type", "application/json"}}, R"({"a":1.10})"};
  record.created_at = backend_.clock.now();
  record.expires_at = backend_.clock.now() + std::chrono::hours(24);
  return record;
}

ports::StoredWebhook Maker::webhook(std::string event_id) {
  ports::StoredWebhook webhook{.gateway = domain::GatewayName::stripe};
  webhook.id = id<domain::WebhookId>();
  webhook.event_id = std::move(event_id);
  webhook.type = "payment_intent.succeeded";
  webhook.body = R"({"id": "evt_1",  "n": 1.0})";
  webhook.next_try_at = webhook.received_at = backend_.clock.now();
  return webhook;
}

ports::WriteResult StoreContract::write(ports::Changes changes) {
  const ports::Reads reads;
  const ports::Decide decide = [&](const ports::Loaded&) { return changes; };
  return run(store->write(reads, decide));
}

void StoreContract::must_write(ports::Changes changes) {
  const auto result = write(std::move(changes));
  ASSERT_TRUE(result.committed()) << constraint_of(result);
}

ports::Loaded StoreContract::load(ports::Reads::Root root) {
  const auto reads = reads_of(std::move(root));
  return run(store->load(reads));
}

std::vector<ports::WriteResult> StoreContract::write_all(
    const std::vector<ports::Reads>& reads, const std::vector<ports::Decide>& decisions) {
  std::vector<base::Task<ports::WriteResult>> tasks;
  for (std::size_t i = 0; i < decisions.size(); ++i)
    tasks.push_back(store->write(reads[i], decisions[i]));
  return run_all(std::move(tasks));
}

ports::WriteFailure failure_of(const ports::WriteResult& result) {
  const auto* error = std::get_if<ports::WriteError>(&result.outcome);
  if (error == nullptr) throw std::runtime_error("the write did not fail");
  return error->failure;
}

std::string constraint_of(const ports::WriteResult& result) {
  const auto* error = std::get_if<ports::WriteError>(&result.outcome);
  return error == nullptr ? "" : error->constraint;
}

ports::Reads reads_of(ports::Reads::Root root) {
  ports::Reads reads;
  reads.root = std::move(root);
  return reads;
}

std::size_t committed(const std::vector<ports::WriteResult>& results) {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const auto& result) { return result.committed(); }));
}

}  // namespace cobro::testing
