#include "app/calls/handler.h"

namespace cobro::app {

using domain::CallSubject;

Completed completed_of(const ports::Loaded& loaded, domain::GatewayCall call) {
  Completed completed{.call = std::move(call),
                      .payment = loaded.payment,
                      .order = loaded.order,
                      .customer = loaded.customer,
                      .subscription = loaded.subscription};
  if (completed.call.refund_id)
    for (const auto& refund : loaded.refunds)
      if (refund.id == completed.call.refund_id) completed.refund = refund;
  for (const auto& method : loaded.methods)
    if (method.id.uuid == completed.call.subject_id) completed.method = method;
  return completed;
}

const CallHandler& CallHandlers::of(const domain::GatewayCall& call) const {
  switch (subject_of(call.operation)) {
    case CallSubject::customer:
      return customers;
    case CallSubject::payment_method:
      return methods;
    case CallSubject::subscription:
      return subscriptions;
    case CallSubject::payment:
      break;
  }
  return payments;
}

}  // namespace cobro::app
