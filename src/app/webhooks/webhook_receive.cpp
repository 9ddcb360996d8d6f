#include "app/calls/gateway_client.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/guards.h"
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
          .note = {},
          .next_try_at = moment.now + kWebhookLease,
          .received_at = moment.now,
          .applied_at = {}};
}

ports::Reads row_alone(const Incoming& incoming) {
  return {.root = {},
          .record_key = {},
          .webhook = ports::WebhookRef{incoming.gateway, incoming.event.event_id}};
}

// The row and our payment that the event names: by metadata, which needs no look at the
// gateway's ids, or else by those.
ports::Reads row_and_payment(const Context& context, const Incoming& incoming) {
  auto reads = row_alone(incoming);
  const auto& event = incoming.event;
  if (concerns_nobody(event)) return reads;
  if (is_about_copy(event)) {
    reads.customer = customer_named_by(event, incoming.gateway);
    return reads;
  }
  if (is_about_subscription(event)) {
    if (event.our_subscription)
      reads.subscription = *event.our_subscription;
    else if (event.gateway_subscription_id)
      reads.subscription =
          ports::RemoteSubscriptionRef{incoming.gateway, *event.gateway_subscription_id};
    return reads;
  }
  if (event.our_payment)
    reads.root = ports::PaymentRef{*event.our_payment};
  else if (event.gateway_payment_id)
    reads.root = ports::RemoteRef{incoming.gateway, *event.gateway_payment_id};
  if (event.dispute)
    reads.dispute = ports::DisputeRef{incoming.gateway, event.dispute->gateway_dispute_id};
  if (is_final_fact(event)) reads.transaction_numbers = numbers_for_snapshots(context);
  return reads;
}

// Beyond doubt the payment that the event is about: metadata that an object of another
// payment carries is for the inbox to look into.
bool is_of(const domain::Payment& payment, const Incoming& incoming) {
  const auto& known = payment.gateway_payment_id;
  const auto& named = incoming.event.gateway_payment_id;
  return payment.gateway == incoming.gateway && (!known || !named || known == named);
}

// Whether the money grants anything depends on a row that is not loaded.
bool needs_subscription(const Incoming& incoming, const Loaded& loaded) {
  return incoming.event.payment && loaded.payment->subscription_id;
}

bool is_of_nobody(const ports::GatewayEvent& event, const Loaded& loaded) {
  if (is_about_copy(event)) return !loaded.customer;
  if (is_about_subscription(event)) return !loaded.subscription;
  return !loaded.payment && !event.our_payment && !may_be_known_later(event);
}

// What becomes of a new event in the write that stores it.
Changes take(const Context& context, const Incoming& incoming, const Loaded& loaded,
             domain::Moment moment, Received& received) {
  auto row = make_row(incoming, moment);
  const auto now = moment.now;
  const bool found = loaded.payment && is_of(*loaded.payment, incoming);
  Changes changes;
  if (concerns_nobody(incoming.event))
    row = ended(row, WebhookStatus::ignored, why_nobody(incoming.event), now);
  else if (is_of_nobody(incoming.event, loaded))
    row = ended(row, WebhookStatus::ignored, kNothingOfOurs, now);
  else if (found && is_final_fact(incoming.event) && !needs_subscription(incoming, loaded))
    changes = apply_fact(context, loaded, std::move(moment), incoming.event, row);
  else
    received.left = row;
  changes.insert_webhook = std::move(row);
  return changes;
}

Changes keep(const Context&, const Incoming& incoming, const Loaded&, domain::Moment moment,
             Received& received) {
  received.left = make_row(incoming, moment);
  Changes changes;
  changes.insert_webhook = received.left;
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

using Take = Changes (*)(const Context&, const Incoming&, const Loaded&, domain::Moment, Received&);

base::Task<base::Result<Received, Refusal>> store(Context& context, const Incoming& incoming,
                                                  ports::Reads reads, Take take_new) {
  Received received;
  std::optional<StoredWebhook> row;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    received = {.duplicate = loaded.webhook.has_value()};
    row.reset();
    if (received.duplicate) return Changes{};
    auto changes = take_new(context, incoming, loaded, std::move(moment), received);
    row = changes.insert_webhook;
    return changes;
  };
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  if (row) log_waiting_money(context, *row);
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
                                              Take take_new = &take) {
  std::string failure;
  try {
    auto stored = co_await store(context, incoming, row_and_payment(context, incoming), take_new);
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

base::Task<bool> take_listed_event(Context& context, domain::GatewayName gateway,
                                   ports::GatewayEvent event, ports::WebhookRequest request) {
  if (concerns_nobody(event)) co_return false;
  const Incoming incoming{gateway, std::move(event), std::move(request)};
  const auto known = co_await context.store.load(row_and_payment(context, incoming));
  if (known.webhook || !is_of_ours(known)) co_return false;
  auto received = co_await try_whole(context, incoming, &take_known);
  if (!received || received->duplicate) co_return false;
  if (received->left) co_await apply_webhook(context, std::move(*received->left));
  co_return true;
}

}  // namespace cobro::app
