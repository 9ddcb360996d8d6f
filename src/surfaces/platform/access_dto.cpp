#include "surfaces/platform/access_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {

Entitlement to_dto(const domain::Entitlement& entitlement) {
  Entitlement dto{.id = entitlement.id,
                  .user_id = entitlement.user_id,
                  .kind = entitlement.kind,
                  .reference = entitlement.reference,
                  .active = !entitlement.revoked_at.has_value(),
                  .payment_id = entitlement.payment_id,
                  .subscription_id = entitlement.subscription_id,
                  .granted_at = entitlement.granted_at,
                  .revoked_at = entitlement.revoked_at};
  if (!entitlement.amount) return dto;
  dto.amount = {entitlement.amount->to_decimal()};
  dto.currency = {entitlement.amount->currency()};
  return dto;
}

Dispute to_dto(const domain::Dispute& dispute) {
  return {.id = dispute.id,
          .payment_id = dispute.payment_id,
          .gateway = dispute.gateway,
          .gateway_dispute_id = dispute.gateway_dispute_id,
          .stage = dispute.stage,
          .status = dispute.status,
          .amount = {dispute.amount.to_decimal()},
          .currency = {dispute.amount.currency()},
          .reason = dispute.reason,
          .withdrawn = dispute.withdrawn,
          .reinstated = dispute.reinstated,
          .evidence_due_by = dispute.evidence_due_by,
          .created_at = dispute.created_at,
          .updated_at = dispute.updated_at,
          .closed_at = dispute.closed_at};
}

wire::Json entitlement_example() {
  return example(R"({
    "id": "019a53cc-3b60-7a44-8f12-6d8e0b7c95a3", "user_id": "ana", "kind": "course",
    "reference": "trading-101", "active": true,
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "subscription_id": null,
    "amount": 29.00, "currency": "USD", "granted_at": "2025-01-20T10:00:02.000Z",
    "revoked_at": null})");
}

wire::Json dispute_example() {
  return example(R"({
    "id": "019a53cd-5c71-7b90-9e24-1f0a8d3b67c5",
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "gateway": "stripe",
    "gateway_dispute_id": "du_1QfX2a", "stage": "chargeback", "status": "needs_response",
    "amount": 29.00, "currency": "USD", "reason": "fraudulent", "withdrawn": true,
    "reinstated": false, "evidence_due_by": "2025-01-29T23:59:59.000Z",
    "created_at": "2025-01-21T08:00:00.000Z", "updated_at": "2025-01-21T08:00:00.000Z",
    "closed_at": null})");
}

}  // namespace cobro::surfaces::platform
