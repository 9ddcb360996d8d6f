#include "app/calls/driver.h"
#include "app/orders/orders.h"
#include "app/payments/closing.h"
#include "base/check.h"
#include "base/text.h"
#include "base/work_queue.h"

namespace cobro::app {

namespace {

using domain::OrderStatus;
using domain::PaymentState;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::int64_t kBatch = 50;
constexpr std::size_t kAtOnce = 8;
constexpr base::Duration kNextLook = std::chrono::hours(1);

// Somebody else may have been faster: a customer who paid, another instance.
bool is_due(const domain::Order& order, base::Timestamp now) {
  return order.status == OrderStatus::pending && order.expiry_check_at &&
         *order.expiry_check_at <= now;
}

bool may_still_be_paid(const domain::Payment& payment) {
  if (payment.state == PaymentState::processing || payment.state == PaymentState::authorized)
    return true;
  return payment.conflicted && !has_ended(payment.state);
}

// Money is here or on its way, or somebody is at work on it.
bool must_wait(const Loaded& loaded) {
  const auto& order = *loaded.order;
  if (order.closing || order.captured > order.refunded || !loaded.open_calls.empty()) return true;
  return std::ranges::any_of(loaded.order_payments, may_still_be_paid);
}

Changes look_later(const Loaded& loaded, base::Timestamp now) {
  Changes changes;
  auto order = *loaded.order;
  order.expiry_check_at = now + kNextLook;
  return changes.update(std::move(order));
}

// Looked at again all the same: money that arrives, or a gateway that refuses to cancel, may
// leave it pending.
Changes expire(const Context& context, const Loaded& loaded, domain::Moment moment,
               std::vector<domain::GatewayCall>& calls) {
  const auto now = moment.now;
  auto closed = close_order(context, loaded, std::move(moment), domain::Closing::expire);
  if (!closed) return look_later(loaded, now);
  closed->changes.updated<domain::Order>().front().expiry_check_at = now + kNextLook;
  calls = std::move(closed->calls);
  return std::move(closed->changes);
}

base::Task<void> expire_one(Context& context, domain::OrderId id) {
  std::vector<domain::GatewayCall> calls;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    calls.clear();
    if (!loaded.order || !is_due(*loaded.order, moment.now)) return Changes{};
    if (must_wait(loaded)) return look_later(loaded, moment.now);
    return expire(context, loaded, std::move(moment), calls);
  };
  ports::Reads reads{.root = ports::OrderRef{id}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) {
    context.log.write(ports::LogLevel::warning, "an order could not be expired",
                      {{"order", id.to_string()}, {"reason", committed.error().message}});
    co_return;
  }
  for (auto& cancelling : calls)
    (void)co_await perform(context, nullptr, std::move(cancelling), &unworded);
}

}  // namespace

base::Task<std::int64_t> expire_orders(Context& context) {
  if (context.settings.order_expire_after <= base::Duration::zero()) co_return 0;
  auto due = co_await context.store.due_orders(context.clock.now(), kBatch);
  const auto count = static_cast<std::int64_t>(due.size());
  co_await base::for_each_at_most<domain::OrderId>(
      kAtOnce, std::move(due), [&](const auto& id) { return expire_one(context, id); },
      [&](const auto& id, const std::exception_ptr& failure) {
        context.log.write(ports::LogLevel::error, "an order could not be expired",
                          {{"order", id.to_string()}, {"reason", base::reason_of(failure)}});
      });
  co_return count == kBatch ? count : 0;
}

}  // namespace cobro::app
