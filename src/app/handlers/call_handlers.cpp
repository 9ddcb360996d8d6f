#include "app/handlers/call_handlers.h"

#include "app/methods/method_calls.h"
#include "app/payments/payment_calls.h"
#include "app/subscriptions/subscription_calls.h"
#include "app/subscriptions/subscription_sync.h"

namespace cobro::app {

namespace {

base::Task<bool> refresh(Context& context, domain::SubscriptionId id) {
  co_return co_await sync_subscription(context, id) != Synced::no_answer;
}

}  // namespace

const CallHandlers& call_handlers() {
  static const CallHandlers handlers{.payments = payment_calls(),
                                     .customers = customer_calls(),
                                     .methods = method_calls(),
                                     .subscriptions = subscription_calls(),
                                     .refresh_subscription = &refresh};
  return handlers;
}

}  // namespace cobro::app
