#include "app/calls/gateway_client.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_sync.h"
#include "app/webhooks/charge_query.h"
#include "app/webhooks/event_account.h"
#include "app/webhooks/webhook_rows.h"
#include "base/text.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Changes;
using ports::Loaded;
using ports::StoredWebhook;
using ports::WebhookStatus;

struct Incoming {
  domain::GatewayName gateway;
  ports::GatewayEvent event;
  ports::WebhookRequest request;
};

constexpr std::size_t kMostKeys = 16;
constexpr base::Duration kKeysLive = std::chrono::hours(1);

// What may be signed; credentials of whoever stands in between are not kept.
wire::Headers kept_headers(const wire::Headers& headers) {
  wire::Headers kept;
  for (const auto& header : headers) {
    const bool secret = base::equals_ignoring_case(header.name, "Authorization") ||
                        base::equals_ignoring_case(header.name, "Proxy-Authorization") ||
                        base::equals_ignoring_case(header.name, "Cookie");
    if (!secret) kept.add(header.name, header.value);
  }
  return kept;
}

StoredWebhook make_row(const Incoming& incoming, domain::Moment& moment) {
  return {.id = moment.ids.next<domain::WebhookId>(),
          .gateway = incoming.gateway,
          .event_id = incoming.event.event_id,
          .type = incoming.event.type,
          .method = incoming.request.method,
          .path = incoming.request.path,
          .query = incoming.request.query,
          .headers = kept_headers(incoming.request.headers),
          .body = incoming.request.body,
          .next_try_at = moment.now + kWebhookLease,
          .received_at = moment.now};
}

ports::Reads row_alone(const Incoming& incoming) {
  return {.webhook = ports::WebhookRef{incoming.gateway, incoming.event.event_id}};
}

// What an event speaks of, to be loaded: by metadata, which needs no look at the gateway's ids, or
// else by those. Beside it what the event is compared with, and booked on when it is faster than
// the answer to our call.
struct AddReads {
  const Context& context;
  domain::GatewayName gateway;
  ports::Reads& reads;

  void operator()(const ports::OfNoInterest&) const {}
  void operator()(const ports::PaymentEnded& fact) const { add_fact(payment_of(fact)); }
  void operator()(const ports::RefundEnded& fact) const {
    add_fact(payment_of(fact));
    reads.parts.refunds = reads.parts.transactions = true;
  }
  void operator()(const ports::DisputeMoved& fact) const {
    add_fact(payment_of(fact));
    reads.dispute = ports::DisputeRef{gateway, fact.dispute.gateway_dispute_id};
    reads.parts.disputes = true;
  }
  void operator()(const ports::PaymentChanged& changed) const { add_payment(changed.payment); }
  void operator()(const ports::RefundsChanged& changed) const { add_payment(changed.payment); }
  void operator()(const ports::DisputesChanged& changed) const { add_payment(changed.payment); }
  void operator()(const ports::SubscriptionChanged& changed) const {
    reads.subscription = ref_of(gateway, changed.subscription);
  }
  void operator()(const ports::InvoiceChanged& changed) const {
    reads.subscription = ref_of(gateway, changed.subscription);
  }
  void operator()(const ports::CustomerDeleted& deleted) const {
    reads.customer = ports::RemoteCustomerRef{gateway, deleted.gateway_customer_id};
  }
  void operator()(const ports::MethodChanged& changed) const {
    reads.customer = ports::RemoteMethodRef{gateway, changed.gateway_payment_method_id};
  }

 private:
  void add_payment(const ports::NamedPayment& named) const {
    if (named.our_payment)
      reads.root = ports::PaymentRef{*named.our_payment};
    else if (named.gateway_payment_id)
      reads.root = ports::RemoteRef{gateway, *named.gateway_payment_id};
  }
  void add_fact(const ports::NamedPayment& named) const {
    add_payment(named);
    reads.transaction_numbers = numbers_for_snapshots(context);
  }
};

ports::Reads row_and_subject(const Context& context, const Incoming& incoming) {
  auto reads = row_alone(incoming);
  reads.parts = {};
  if (incoming.event.other_mode) return reads;
  std::visit(AddReads{context, incoming.gateway, reads}, incoming.event.says);
  if (incoming.event.account) reads.account = incoming.gateway;
  return reads;
}

constexpr base::Duration kLate = std::chrono::hours(1);

// What becomes of a new event in the write that stores it.
class Take {
 public:
  Take(const Context& context, const Incoming& incoming, const Loaded& loaded,
       domain::Moment moment, Received& received)
      : context_(context),
        incoming_(incoming),
        loaded_(loaded),
        received_(received),
        row_(make_row(incoming, moment)),
        moment_(std::move(moment)) {}

  Changes run() {
    auto changes = decide();
    changes.insert(std::move(row_));
    return changes;
  }

