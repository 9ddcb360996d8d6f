#include "app/attempts.h"
#include "app/errands.h"
#include "app/recovery.h"
#include "app/subscription_facts.h"
#include "base/check.h"
#include "base/work_queue.h"

namespace cobro::app {

namespace {

using domain::AttemptStatus;
using domain::Errand;
using domain::ErrandOperation;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::size_t kAtOnce = 8;
constexpr int kMaxPages = 20;

// 5 min, 1 h, then hourly; daily after two days without evidence.
base::Duration pause_after(const Errand& errand, base::Timestamp now) {
  if (now >= errand.first_sent_at + std::chrono::hours(48)) return std::chrono::hours(24);
  return errand.checks <= 1 ? base::Duration(std::chrono::minutes(5))
                            : base::Duration(std::chrono::hours(1));
}

bool inside_window(const Context& context, const Errand& errand, base::Timestamp now) {
  const auto* gateway = context.gateways.find(errand.gateway);
  return gateway != nullptr && now + context.settings.gateway_timeout <
                                   errand.first_sent_at + gateway->capabilities().key_window;
}

struct Claimed {
  Errand errand;
  std::optional<std::string> gateway_id;  // of what it is about
};

// What the gateway calls what the errand is about; for one that makes a subscription, whose
// customer it is for.
std::optional<std::string> gateway_id_of(const Loaded& loaded, const Errand& errand) {
  if (errand.operation == ErrandOperation::create_customer) return std::nullopt;
  if (loaded.subscription) {
    const auto& row = *loaded.subscription;
    if (errand.operation == ErrandOperation::create_subscription) return row.gateway_customer_id;
    return row.gateway_subscription_id ? row.gateway_subscription_id : row.gateway_checkout_id;
  }
  for (const auto& method : loaded.methods)
    if (method.id.uuid == errand.subject_id) return method.gateway_payment_method_id;
  return std::nullopt;
}

// Takes the errand for this look: whoever commits this first has it, for one deadline.
base::Task<std::optional<Claimed>> claim(Context& context, const Errand& due, bool will_send) {
  std::optional<Claimed> claimed;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    claimed.reset();
    const auto& row = loaded.errand;
    if (!row || row->status != AttemptStatus::open || row->version != due.version) return changes;
    auto errand = *row;
    errand.unknown = true;
    errand.every_send_not_executed = false;
    errand.checks += 1;
    errand.next_check_at = moment.now + pause_after(errand, moment.now);
    if (will_send) {
      errand.sends += 1;
      errand.deadline = moment.now + context.settings.gateway_timeout;
    }
    changes.update_errands.push_back(errand);
    errand.version += 1;
    claimed = Claimed{errand, gateway_id_of(loaded, errand)};
    return changes;
  };
  auto committed = co_await commit(context, {.errand = due.id}, decide);
  if (!committed) co_return std::nullopt;
  co_return claimed;
}

// Whether what was found is what the errand made or changed.
bool is_ours(const Errand& errand, const ports::ErrandNews& news) {
  if (const auto* customer = std::get_if<domain::CustomerNews>(&news))
    return customer->our_customer && customer->our_customer->uuid == errand.subject_id;
  if (const auto* subscription = std::get_if<domain::SubscriptionNews>(&news))
    return errand.operation != ErrandOperation::create_subscription ||
           (subscription->our_subscription &&
            subscription->our_subscription->uuid == errand.subject_id);
  if (const auto* page = std::get_if<domain::CheckoutNews>(&news))
    return page->our_subscription && page->our_subscription->uuid == errand.subject_id;
  return std::holds_alternative<domain::MethodNews>(news);
}

// Whether the object shows that the errand was done.
bool shows_done(const Errand& errand, const ports::ErrandNews& news) {
  const auto* method = std::get_if<domain::MethodNews>(&news);
  const auto* subscription = std::get_if<domain::SubscriptionNews>(&news);
  if (const auto* page = std::get_if<domain::CheckoutNews>(&news))
    return errand.operation == ErrandOperation::create_subscription ||
           page->status == domain::CheckoutStatus::expired;
  switch (errand.operation) {
    case ErrandOperation::create_customer:
    case ErrandOperation::create_subscription:
      return true;
    case ErrandOperation::attach_method:
      return method->gateway_customer_id && asks_for(errand, *method->gateway_customer_id);
    case ErrandOperation::detach_method:
      return !method->gateway_customer_id.has_value();
    case ErrandOperation::end_at_period_end:
      return subscription->cancel_at_period_end ||
             (subscription->status && domain::is_terminal(*subscription->status));
    case ErrandOperation::end_now:
      return subscription->status && domain::is_terminal(*subscription->status);
    case ErrandOperation::resume:
      return !subscription->cancel_at_period_end;
    case ErrandOperation::change_plan:
      return subscription->price && asks_for(errand, subscription->price->gateway_price_id);
  }
  return false;
}

// Asks what became of it. Nothing when the gateway gave no clear answer.
base::Task<std::optional<ports::ErrandAnswer>> look(Context& context, const Claimed& claimed) {
  const auto& errand = claimed.errand;
  const auto* gateway = context.gateways.find(errand.gateway);
  if (gateway == nullptr || gateway->billing() == nullptr) co_return std::nullopt;
  const auto& billing = *gateway->billing();
  ports::ErrandAnswer answer{.kind = ports::AnswerKind::not_executed,
                             .message = "the gateway shows no trace of it"};
  std::optional<domain::GatewayRequest> page =
      billing.look_up_errand(errand, claimed.gateway_id, errand.first_sent_at, errand.deadline);
  for (int i = 0; page && i < kMaxPages; ++i) {
    auto response = co_await context.http.send(
        gateway->to_http(*page, std::nullopt, context.settings.gateway_timeout));
    if (!response) co_return std::nullopt;
    auto found = billing.parse_errand_look_up(errand.operation, *page, *response);
    if (!found.understood) co_return std::nullopt;
    for (auto& news : found.found)
      if (is_ours(errand, news) && shows_done(errand, news))
        co_return ports::ErrandAnswer{.kind = ports::AnswerKind::accepted, .news = std::move(news)};
    page = std::move(found.next_page);
  }
  if (page) co_return std::nullopt;
  co_return answer;
}

// Whether its outcome is known after it was sent again.
base::Task<bool> sent_again(Context& context, Errand errand) {
  const auto key = errand.gateway_key;
  const WordErrand unworded = [](const ErrandSettled&) { return StoredReply{}; };
  auto settled = co_await perform_errand(context, nullptr, std::move(errand), unworded);
  if (settled) co_return true;
  context.log.write(ports::LogLevel::warning, "an errand is still unknown", {{"errand", key}});
  co_return false;
}

base::Task<void> recover_one(Context& context, Errand due) {
  const bool resend = inside_window(context, due, context.clock.now());
  auto claimed = co_await claim(context, due, resend);
  if (!claimed) co_return;
  const bool known = resend && co_await sent_again(context, claimed->errand);
  if (known) co_return;
  // Sent again, it may be refused because it was done: only the object tells.
  auto answer = co_await look(context, *claimed);
  if (answer && (!resend || answer->kind == ports::AnswerKind::accepted))
    co_await settle_by_look(context, std::move(claimed->errand), std::move(*answer));
}

base::Task<void> recover_logged(Context& context, Errand due) {
  const auto key = due.gateway_key;
  std::string failure;
  try {
    co_return co_await recover_one(context, std::move(due));
  } catch (const std::exception& error) {
    failure = error.what();  // one errand must not hold up the others
  }
  context.log.write(ports::LogLevel::error, "an errand could not be recovered",
                    {{"errand", key}, {"reason", failure}});
}

}  // namespace

base::Task<void> recover_errand(Context& context, Errand due) {
  return recover_logged(context, std::move(due));
}

base::Task<std::int64_t> recover_errands(Context& context) {
  auto due = co_await context.store.due_errands(context.clock.now(), kRecoveryBatch);
  const auto count = static_cast<std::int64_t>(due.size());
  co_await base::for_each_at_most<Errand>(
      kAtOnce, std::move(due),
      [&context](const Errand& errand) { return recover_logged(context, errand); },
      [](const Errand&, const std::exception_ptr&) {});
  co_return count;
}

}  // namespace cobro::app
