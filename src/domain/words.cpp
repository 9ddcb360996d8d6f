#include "domain/words.h"

namespace cobro::domain {

// No default: a new enumerator does not compile until it has its word here.

std::string_view to_string(OrderStatus value) {
  switch (value) {
    case OrderStatus::pending:
      return "pending";
    case OrderStatus::paid:
      return "paid";
    case OrderStatus::processing:
      return "processing";
    case OrderStatus::shipped:
      return "shipped";
    case OrderStatus::delivered:
      return "delivered";
    case OrderStatus::cancelled:
      return "cancelled";
    case OrderStatus::refunded:
      return "refunded";
  }
  return "?";
}

std::string_view to_string(Closing value) {
  switch (value) {
    case Closing::cancel:
      return "cancel";
    case Closing::expire:
      return "expire";
  }
  return "?";
}

std::string_view to_string(PaymentKind value) {
  switch (value) {
    case PaymentKind::order:
      return "order";
    case PaymentKind::intent:
      return "intent";
    case PaymentKind::course_purchase:
      return "course_purchase";
    case PaymentKind::subscription:
      return "subscription";
    case PaymentKind::one_time:
      return "one_time";
    case PaymentKind::session:
      return "session";
  }
  return "?";
}

std::string_view to_string(PaymentState value) {
  switch (value) {
    case PaymentState::pending:
      return "pending";
    case PaymentState::requires_action:
      return "requires_action";
    case PaymentState::processing:
      return "processing";
    case PaymentState::authorized:
      return "authorized";
    case PaymentState::succeeded:
      return "succeeded";
    case PaymentState::failed:
      return "failed";
    case PaymentState::cancelled:
      return "cancelled";
  }
  return "?";
}

std::string_view to_string(CaptureMethod value) {
  switch (value) {
    case CaptureMethod::automatic:
      return "automatic";
    case CaptureMethod::manual:
      return "manual";
  }
  return "?";
}

std::string_view to_string(GatewayName value) {
  switch (value) {
    case GatewayName::manual:
      return "manual";
    case GatewayName::stripe:
      return "stripe";
    case GatewayName::paypal:
      return "paypal";
    case GatewayName::mercadopago:
      return "mercadopago";
  }
  return "?";
}

std::string_view to_string(Operation value) {
  switch (value) {
    case Operation::create:
      return "create";
    case Operation::confirm:
      return "confirm";
    case Operation::capture:
      return "capture";
    case Operation::cancel:
      return "cancel";
    case Operation::refund:
      return "refund";
    case Operation::create_customer:
      return "create_customer";
    case Operation::attach_method:
      return "attach_method";
    case Operation::detach_method:
      return "detach_method";
    case Operation::create_subscription:
      return "create_subscription";
    case Operation::end_at_period_end:
      return "end_at_period_end";
    case Operation::end_now:
      return "end_now";
    case Operation::resume:
      return "resume";
    case Operation::change_plan:
      return "change_plan";
    case Operation::set_method:
      return "set_method";
    case Operation::pay_invoice:
      return "pay_invoice";
  }
  return "?";
}

std::string_view to_string(RefundStatus value) {
  switch (value) {
    case RefundStatus::pending:
      return "pending";
    case RefundStatus::succeeded:
      return "succeeded";
    case RefundStatus::failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(TransactionType value) {
  switch (value) {
    case TransactionType::charge:
      return "charge";
    case TransactionType::refund:
      return "refund";
    case TransactionType::void_:
      return "void";
    case TransactionType::dispute:
      return "dispute";
  }
  return "?";
}

std::string_view to_string(TransactionStatus value) {
  switch (value) {
    case TransactionStatus::pending:
      return "pending";
    case TransactionStatus::succeeded:
      return "succeeded";
    case TransactionStatus::failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(Movement value) {
  switch (value) {
    case Movement::charge:
      return "charge";
    case Movement::refund:
      return "refund";
    case Movement::refund_failed:
      return "refund_failed";
    case Movement::overpayment:
      return "overpayment";
    case Movement::overpayment_refund:
      return "overpayment_refund";
    case Movement::overpayment_refund_failed:
      return "overpayment_refund_failed";
    case Movement::dispute_withdrawn:
      return "dispute_withdrawn";
    case Movement::dispute_reinstated:
      return "dispute_reinstated";
    case Movement::overpayment_dispute_withdrawn:
      return "overpayment_dispute_withdrawn";
    case Movement::overpayment_dispute_reinstated:
      return "overpayment_dispute_reinstated";
  }
  return "?";
}

std::string_view to_string(Side value) {
  switch (value) {
    case Side::debit:
      return "debit";
    case Side::credit:
      return "credit";
  }
  return "?";
}

std::string_view to_string(Aggregate value) {
  switch (value) {
    case Aggregate::order:
      return "order";
    case Aggregate::payment:
      return "payment";
    case Aggregate::subscription:
      return "subscription";
  }
  return "?";
}

std::string_view to_string(CallStatus value) {
  switch (value) {
    case CallStatus::open:
      return "open";
    case CallStatus::accepted:
      return "accepted";
    case CallStatus::declined:
      return "declined";
    case CallStatus::not_executed:
      return "not_executed";
  }
  return "?";
}

std::string_view to_string(OverpaymentReason value) {
  switch (value) {
    case OverpaymentReason::payment_cancelled:
      return "payment_cancelled";
    case OverpaymentReason::order_closed:
      return "order_closed";
    case OverpaymentReason::order_full:
      return "order_full";
  }
  return "?";
}

std::string_view to_string(OverpaymentStatus value) {
  switch (value) {
    case OverpaymentStatus::open:
      return "open";
    case OverpaymentStatus::refunding:
      return "refunding";
    case OverpaymentStatus::refunded:
      return "refunded";
  }
  return "?";
}

std::string_view to_string(ReviewKind value) {
  switch (value) {
    case ReviewKind::unknown_outcome:
      return "unknown_outcome";
    case ReviewKind::conflict:
      return "conflict";
    case ReviewKind::late_access:
      return "late_access";
    case ReviewKind::unknown_object:
      return "unknown_object";
  }
  return "?";
}

std::string_view to_string(ReviewStatus value) {
  switch (value) {
    case ReviewStatus::open:
      return "open";
    case ReviewStatus::resolved:
      return "resolved";
  }
  return "?";
}

std::string_view to_string(ReviewOutcome value) {
  switch (value) {
    case ReviewOutcome::succeeded:
      return "succeeded";
    case ReviewOutcome::failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(DisputeStatus value) {
  switch (value) {
    case DisputeStatus::needs_response:
      return "needs_response";
    case DisputeStatus::under_review:
      return "under_review";
    case DisputeStatus::won:
      return "won";
    case DisputeStatus::lost:
      return "lost";
    case DisputeStatus::closed:
      return "closed";
    case DisputeStatus::prevented:
      return "prevented";
  }
  return "?";
}

std::string_view to_string(DisputeStage value) {
  switch (value) {
    case DisputeStage::inquiry:
      return "inquiry";
    case DisputeStage::chargeback:
      return "chargeback";
  }
  return "?";
}

std::string_view to_string(MethodStatus value) {
  switch (value) {
    case MethodStatus::attaching:
      return "attaching";
    case MethodStatus::attached:
      return "attached";
    case MethodStatus::refused:
      return "refused";
    case MethodStatus::detached:
      return "detached";
  }
  return "?";
}

std::string_view to_string(BillingCycle value) {
  switch (value) {
    case BillingCycle::daily:
      return "daily";
    case BillingCycle::weekly:
      return "weekly";
    case BillingCycle::monthly:
      return "monthly";
    case BillingCycle::yearly:
      return "yearly";
  }
  return "?";
}

std::string_view to_string(SubscriptionStatus value) {
  switch (value) {
    case SubscriptionStatus::incomplete:
      return "incomplete";
    case SubscriptionStatus::trialing:
      return "trialing";
    case SubscriptionStatus::active:
      return "active";
    case SubscriptionStatus::past_due:
      return "past_due";
    case SubscriptionStatus::unpaid:
      return "unpaid";
    case SubscriptionStatus::paused:
      return "paused";
    case SubscriptionStatus::cancelled:
      return "cancelled";
    case SubscriptionStatus::incomplete_expired:
      return "incomplete_expired";
  }
  return "?";
}

std::string_view to_string(CheckoutMode value) {
  switch (value) {
    case CheckoutMode::payment:
      return "payment";
    case CheckoutMode::subscription:
      return "subscription";
  }
  return "?";
}

std::string_view to_string(CheckoutStatus value) {
  switch (value) {
    case CheckoutStatus::open:
      return "open";
    case CheckoutStatus::complete:
      return "complete";
    case CheckoutStatus::expired:
      return "expired";
  }
  return "?";
}

std::string_view to_string(EntitlementKind value) {
  switch (value) {
    case EntitlementKind::course:
      return "course";
    case EntitlementKind::plan:
      return "plan";
  }
  return "?";
}

std::string_view to_string(RefusalCode value) {
  switch (value) {
    case RefusalCode::validation_failed:
      return "validation_failed";
    case RefusalCode::card_data_not_allowed:
      return "card_data_not_allowed";
    case RefusalCode::gateway_not_available:
      return "gateway_not_available";
    case RefusalCode::currency_not_supported:
      return "currency_not_supported";
    case RefusalCode::unauthorized:
      return "unauthorized";
    case RefusalCode::forbidden:
      return "forbidden";
    case RefusalCode::idempotency_key_reused:
      return "idempotency_key_reused";
    case RefusalCode::idempotency_in_progress:
      return "idempotency_in_progress";
    case RefusalCode::not_found:
      return "not_found";
    case RefusalCode::invalid_state:
      return "invalid_state";
    case RefusalCode::payment_in_progress:
      return "payment_in_progress";
    case RefusalCode::payment_conflicted:
      return "payment_conflicted";
    case RefusalCode::order_amount_taken:
      return "order_amount_taken";
    case RefusalCode::order_closing:
      return "order_closing";
    case RefusalCode::method_in_use:
      return "method_in_use";
    case RefusalCode::payment_disputed:
      return "payment_disputed";
    case RefusalCode::refund_required:
      return "refund_required";
    case RefusalCode::refund_exceeds_remaining:
      return "refund_exceeds_remaining";
    case RefusalCode::refund_in_progress:
      return "refund_in_progress";
    case RefusalCode::amount_exceeds_authorized:
      return "amount_exceeds_authorized";
    case RefusalCode::payment_declined:
      return "payment_declined";
    case RefusalCode::gateway_refused:
      return "gateway_refused";
    case RefusalCode::gateway_busy:
      return "gateway_busy";
    case RefusalCode::outcome_unknown:
      return "outcome_unknown";
    case RefusalCode::unavailable:
      return "unavailable";
    case RefusalCode::internal:
      return "internal";
  }
  return "?";
}

}  // namespace cobro::domain
