#include "app/checkout/checkouts.h"

#include <algorithm>

#include "app/payments/checkout_rows.h"
#include "app/payments/payment_query.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_sync.h"
#include "base/text.h"

namespace cobro::app {

namespace {

using domain::CheckoutStatus;
using domain::Refusal;

base::Result<CheckoutView, Refusal> view_of(ports::Loaded loaded, base::Timestamp now) {
  if (!loaded.checkout) return std::unexpected(not_found("checkout session"));
  CheckoutView view{.session = std::move(*loaded.checkout)};
  if (view.session.mode == domain::CheckoutMode::payment)
    view.payment = std::move(loaded.payment);
  else
    view.subscription = std::move(loaded.subscription);
  if (!view.payment && !view.subscription) return std::unexpected(not_found("checkout session"));
  view.status = view.payment ? status_of(view.session, *view.payment, now)
                             : status_of(view.session, *view.subscription, now);
  return view;
}

base::Task<std::optional<std::string>> plan_name(Context& context,
                                                 const domain::Subscription& subscription) {
  if (!subscription.plan_id) co_return std::nullopt;
  auto plans = co_await context.store.plans();
  const auto found = std::ranges::find(plans, *subscription.plan_id, &domain::Plan::id);
  if (found == plans.end()) co_return std::nullopt;
  co_return std::move(found->name);
}

// Whether the gateway may know more than we do.
bool is_undecided(const CheckoutView& view) {
  if (view.payment)
    return view.payment->state != domain::PaymentState::succeeded &&
           view.payment->state != domain::PaymentState::cancelled;
  return !is_active(view.subscription->status) && !is_terminal(view.subscription->status);
}

base::Task<void> ask(Context& context, const CheckoutView& view) {
  if (view.payment)
    (void)co_await query_payment(context, view.payment->id);
  else
    co_await sync_subscription(context, view.subscription->id);
}

// A subscription that was paid here may end later; that it was paid is kept.
base::Task<void> keep_complete(Context& context, const CheckoutView& view) {
  if (view.status != CheckoutStatus::complete || view.session.status != CheckoutStatus::open)
    co_return;
  const DecideChanges decide = [&](const ports::Loaded& loaded,
                                   domain::Moment moment) -> base::Result<ports::Changes, Refusal> {
    ports::Changes changes;
    if (loaded.checkout && loaded.checkout->status == CheckoutStatus::open)
      changes.update(closed(*loaded.checkout, CheckoutStatus::complete, moment.now));
    return changes;
  };
  (void)co_await commit(context, {.checkout = view.session.id}, decide);
}

// A gateway or a database that is away is no reason to show nothing.
base::Task<void> ask_safely(Context& context, const CheckoutView& view) {
  std::string failure;
  try {
    co_return co_await ask(context, view);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::warning, "a checkout session could not be refreshed",
                    {{"session", view.session.id.to_string()}, {"reason", failure}});
}

}  // namespace

ports::Reads checkout_reads(domain::CheckoutSessionId id) {
  return {.root = ports::PaymentRef{domain::PaymentId{id.uuid}},
          .subscription = domain::SubscriptionId{id.uuid},
          .checkout = id};
}

domain::CheckoutSession closed(domain::CheckoutSession session, CheckoutStatus status,
                               base::Timestamp now) {
  session.status = status;
  session.updated_at = now;
  return session;
}

base::Task<base::Result<CheckoutView, Refusal>> view_checkout(Context& context,
                                                              domain::CheckoutSessionId session) {
  auto view = view_of(co_await context.store.load(checkout_reads(session)), context.clock.now());
  if (view && view->subscription)
    view->plan_name = co_await plan_name(context, *view->subscription);
  co_return view;
}

base::Task<base::Result<CheckoutView, Refusal>> refresh_checkout(
    Context& context, domain::CheckoutSessionId session) {
  auto view = co_await view_checkout(context, session);
  if (view && is_undecided(*view)) {
    co_await ask_safely(context, *view);
    view = co_await view_checkout(context, session);
  }
  if (view) co_await keep_complete(context, *view);
  co_return view;
}

}  // namespace cobro::app
