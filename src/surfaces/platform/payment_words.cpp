#include "surfaces/platform/payment_words.h"

#include <algorithm>
#include <array>

#include "domain/payment_states.h"
#include "wire/binding.h"

namespace cobro::surfaces::platform {
namespace {

using domain::PaymentKind;
using domain::PaymentState;

constexpr std::array kKinds = {PaymentKind::order,           PaymentKind::intent,
                               PaymentKind::course_purchase, PaymentKind::subscription,
                               PaymentKind::one_time,        PaymentKind::session};

PaymentStatus order_word(PaymentState state) {
  switch (state) {
    case PaymentState::pending:
      return PaymentStatus::pending;
    case PaymentState::requires_action:
    case PaymentState::processing:
    case PaymentState::authorized:
      return PaymentStatus::processing;
    case PaymentState::succeeded:
      return PaymentStatus::completed;
    case PaymentState::failed:
      return PaymentStatus::failed;
    case PaymentState::cancelled:
      return PaymentStatus::cancelled;
  }
  return PaymentStatus::pending;
}

PaymentStatus intent_word(PaymentState state) {
  switch (state) {
    case PaymentState::pending:
      return PaymentStatus::requires_confirmation;
    case PaymentState::requires_action:
      return PaymentStatus::requires_action;
    case PaymentState::processing:
      return PaymentStatus::processing;
    case PaymentState::authorized:
      return PaymentStatus::requires_capture;
    case PaymentState::succeeded:
      return PaymentStatus::succeeded;
    case PaymentState::failed:
      return PaymentStatus::requires_payment_method;
    case PaymentState::cancelled:
      return PaymentStatus::canceled;
  }
  return PaymentStatus::requires_confirmation;
}

// Courses and sessions differ where the customer must act, and in what success is called.
PaymentStatus course_word(PaymentState state) {
  return state == PaymentState::succeeded ? PaymentStatus::succeeded : order_word(state);
}
PaymentStatus session_word(PaymentState state) {
  return state == PaymentState::requires_action ? PaymentStatus::pending : order_word(state);
}

}  // namespace

PaymentStatus status_of(PaymentKind kind, PaymentState state, bool refunded_in_full) {
  const bool refunded = state == PaymentState::succeeded && refunded_in_full;
  if (refunded && kind != PaymentKind::intent) return PaymentStatus::refunded;
  switch (kind) {
    case PaymentKind::order:
      return order_word(state);
    case PaymentKind::intent:
      return intent_word(state);
    case PaymentKind::course_purchase:
    case PaymentKind::subscription:
    case PaymentKind::one_time:
      return course_word(state);
    case PaymentKind::session:
      return session_word(state);
  }
  return order_word(state);
}

PaymentStatus status_of(const domain::Payment& payment) {
  return status_of(payment.kind, payment.state, domain::is_refunded_in_full(payment));
}

std::string word_state(const domain::Payment& payment, domain::PaymentState state) {
  const bool refunded = state == payment.state && is_refunded_in_full(payment);
  return std::string(wire::word_of(status_of(payment.kind, state, refunded)));
}

std::vector<ports::PaymentWord> payments_that_print(const std::vector<PaymentStatus>& statuses) {
  std::vector<ports::PaymentWord> words;
  const auto is_wanted = [&](PaymentStatus status) {
    return std::ranges::find(statuses, status) != statuses.end();
  };
  for (const auto kind : kKinds)
    for (const auto state : domain::kPaymentStates)
      for (const bool refunded : {false, true}) {
        if (state != PaymentState::succeeded && refunded) continue;
        if (!is_wanted(status_of(kind, state, refunded))) continue;
        ports::PaymentWord word{.kind = kind, .state = state, .refunded_in_full = {}};
        if (state == PaymentState::succeeded) word.refunded_in_full = refunded;
        words.push_back(word);
      }
  return words;
}

}  // namespace cobro::surfaces::platform
