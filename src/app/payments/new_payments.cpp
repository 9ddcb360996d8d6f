#include "app/payments/new_payments.h"

#include <fmt/format.h>

#include "domain/words.h"

namespace cobro::app {

domain::Event created_event(domain::Payment& payment, domain::Moment& moment) {
  domain::EventPayload payload;
  payload
      .add_or_null("orderId",
                   payment.order_id ? std::optional(payment.order_id->to_string()) : std::nullopt)
      .add("paymentId", payment.id.to_string())
      .add("userId", payment.user_id)
      .add("amount", payment.amount)
      .add("currency", payment.amount.currency().code())
      .add("gateway", to_string(payment.gateway));
  if (payment.course_id) payload.add("courseId", *payment.course_id);
  payment.event_sequence += 1;
  return {moment.ids.next<domain::EventId>(),
          domain::Aggregate::payment,
          payment.id.uuid,
          payment.event_sequence,
          "payment.created",
          payload.text(),
          moment.now};
}

domain::Refusal gateway_not_available(domain::GatewayName name) {
  return {.code = domain::RefusalCode::gateway_not_available,
          .message = fmt::format("The gateway {} is not available here.", to_string(name)),
          .details = {{"payment_method", "gateway_not_available", "is not available here"}}};
}

}  // namespace cobro::app
