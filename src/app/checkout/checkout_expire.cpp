#include "app/calls/driver.h"
#include "app/checkout/checkouts.h"
#include "app/payments/checkout_rows.h"
#include "app/pipeline/ledger_books.h"
#include "app/subscriptions/subscription_sync.h"
#include "base/text.h"
#include "base/work_queue.h"

namespace cobro::app {

namespace {

using domain::CheckoutSession;
using domain::CheckoutStatus;
using domain::PaymentState;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::size_t kAtOnce = 8;
constexpr base::Duration kNextLook = std::chrono::hours(1);
// After a cancellation was sent: its answer closes the session at once, this is for lost ones.
constexpr base::Duration kSoon = std::chrono::minutes(5);

// How the session has ended; nothing while it has not.
std::optional<CheckoutStatus> end_of(const Loaded& loaded) {
  if (loaded.checkout->mode == domain::CheckoutMode::payment) {
    const auto state = loaded.payment->state;
    if (state == PaymentState::succeeded || state == PaymentState::authorized)
      return CheckoutStatus::complete;
    if (state == PaymentState::cancelled) return CheckoutStatus::expired;
    return std::nullopt;
  }
  const auto status = loaded.subscription->status;
  if (is_terminal(status)) return CheckoutStatus::expired;
  // Whatever else it is, its first payment was made.
  if (status != domain::SubscriptionStatus::incomplete) return CheckoutStatus::complete;
  return std::nullopt;
}

Changes look_later(const Loaded& loaded, base::Timestamp when) {
  Changes changes;
  auto row = *loaded.checkout;
  row.next_check_at = when;
  changes.update(std::move(row));
  return changes;
}

bool collects_something(const Loaded& loaded) {
  return loaded.checkout->mode == domain::CheckoutMode::payment ? loaded.payment.has_value()
                                                                : loaded.subscription.has_value();
}

// Closes the row of a session that has ended; nothing when there is still something to do.
std::optional<Changes> end_row(const Loaded& loaded, base::Timestamp now) {
  if (!loaded.checkout || loaded.checkout->status != CheckoutStatus::open) return Changes{};
  if (!collects_something(loaded)) return look_later(loaded, now + kNextLook);
  const auto end = end_of(loaded);
  if (!end) return std::nullopt;
  Changes changes;
  changes.update(closed(*loaded.checkout, *end, now));
  return changes;
}

// Money is on its way, or somebody is at work on it.
bool must_wait(const Loaded& loaded) {
  const auto& payment = *loaded.payment;
  return payment.state == PaymentState::processing || payment.conflicted ||
         payment.pending_operation;
}

base::Result<Changes, Refusal> give_up(const Context& context, const Loaded& loaded,
                                       domain::Moment moment,
                                       std::optional<domain::GatewayCall>& cancelling) {
  const auto now = moment.now;
  auto books = open_books(loaded, std::move(moment));
  if (!is_open_at_gateway(books.payment())) {
    books.cancel(false, "checkout_expired");
    Changes changes;
    changes.update(closed(*loaded.checkout, CheckoutStatus::expired, now));
    collect(books, changes);
    return changes;
  }
  auto changes = look_later(loaded, now + kSoon);
  COBRO_TRY_INTO(cancelling, make_call(context, books, ports::CancelCommand{}));
  changes.insert(*cancelling);
  collect(books, changes);
  return changes;
}

base::Task<bool> write(Context& context, domain::CheckoutSessionId id, DecideChanges decide) {
  auto committed = co_await commit(context, checkout_reads(id), std::move(decide));
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a checkout session could not be expired",
                      {{"session", id.to_string()}, {"reason", committed.error().message}});
  co_return committed.has_value();
}

// After the gateway was told: closes the row if that ended it.
base::Task<void> close_row(Context& context, domain::CheckoutSessionId id) {
  co_await write(context, id, [](const Loaded& loaded, domain::Moment moment) {
    return base::Result<Changes, Refusal>{end_row(loaded, moment.now).value_or(Changes{})};
  });
}

base::Task<void> expire_payment(Context& context, domain::CheckoutSessionId id) {
  std::optional<domain::GatewayCall> cancelling;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    cancelling.reset();
    if (auto changes = end_row(loaded, moment.now)) return std::move(*changes);
    if (moment.now < loaded.checkout->expires_at)
      return look_later(loaded, loaded.checkout->expires_at);
    if (must_wait(loaded)) return look_later(loaded, moment.now + kNextLook);
    return give_up(context, loaded, std::move(moment), cancelling);
  };
  if (!co_await write(context, id, decide) || !cancelling) co_return;
  (void)co_await perform(context, nullptr, std::move(*cancelling), &unworded);
  co_await close_row(context, id);
}

base::Task<void> expire_subscription(Context& context, const CheckoutSession& session) {
  bool is_due = false;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    is_due = false;
    if (auto changes = end_row(loaded, moment.now)) return std::move(*changes);
    if (moment.now < loaded.checkout->expires_at)
      return look_later(loaded, loaded.checkout->expires_at);
    is_due = true;
    return look_later(loaded, moment.now + kNextLook);
  };
  if (!co_await write(context, session.id, decide) || !is_due) co_return;
  co_await end_incomplete(context, *session.subscription_id);
  co_await close_row(context, session.id);
}

base::Task<void> expire_one(Context& context, const CheckoutSession& session) {
  return session.mode == domain::CheckoutMode::payment ? expire_payment(context, session.id)
                                                       : expire_subscription(context, session);
}

}  // namespace

base::Task<std::int64_t> expire_checkouts(Context& context) {
  auto due = co_await context.store.due_checkouts(context.clock.now(), kCheckoutBatch);
  const auto count = static_cast<std::int64_t>(due.size());
  co_await base::for_each_at_most<CheckoutSession>(
      kAtOnce, std::move(due), [&](const auto& session) { return expire_one(context, session); },
      [&](const auto& session, const std::exception_ptr& failure) {
        context.log.write(
            ports::LogLevel::error, "a checkout session could not be expired",
            {{"session", session.id.to_string()}, {"reason", base::reason_of(failure)}});
      });
  co_return count;
}

}  // namespace cobro::app