  Changes operator()(const ports::OfNoInterest&) { return ignore(kOfNoInterest); }
  Changes operator()(const ports::PaymentEnded& fact) {
    const auto named = payment_of(fact);
    if (is_of_nobody(named)) return ignore(kNothingOfOurs);
    // Whether a subscription's money grants anything depends on a row that is not loaded.
    const bool needs_more = loaded_.payment && loaded_.payment->subscription_id;
    return is_found(named) && !needs_more ? apply(fact) : leave();
  }
  Changes operator()(const ports::RefundEnded& fact) { return apply_or_leave(fact); }
  // A late one that tells of no end may be behind what was told meanwhile and heard by nobody.
  Changes operator()(const ports::DisputeMoved& fact) {
    const bool is_late = incoming_.event.created_at + kLate < moment_.now;
    return is_late && !is_over(fact) ? leave() : apply_or_leave(fact);
  }
  Changes operator()(const ports::PaymentChanged& changed) {
    return is_of_nobody(changed.payment) ? ignore(kNothingOfOurs) : leave();
  }
  Changes operator()(const ports::RefundsChanged& changed) {
    return is_found(changed.payment) && is_booked(changed.refunded) ? end(kNothingNew) : leave();
  }
  Changes operator()(const ports::DisputesChanged&) { return leave(); }
  Changes operator()(const ports::SubscriptionChanged&) {
    return loaded_.subscription ? leave() : ignore(kNothingOfOurs);
  }
  Changes operator()(const ports::InvoiceChanged&) {
    return loaded_.subscription ? leave() : ignore(kNothingOfOurs);
  }
  Changes operator()(const ports::CustomerDeleted&) {
    return loaded_.customer ? leave() : ignore(kNothingOfOurs);
  }
  Changes operator()(const ports::MethodChanged&) {
    return loaded_.customer ? leave() : ignore(kNothingOfOurs);
  }

 private:
  Changes decide() {
    const auto& event = incoming_.event;
    if (event.other_mode) return ignore(kOtherMode);
    switch (whose(event, loaded_)) {
      case Whose::ours:
        return std::visit(*this, event.says);
      case Whose::of_another:
        return ignore(kOtherAccount);
      case Whose::unknown:
        break;
    }
    return std::holds_alternative<ports::OfNoInterest>(event.says) ? ignore(kOfNoInterest)
                                                                   : leave();
  }
  Changes ignore(const char* why) {
    row_ = ended(row_, WebhookStatus::ignored, why, moment_.now);
    return {};
  }
  Changes end(const char* why) {
    row_ = ended(row_, WebhookStatus::applied, why, moment_.now);
    return {};
  }
  // The refunds' own events, or our calls' answers, have told of every one, and of its end.
  [[nodiscard]] bool is_booked(const std::optional<domain::Money>& refunded) const {
    const auto& payment = *loaded_.payment;
    return refunded && *refunded == payment.refunded && payment.refunding.is_zero() &&
           !payment.overpayment;
  }
  Changes leave() {
    received_.left = row_;
    return {};
  }
  template <class Fact>
  Changes apply(const Fact& fact) {
    return apply_fact(context_, loaded_, std::move(moment_), fact, row_);
  }
  template <class Fact>
  Changes apply_or_leave(const Fact& fact) {
    return is_found(payment_of(fact)) ? apply(fact) : leave();
  }
  // Made by us, such an object names its payment in its metadata.
  [[nodiscard]] bool is_of_nobody(const ports::NamedPayment& named) const {
    return !loaded_.payment && !named.our_payment;
  }
  // Beyond doubt the payment that the event is about: metadata that an object of another
  // payment carries is for the inbox to look into.
  [[nodiscard]] bool is_found(const ports::NamedPayment& named) const {
    if (!loaded_.payment || loaded_.payment->gateway != incoming_.gateway) return false;
    const auto& known = loaded_.payment->gateway_payment_id;
    return !known || !named.gateway_payment_id || known == named.gateway_payment_id;
  }

  const Context& context_;
  const Incoming& incoming_;
  const Loaded& loaded_;
  Received& received_;
  StoredWebhook row_;
  domain::Moment moment_;
};

Changes take(const Context& context, const Incoming& incoming, const Loaded& loaded,
             domain::Moment moment, Received& received) {
  return Take(context, incoming, loaded, std::move(moment), received).run();
}

Changes keep(const Context&, const Incoming& incoming, const Loaded&, domain::Moment moment,
             Received& received) {
  received.left = make_row(incoming, moment);
  Changes changes;
  changes.insert(*received.left);
  return changes;
}

bool is_of_ours(const Loaded& loaded) {
  return loaded.payment || loaded.subscription || loaded.customer;
}

// Of a list only what is about a row of ours is kept: everything of the account stands there.
Changes take_known(const Context& context, const Incoming& incoming, const Loaded& loaded,
                   domain::Moment moment, Received& received) {
  if (!is_of_ours(loaded)) return {};
  return take(context, incoming, loaded, std::move(moment), received);
}

using TakeNew = Changes (*)(const Context&, const Incoming&, const Loaded&, domain::Moment,
                            Received&);

