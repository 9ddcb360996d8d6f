// What was granted and what is disputed, as this surface writes it.
#pragma once

#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::platform {

struct EntitlementQuery : PageQuery {
  std::optional<bool> active;
};
BOOST_DESCRIBE_STRUCT(EntitlementQuery, (PageQuery), (active))

struct Entitlement {
  domain::EntitlementId id;
  std::string user_id;
  domain::EntitlementKind kind = domain::EntitlementKind::course;
  std::string reference;
  bool active = false;
  std::optional<domain::PaymentId> payment_id;
  std::optional<domain::SubscriptionId> subscription_id;
  std::optional<wire::Decimal> amount;
  std::optional<CurrencyCode> currency;
  base::Timestamp granted_at;
  std::optional<base::Timestamp> revoked_at;
};
BOOST_DESCRIBE_STRUCT(Entitlement, (),
                      (id, user_id, kind, reference, active, payment_id, subscription_id, amount,
                       currency, granted_at, revoked_at))

struct EntitlementList {
  std::vector<Entitlement> entitlements;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(EntitlementList, (), (entitlements, total, next_cursor))

struct DisputeQuery : PageQuery {
  std::optional<CommaList<domain::DisputeStatus>> status;
  std::optional<IdOrNumber<domain::PaymentId>> payment_id;
};
BOOST_DESCRIBE_STRUCT(DisputeQuery, (PageQuery), (status, payment_id))

struct Dispute {
  domain::DisputeId id;
  domain::PaymentId payment_id;
  domain::GatewayName gateway;
  std::string gateway_dispute_id;
  domain::DisputeStage stage = domain::DisputeStage::chargeback;
  domain::DisputeStatus status = domain::DisputeStatus::needs_response;
  wire::Decimal amount;
  CurrencyCode currency;
  std::string reason;
  bool withdrawn = false;
  bool reinstated = false;
  std::optional<base::Timestamp> evidence_due_by;
  base::Timestamp created_at;
  base::Timestamp updated_at;
  std::optional<base::Timestamp> closed_at;
};
BOOST_DESCRIBE_STRUCT(Dispute, (),
                      (id, payment_id, gateway, gateway_dispute_id, stage, status, amount, currency,
                       reason, withdrawn, reinstated, evidence_due_by, created_at, updated_at,
                       closed_at))

struct DisputeList {
  std::vector<Dispute> disputes;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(DisputeList, (), (disputes, total, next_cursor))

Entitlement to_dto(const domain::Entitlement& entitlement);
Dispute to_dto(const domain::Dispute& dispute);

wire::Json entitlement_example();
wire::Json dispute_example();

}  // namespace cobro::surfaces::platform
