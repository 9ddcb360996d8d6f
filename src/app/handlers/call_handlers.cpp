#include "app/handlers/call_handlers.h"

#include "app/methods/method_calls.h"
#include "app/payments/payment_calls.h"
#include "app/subscriptions/subscription_calls.h"

namespace cobro::app {

const CallHandlers& call_handlers() {
  static const CallHandlers handlers{.payments = payment_calls(),
                                     .customers = customer_calls(),
                                     .methods = method_calls(),
                                     .subscriptions = subscription_calls()};
  return handlers;
}

}  // namespace cobro::app
