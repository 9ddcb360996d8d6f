// The domain's own words for its enums: what is stored, logged and put into events. The
// surfaces have words of their own where their seed uses others.
#pragma once

#include <string_view>

#include "domain/checkout_session.h"
#include "domain/dispute.h"
#include "domain/entitlement.h"
#include "domain/event.h"
#include "domain/gateway_call.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/payment_method.h"
#include "domain/reconciliation.h"
#include "domain/refund.h"
#include "domain/refusal.h"
#include "domain/subscription.h"
#include "domain/transaction.h"

namespace cobro::domain {

std::string_view word(OrderStatus value);
std::string_view word(Closing value);
std::string_view word(PaymentKind value);
std::string_view word(PaymentState value);
std::string_view word(CaptureMethod value);
std::string_view word(GatewayName value);
std::string_view word(Operation value);
std::string_view word(RefundStatus value);
std::string_view word(TransactionType value);
std::string_view word(TransactionStatus value);
std::string_view word(Movement value);
std::string_view word(Side value);
std::string_view word(Aggregate value);
std::string_view word(CallStatus value);
std::string_view word(OverpaymentReason value);
std::string_view word(OverpaymentStatus value);
std::string_view word(ReconciliationKind value);
std::string_view word(ReconciliationStatus value);
std::string_view word(ReconciliationOutcome value);
std::string_view word(DisputeStage value);
std::string_view word(DisputeStatus value);
std::string_view word(MethodStatus value);
std::string_view word(BillingCycle value);
std::string_view word(SubscriptionStatus value);
std::string_view word(CheckoutMode value);
std::string_view word(CheckoutStatus value);
std::string_view word(EntitlementKind value);
std::string_view word(RefusalCode value);

}  // namespace cobro::domain
