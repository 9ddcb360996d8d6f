// Overpayments as this surface reads and writes them.
#pragma once

#include "app/payments/overpayments.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::platform {

struct OverpaymentQuery : PageQuery {
  std::optional<CommaList<domain::OverpaymentStatus>> status;
  std::optional<IdOrNumber<domain::PaymentId>> payment_id;
};
BOOST_DESCRIBE_STRUCT(OverpaymentQuery, (PageQuery), (status, payment_id))

struct OverpaymentRefund {
  std::optional<wire::Text<1, 500>> reason;
};
BOOST_DESCRIBE_STRUCT(OverpaymentRefund, (), (reason))

struct Overpayment {
  domain::OverpaymentId id;
  domain::PaymentId payment_id;
  std::optional<domain::OrderId> order_id;
  wire::Decimal amount;
  CurrencyCode currency;
  domain::OverpaymentReason reason = domain::OverpaymentReason::payment_cancelled;
  domain::OverpaymentStatus status = domain::OverpaymentStatus::open;
  wire::Decimal refunded_amount;
  wire::Decimal refunding_amount;
  domain::GatewayName gateway;
  std::optional<std::string> gateway_transaction_id;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Overpayment, (),
                      (id, payment_id, order_id, amount, currency, reason, status, refunded_amount,
                       refunding_amount, gateway, gateway_transaction_id, created_at))

struct OverpaymentList {
  std::vector<Overpayment> overpayments;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(OverpaymentList, (), (overpayments, total, next_cursor))

// Of a payment that has one.
Overpayment to_overpayment_dto(const domain::Payment& payment);

// Reports to `fields`, and gives nothing when anything failed there. The overpayment is the
// caller's to fill in.
std::optional<app::RefundOverpayment> read_overpayment_refund(const wire::Json& body,
                                                              Fields& fields);

wire::Json overpayment_example();

}  // namespace cobro::surfaces::platform
