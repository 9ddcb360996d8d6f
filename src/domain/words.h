// The text of the domain's enums, as it is stored, logged and put into events. The surfaces have
// words of their own where their seed uses others.
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
#include "domain/refund.h"
#include "domain/refusal.h"
#include "domain/review.h"
#include "domain/subscription.h"
#include "domain/transaction.h"

namespace cobro::domain {

std::string_view to_string(OrderStatus value);
std::string_view to_string(Closing value);
std::string_view to_string(PaymentKind value);
std::string_view to_string(PaymentState value);
std::string_view to_string(CaptureMethod value);
std::string_view to_string(GatewayName value);
std::string_view to_string(Operation value);
std::string_view to_string(RefundStatus value);
std::string_view to_string(TransactionType value);
std::string_view to_string(TransactionStatus value);
std::string_view to_string(Movement value);
std::string_view to_string(Side value);
std::string_view to_string(Aggregate value);
std::string_view to_string(CallStatus value);
std::string_view to_string(OverpaymentReason value);
std::string_view to_string(OverpaymentStatus value);
std::string_view to_string(ReviewKind value);
std::string_view to_string(ReviewStatus value);
std::string_view to_string(ReviewOutcome value);
std::string_view to_string(DisputeStage value);
std::string_view to_string(DisputeStatus value);
std::string_view to_string(MethodStatus value);
std::string_view to_string(BillingCycle value);
std::string_view to_string(SubscriptionStatus value);
std::string_view to_string(CheckoutMode value);
std::string_view to_string(CheckoutStatus value);
std::string_view to_string(EntitlementKind value);
std::string_view to_string(RefusalCode value);

}  // namespace cobro::domain
