// The words of this surface: fewer than the domain has.
#pragma once

#include <boost/describe/enum.hpp>
#include <string>

#include "domain/payment.h"
#include "domain/subscription.h"

namespace cobro::surfaces::courses {

enum class PaymentType { course_purchase, subscription, one_time };
BOOST_DESCRIBE_ENUM(PaymentType, course_purchase, subscription, one_time)

enum class PaymentStatus { pending, processing, succeeded, failed, cancelled, refunded };
BOOST_DESCRIBE_ENUM(PaymentStatus, pending, processing, succeeded, failed, cancelled, refunded)

enum class SubscriptionStatus { active, past_due, cancelled, incomplete, trialing, unpaid };
BOOST_DESCRIBE_ENUM(SubscriptionStatus, active, past_due, cancelled, incomplete, trialing, unpaid)

enum class BillingInterval { day, week, month, year };
BOOST_DESCRIBE_ENUM(BillingInterval, day, week, month, year)

// Payments that other surfaces made are of one time.
PaymentType type_of(domain::PaymentKind kind);
domain::PaymentKind kind_of(PaymentType type);
PaymentStatus status_of(const domain::Payment& payment);
SubscriptionStatus status_of(domain::SubscriptionStatus status);
BillingInterval interval_of(domain::BillingCycle cycle);

// The word for `state` if the payment were in it.
std::string render_state(const domain::Payment& payment, domain::PaymentState state);

}  // namespace cobro::surfaces::courses