base::Task<base::Result<Received, Refusal>> store(Context& context, const Incoming& incoming,
                                                  ports::Reads reads, TakeNew take_new) {
  Received received;
  std::optional<StoredWebhook> row;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    received = {.duplicate = loaded.webhook.has_value()};
    row.reset();
    if (received.duplicate) return Changes{};
    auto changes = take_new(context, incoming, loaded, std::move(moment), received);
    if (const auto& taken = changes.inserted<StoredWebhook>(); !taken.empty()) row = taken.front();
    return changes;
  };
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  if (row) log_waiting_money(context, *row);
  if (row && row->note == kOtherAccount) log_other_account(context, *row);
  co_return received;
}

Refusal no_keys() {
  return {.code = RefusalCode::unavailable,
          .message = "The keys that the event is signed with could not be fetched; send it again.",
          .retry_after_s = 5};
}

using Keys = std::optional<ports::HttpResponse>;

// The keys that the request is signed with, from memory or fetched; nothing inside where the
// gateway needs none, an error where they cannot be had now.
base::Task<base::Result<Keys, ports::HttpFailure>> keys_of(Context& context,
                                                           const ports::Gateway& gateway,
                                                           const ports::WebhookRequest& request) {
  auto wanted = gateway.webhook_keys(request);
  if (!wanted) co_return Keys{};
  auto& cache = *context.keys;
  const auto now = context.clock.now();
  if (const auto found = cache.find(wanted->path); found != cache.end()) {
    if (now < found->second.good_until) co_return Keys{found->second.answer};
    cache.erase(found);
  }
  auto path = wanted->path;
  auto answer = co_await ask_gateway(context, gateway, std::move(*wanted));
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->status != 200)
    co_return std::unexpected(ports::HttpFailure{.message = "no keys were given"});
  if (cache.size() >= kMostKeys) cache.clear();
  cache[std::move(path)] = {*answer, now + kKeysLive};
  co_return Keys{std::move(*answer)};
}

// An event that cannot be applied is no reason to lose it.
base::Task<std::optional<Received>> try_whole(Context& context, const Incoming& incoming,
                                              TakeNew take_new = &take) {
  std::string failure;
  try {
    auto stored = co_await store(context, incoming, row_and_subject(context, incoming), take_new);
    if (stored) co_return std::move(*stored);
    failure = stored.error().message;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::warning, "a webhook could not be applied as it came",
                    {{"event", incoming.event.event_id}, {"reason", failure}});
  co_return std::nullopt;
}

}  // namespace

base::Task<base::Result<Received, Refusal>> receive_webhook(Context& context,
                                                            domain::GatewayName gateway,
                                                            ports::WebhookRequest request) {
  const auto* adapter = context.gateways.find(gateway);
  if (adapter == nullptr)
    co_return std::unexpected(Refusal{.code = RefusalCode::gateway_not_available,
                                      .message = "This gateway is not available here."});
  const auto keys = co_await keys_of(context, *adapter, request);
  if (!keys) co_return std::unexpected(no_keys());
  auto event = adapter->verify(request, *keys ? &**keys : nullptr, context.clock.now());
  if (!event)
    co_return std::unexpected(
        Refusal{.code = RefusalCode::validation_failed, .message = event.error().message});
  const Incoming incoming{gateway, std::move(*event), std::move(request)};
  if (incoming.event.other_mode)
    context.log.write(ports::LogLevel::warning,
                      "a webhook of the gateway's other mode (test or live) is not applied",
                      {{"event", incoming.event.event_id}, {"type", incoming.event.type}});
  if (auto received = co_await try_whole(context, incoming)) co_return std::move(*received);
  co_return co_await store(context, incoming, row_alone(incoming), &keep);
}

base::Task<ListedTaken> take_listed_event(Context& context, domain::GatewayName gateway,
                                          ports::GatewayEvent event,
                                          ports::WebhookRequest request) {
  using enum ListedTaken;
  if (event.other_mode || std::holds_alternative<ports::OfNoInterest>(event.says))
    co_return of_no_interest;
  Incoming incoming{gateway, std::move(event), std::move(request)};
  auto known = co_await context.store.load(row_and_subject(context, incoming));
  if (known.webhook || whose(incoming.event, known) == Whose::of_another) co_return of_no_interest;
  if (auto* named = payment_by_charge(incoming.event)) {
    auto payment = co_await name_by_charge(context, gateway, *named);
    if (!payment) co_return not_now;
    *named = std::move(*payment);
    known = co_await context.store.load(row_and_subject(context, incoming));
  }
  if (!is_of_ours(known)) co_return of_no_interest;
  auto received = co_await try_whole(context, incoming, &take_known);
  if (!received) co_return not_now;
  if (received->duplicate) co_return of_no_interest;
  if (received->left) co_await apply_webhook(context, std::move(*received->left));
  co_return stored;
}

}  // namespace cobro::app
