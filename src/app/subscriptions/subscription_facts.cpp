#include "app/subscriptions/subscription_facts.h"

#include <fmt/format.h>

#include "app/calls/accounts.h"
#include "app/calls/gateway_client.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"
#include "base/check.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::GatewayCheckout;
using domain::GatewayInvoice;
using domain::GatewaySubscription;
using domain::Operation;
using ports::Changes;
using ports::Loaded;

// How an open call on the subscription ends, given what the gateway says of it now; nothing when
// this is no evidence. `before`: the subscription as we knew it.
std::optional<CallStatus> ending(const GatewayCall& call, const domain::Subscription& before,
                                 const GatewaySubscription& snapshot) {
  if (shows(call, snapshot)) return CallStatus::accepted;
  const bool ended = snapshot.status && domain::is_terminal(*snapshot.status);
  const bool too_late =
      ended && (call.operation == Operation::resume || call.operation == Operation::change_plan ||
                call.operation == Operation::set_method);
  // It was to end the page that has made it.
  const bool made = call.operation == Operation::end_now && !before.gateway_subscription_id;
  return too_late || made ? std::optional(CallStatus::not_executed) : std::nullopt;
}

// The same of the page that is to make it.
std::optional<CallStatus> ending(const GatewayCall& call, const domain::Subscription&,
                                 const GatewayCheckout& snapshot) {
  const bool shown =
      call.operation == Operation::create_subscription ||
      (call.operation == Operation::end_now && snapshot.status == domain::CheckoutStatus::expired);
  return shown ? std::optional(CallStatus::accepted) : std::nullopt;
}

// The same of a subscription that the gateway does not know any more.
struct Gone {};
std::optional<CallStatus> ending(const GatewayCall& call, const domain::Subscription&, Gone) {
  const bool was_to_end =
      call.operation == Operation::end_now || call.operation == Operation::end_at_period_end;
  return was_to_end ? CallStatus::accepted : CallStatus::not_executed;
}

// The same of an invoice. That it is not paid proves nothing.
std::optional<CallStatus> ending(const GatewayCall& call, const domain::Subscription&,
                                 const GatewayInvoice& invoice) {
  return shows(call, invoice) ? std::optional(CallStatus::accepted) : std::nullopt;
}

// Who is behind what changed: the open call that it shows done, else the gateway.
domain::Author author(const Loaded& loaded, const auto& snapshot) {
  const auto& row = *loaded.subscription;
  for (const auto& call : loaded.open_calls)
    if (call.subject_id == row.id.uuid && ending(call, row, snapshot)) return author_of(call);
  return {};
}

void end_calls(const Loaded& loaded, const auto& snapshot, std::optional<domain::CallId> own,
               base::Timestamp now, Changes& changes) {
  const auto& row = *loaded.subscription;
  for (auto call : loaded.open_calls) {
    if (call.id == own || call.subject_id != row.id.uuid) continue;
    if (const auto end = ending(call, row, snapshot))
      end_call(call, *end, std::nullopt, now, changes);
  }
}

domain::Payment payment_of(const domain::Subscription& subscription, const GatewayInvoice& invoice,
                           std::int64_t number, domain::Moment& moment) {
  const auto& snapshot = *invoice.payment;
  const auto zero = domain::Money::zero(snapshot.amount->currency());
  domain::Payment payment{.id = moment.ids.next<domain::PaymentId>(),
                          .number = number,
                          .kind = domain::PaymentKind::subscription,
                          .subscription_id = subscription.id,
                          .user_id = subscription.user_id,
                          .tenant_id = subscription.tenant_id,
                          .gateway = subscription.gateway,
                          .amount = *snapshot.amount,
                          .captured = zero,
                          .refunded = zero,
                          .refunding = zero,
                          .gateway_payment_id = snapshot.gateway_payment_id,
                          .gateway_customer_id = subscription.gateway_customer_id,
                          .gateway_invoice_id = invoice.gateway_invoice_id,
                          .client_secret = snapshot.client_secret,
                          .created_at = moment.now,
                          .updated_at = moment.now};
  if (subscription.plan_code) payment.description = "Subscription " + *subscription.plan_code;
  return payment;
}

void write_created(domain::Books& books) {
  const auto& payment = books.payment();
  domain::EventPayload payload;
  payload.add_or_null("orderId", std::nullopt)
      .add("paymentId", payment.id.to_string())
      .add("subscriptionId", payment.subscription_id->to_string())
      .add("userId", payment.user_id)
      .add("amount", payment.amount)
      .add("currency", payment.amount.currency().code())
      .add("gateway", to_string(payment.gateway));
  books.write_event("payment.created", std::move(payload));
}

