// Reviews as this surface reads and writes them.
#pragma once

#include "app/review/reviews.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/common/words.h"
#include "surfaces/platform/payment_words.h"

namespace cobro::surfaces::platform {

struct ReconciliationQuery : PageQuery {
  std::optional<domain::ReviewStatus> status;
  std::optional<IdOrNumber<domain::PaymentId>> payment_id;
};
BOOST_DESCRIBE_STRUCT(ReconciliationQuery, (PageQuery), (status, payment_id))

struct ReconciliationResolution {
  domain::ReviewOutcome outcome = domain::ReviewOutcome::failed;
  std::optional<wire::Reference<1, 255>> gateway_transaction_id;
  wire::Text<1, 500> note;
};
BOOST_DESCRIBE_STRUCT(ReconciliationResolution, (), (outcome, gateway_transaction_id, note))

struct Reconciliation {
  domain::ReviewId id;
  std::optional<domain::PaymentId> payment_id;
  std::optional<domain::SubscriptionId> subscription_id;
  std::optional<domain::CallId> attempt_id;
  domain::ReviewKind kind = domain::ReviewKind::unknown_outcome;
  std::optional<domain::Operation> operation;
  domain::GatewayName gateway;
  std::optional<std::string> gateway_object_id;
  std::optional<wire::Decimal> amount;
  std::optional<CurrencyCode> currency;
  std::string detail;
  domain::ReviewStatus status = domain::ReviewStatus::open;
  std::optional<domain::ReviewOutcome> outcome;
  std::optional<std::string> gateway_transaction_id;
  std::optional<std::string> note;
  std::optional<std::string> resolved_by;
  wire::Omittable<PaymentStatus> payment_status;  // not in lists
  base::Timestamp created_at;
  std::optional<base::Timestamp> resolved_at;
};
BOOST_DESCRIBE_STRUCT(Reconciliation, (),
                      (id, payment_id, subscription_id, attempt_id, kind, operation, gateway,
                       gateway_object_id, amount, currency, detail, status, outcome,
                       gateway_transaction_id, note, resolved_by, payment_status, created_at,
                       resolved_at))

struct ReconciliationList {
  std::vector<Reconciliation> reconciliations;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ReconciliationList, (), (reconciliations, total, next_cursor))

Reconciliation to_dto(const domain::Review& row);
Reconciliation to_dto(const domain::Review& row, const domain::Payment& payment);

// Reports to `fields`, and gives nothing when anything failed there. The reconciliation is the
// caller's to fill in.
std::optional<app::ResolveReview> read_resolution(const wire::Json& body, Fields& fields);

wire::Json reconciliation_example();  // resolved, with the payment's status

}  // namespace cobro::surfaces::platform
