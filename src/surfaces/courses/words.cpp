#include "surfaces/courses/words.h"

#include "wire/binding.h"

namespace cobro::surfaces::courses {
namespace {

using domain::PaymentKind;
using domain::PaymentState;

PaymentStatus status_in(PaymentState state) {
  switch (state) {
    case PaymentState::pending:
      return PaymentStatus::pending;
    case PaymentState::requires_action:
    case PaymentState::processing:
    case PaymentState::authorized:
      return PaymentStatus::processing;
    case PaymentState::succeeded:
      return PaymentStatus::succeeded;
    case PaymentState::failed:
      return PaymentStatus::failed;
    case PaymentState::cancelled:
      return PaymentStatus::cancelled;
  }
  return PaymentStatus::pending;
}

}  // namespace

PaymentType type_of(PaymentKind kind) {
  switch (kind) {
    case PaymentKind::course_purchase:
      return PaymentType::course_purchase;
    case PaymentKind::subscription:
      return PaymentType::subscription;
    case PaymentKind::order:
    case PaymentKind::intent:
    case PaymentKind::one_time:
    case PaymentKind::session:
      return PaymentType::one_time;
  }
  return PaymentType::one_time;
}

PaymentKind kind_of(PaymentType type) {
  switch (type) {
    case PaymentType::course_purchase:
      return PaymentKind::course_purchase;
    case PaymentType::subscription:
      return PaymentKind::subscription;
    case PaymentType::one_time:
      return PaymentKind::one_time;
  }
  return PaymentKind::one_time;
}

PaymentStatus status_of(const domain::Payment& payment) {
  return domain::is_refunded_in_full(payment) ? PaymentStatus::refunded : status_in(payment.state);
}

SubscriptionStatus status_of(domain::SubscriptionStatus status) {
  switch (status) {
    case domain::SubscriptionStatus::incomplete:
      return SubscriptionStatus::incomplete;
    case domain::SubscriptionStatus::trialing:
      return SubscriptionStatus::trialing;
    case domain::SubscriptionStatus::active:
      return SubscriptionStatus::active;
    case domain::SubscriptionStatus::past_due:
      return SubscriptionStatus::past_due;
    case domain::SubscriptionStatus::unpaid:
    case domain::SubscriptionStatus::paused:
      return SubscriptionStatus::unpaid;
    case domain::SubscriptionStatus::cancelled:
    case domain::SubscriptionStatus::incomplete_expired:
      return SubscriptionStatus::cancelled;
  }
  return SubscriptionStatus::incomplete;
}

BillingInterval interval_of(domain::BillingCycle cycle) {
  switch (cycle) {
    case domain::BillingCycle::daily:
      return BillingInterval::day;
    case domain::BillingCycle::weekly:
      return BillingInterval::week;
    case domain::BillingCycle::monthly:
      return BillingInterval::month;
    case domain::BillingCycle::yearly:
      return BillingInterval::year;
  }
  return BillingInterval::month;
}

std::string render_state(const domain::Payment& payment, PaymentState state) {
  return std::string(
      wire::to_string(state == payment.state ? status_of(payment) : status_in(state)));
}

}  // namespace cobro::surfaces::courses