// The payment of an invoice that is seen for the first time. A draft has none yet, and an
// invoice of nothing never has.
void insert_payment(const Loaded& loaded, const domain::Moment& moment,
                    const domain::Subscription& subscription, const GatewayInvoice& invoice,
                    Changes& changes) {
  const auto& snapshot = invoice.payment;
  if (!snapshot || !snapshot->amount || !snapshot->amount->is_positive()) return;
  domain::Moment own = moment;
  const auto row = payment_of(subscription, invoice, loaded.payment_numbers.front(), own);
  domain::Books books(std::move(own), row, std::nullopt, {}, {});
  write_created(books);
  apply(books, *snapshot);
  report_late_access(loaded, books, row, *snapshot);
  Changes theirs;
  collect(books, theirs);
  changes.insert(books.payment());
  changes.insert_all(theirs.inserted<domain::Transaction>());
  changes.insert_all(theirs.inserted<domain::LedgerEntry>());
  changes.insert_all(theirs.inserted<domain::Event>());
  changes.insert_all(theirs.inserted<domain::Review>());
}

// Money that moved is not dropped where it cannot be booked: a person is asked about the invoice,
// once, as the row of a review of an object is.
bool ask_about_unread(domain::Moment moment, const domain::Subscription& subscription,
                      const GatewayInvoice& invoice, Changes& changes) {
  const auto told = domain::unread_money(invoice);
  if (!told) return false;
  changes.insert(domain::Review{
      .id = moment.ids.next<domain::ReviewId>(),
      .subscription_id = subscription.id,
      .user_id = subscription.user_id,
      .tenant_id = subscription.tenant_id,
      .kind = domain::ReviewKind::unknown_object,
      .gateway = subscription.gateway,
      .gateway_object_id = invoice.gateway_invoice_id,
      .detail = fmt::format("invoice {} of subscription {} is paid with {}, of an amount that we "
                            "cannot read: {}; it is not in our books",
                            invoice.gateway_invoice_id,
                            invoice.gateway_subscription_id.value_or(subscription.id.to_string()),
                            invoice.payment->gateway_payment_id.value_or("a payment"), *told),
      .created_at = moment.now});
  return true;
}

// With what its latest invoice's payment waits for, where only the invoice shows that.
GatewaySubscription with_action(GatewaySubscription snapshot,
                                const std::optional<GatewayInvoice>& invoice) {
  const bool is_latest = invoice && snapshot.latest_invoice_id == invoice->gateway_invoice_id;
  if (!snapshot.action_unseen || !is_latest) return snapshot;
  const auto& payment = invoice->payment;
  if (payment && payment->state == domain::RemoteState::unrecognized) return snapshot;
  snapshot.action_unseen = false;
  if (!requires_action(*invoice)) return snapshot;
  snapshot.next_action = payment->next_action;
  if (payment->client_secret) snapshot.client_secret = payment->client_secret;
  return snapshot;
}

bool follow_invoice(const Context& context, const Loaded& loaded, const domain::Moment& moment,
                    const domain::Subscription& subscription, const GatewayInvoice& invoice,
                    Changes& changes) {
  if (!loaded.payment) {
    if (ask_about_unread(moment, subscription, invoice, changes)) return true;
    insert_payment(loaded, moment, subscription, invoice, changes);
    return !changes.inserted<domain::Payment>().empty();
  }
  if (!invoice.payment) return false;
  auto books = open_books(loaded, moment);
  apply_gateway_payment(context, loaded, books, *invoice.payment, changes);
  const bool changed = books.payment_changed() || !changes.updated<domain::GatewayCall>().empty();
  if (changed) collect(books, changes);
  return changed;
}

}  // namespace

bool shows(const GatewayCall& call, const GatewaySubscription& snapshot) {
  const bool ended = snapshot.status && domain::is_terminal(*snapshot.status);
  switch (call.operation) {
    case Operation::create_subscription:
      return true;
    case Operation::end_at_period_end:
      return snapshot.cancel_at_period_end || ended;
    case Operation::end_now:
      return ended;
    case Operation::resume:
      return !ended && !domain::is_to_end(snapshot);
    case Operation::change_plan:
      return !ended && snapshot.price && snapshot.price->gateway_price_id == call.target;
    case Operation::set_method:
      return !ended && snapshot.gateway_payment_method_id &&
             snapshot.gateway_payment_method_id == call.target;
    case Operation::pay_invoice:
    case Operation::create:
    case Operation::confirm:
    case Operation::capture:
    case Operation::cancel:
    case Operation::refund:
    case Operation::create_customer:
    case Operation::attach_method:
    case Operation::detach_method:
      return false;
  }
  return false;
}

