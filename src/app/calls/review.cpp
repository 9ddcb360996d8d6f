#include "app/calls/review.h"

namespace cobro::app {

domain::Review review_of(const domain::GatewayCall& call, const std::optional<Owner>& owner,
                         std::string detail, domain::Moment& moment) {
  domain::Review row{.id = moment.ids.next<domain::ReviewId>(),
                     .call_id = call.id,
                     .operation = call.operation,
                     .gateway = call.gateway,
                     .detail = std::move(detail),
                     .created_at = moment.now};
  if (subject_of(call.operation) == domain::CallSubject::subscription)
    row.subscription_id = domain::SubscriptionId{call.subject_id};
  if (owner) {
    row.user_id = owner->user_id;
    row.tenant_id = owner->tenant_id;
  }
  return row;
}

}  // namespace cobro::app