bool shows(const GatewayCall& call, const GatewayInvoice& invoice) {
  return call.operation == Operation::pay_invoice && invoice.gateway_invoice_id == call.target &&
         domain::is_collected(invoice);
}

bool requires_action(const GatewayInvoice& invoice) {
  return invoice.payment && invoice.payment->state == domain::RemoteState::requires_action;
}

base::Task<std::optional<GatewayInvoice>> fetch_invoice(Context& context, domain::GatewayName name,
                                                        std::string gateway_invoice_id) {
  const auto* gateway = context.gateways.find(name);
  COBRO_CHECK(gateway != nullptr && gateway->subscriptions() != nullptr);
  auto response = co_await ask_gateway(context, *gateway,
                                       gateway->subscriptions()->fetch_invoice(gateway_invoice_id));
  if (!response) co_return std::nullopt;
  co_return gateway->subscriptions()->parse_invoice(*response);
}

base::Task<std::optional<SubscriptionFacts>> fetch_facts(Context& context, domain::GatewayName name,
                                                         std::string gateway_subscription_id,
                                                         std::optional<std::string> invoice) {
  const auto* gateway = context.gateways.find(name);
  COBRO_CHECK(gateway != nullptr && gateway->subscriptions() != nullptr);
  const auto* billing = gateway->subscriptions();
  const auto request = billing->fetch_subscription(gateway_subscription_id);
  auto response = co_await ask_gateway(context, *gateway, request);
  if (!response) co_return std::nullopt;
  SubscriptionFacts facts{.subscription = billing->parse_subscription(*response)};
  if (!facts.subscription) {
    facts.gone = billing->parse_look_up(Operation::end_now, request, *response).missing &&
                 co_await is_our_account(context, name);
    co_return facts.gone ? std::optional(facts) : std::nullopt;
  }
  if (!invoice) invoice = facts.subscription->latest_invoice_id;
  if (!invoice) co_return facts;
  facts.invoice = co_await fetch_invoice(context, name, *invoice);
  if (!facts.invoice) co_return std::nullopt;
  co_return facts;
}

base::Task<std::optional<SubscriptionFacts>> fetch_page_facts(Context& context,
                                                              domain::GatewayName name,
                                                              std::string gateway_checkout_id) {
  const auto* gateway = context.gateways.find(name);
  COBRO_CHECK(gateway != nullptr && gateway->subscriptions() != nullptr);
  auto response = co_await ask_gateway(
      context, *gateway, gateway->subscriptions()->fetch_checkout(gateway_checkout_id));
  auto page = response ? gateway->subscriptions()->parse_checkout(*response) : std::nullopt;
  if (!page) co_return std::nullopt;
  if (page->gateway_subscription_id)
    co_return co_await fetch_facts(context, name, *page->gateway_subscription_id, std::nullopt);
  co_return SubscriptionFacts{.page = std::move(page)};
}

void read_for_facts(const Context& context, domain::GatewayName gateway,
                    const SubscriptionFacts& facts, ports::Reads& reads) {
  if (!facts.invoice) return;
  reads.root = ports::InvoiceRef{gateway, facts.invoice->gateway_invoice_id};
  reads.payment_numbers = 1;
  reads.transaction_numbers = numbers_for_snapshots(context);
}

bool apply_facts(const Context& context, const Loaded& loaded, domain::Moment moment,
                 domain::SubscriptionBooks& books, const SubscriptionFacts& facts,
                 std::optional<domain::CallId> own, Changes& changes) {
  bool changed = false;
  const auto follow = [&](const auto& snapshot) {
    changed = books.apply(snapshot, author(loaded, snapshot));
    end_calls(loaded, snapshot, own, moment.now, changes);
  };
  if (facts.subscription) follow(with_action(*facts.subscription, facts.invoice));
  if (facts.page) follow(*facts.page);
  if (facts.gone) {
    changed = books.end_as_gone();
    end_calls(loaded, Gone{}, own, moment.now, changes);
  }
  if (facts.invoice) end_calls(loaded, *facts.invoice, own, moment.now, changes);
  // Ids that the subscription's books did not use.
  moment.ids = books.ids();
  if (facts.invoice &&
      follow_invoice(context, loaded, moment, books.subscription(), *facts.invoice, changes))
    changed = true;
  return changed || !changes.updated<domain::GatewayCall>().empty();
}

void collect(const domain::SubscriptionBooks& books, Changes& changes) {
  if (books.changed()) changes.update(books.subscription());
  const auto& result = books.result();
  changes.insert_all(result.status_changes);
  changes.insert_all(result.events);
  changes.insert_all(result.entitlements);
}

}  // namespace cobro::app
