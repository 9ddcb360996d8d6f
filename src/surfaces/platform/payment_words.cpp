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

PaymentStatus intent_word(PaymentState state, bool with_method) {
  switch (state) {
    case PaymentState::pending:
      return with_method ? PaymentStatus::requires_confirmation
                         : PaymentStatus::requires_payment_method;
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

PaymentStatus status_of(const PrintedState& printed) {
  const auto [kind, state, refunded_in_full, with_method] = printed;
  const bool refunded = state == PaymentState::succeeded && refunded_in_full;
  if (refunded && kind != PaymentKind::intent) return PaymentStatus::refunded;
  switch (kind) {
    case PaymentKind::order:
      return order_word(state);
    case PaymentKind::intent:
      return intent_word(state, with_method);
    case PaymentKind::course_purchase:
    case PaymentKind::subscription:
    case PaymentKind::one_time:
      return course_word(state);
    case PaymentKind::session:
      return session_word(state);
  }
  return order_word(state);
}

namespace {

PrintedState printed_state(const domain::Payment& payment) {
  return {.kind = payment.kind,
          .state = payment.state,
          .refunded_in_full = domain::is_refunded_in_full(payment),
          .with_method = payment.gateway_payment_method_id.has_value()};
}

// Every state that prints something of its own.
std::vector<PrintedState> printed_states() {
  std::vector<PrintedState> all;
  for (const auto kind : kKinds)
    for (const auto state : domain::kPaymentStates)
      for (const bool either : {false, true})
        if (state == PaymentState::succeeded)
          all.push_back({.kind = kind, .state = state, .refunded_in_full = either});
        else if (state == PaymentState::pending)
          all.push_back({.kind = kind, .state = state, .with_method = either});
        else if (either)
          all.push_back({.kind = kind, .state = state});
  return all;
}

}  // namespace

PaymentStatus status_of(const domain::Payment& payment) {
  return status_of(printed_state(payment));
}

std::string render_state(const domain::Payment& payment, domain::PaymentState state) {
  auto printed = printed_state(payment);
  printed.refunded_in_full = printed.refunded_in_full && state == payment.state;
  printed.state = state;
  return std::string(wire::to_string(status_of(printed)));
}

std::vector<ports::PaymentWord> payments_that_print(const std::vector<PaymentStatus>& statuses) {
  std::vector<ports::PaymentWord> words;
  for (const auto& printed : printed_states()) {
    if (std::ranges::find(statuses, status_of(printed)) == statuses.end()) continue;
    ports::PaymentWord word{.kind = printed.kind, .state = printed.state};
    if (printed.state == PaymentState::succeeded) word.refunded_in_full = printed.refunded_in_full;
    if (printed.state == PaymentState::pending) word.with_method = printed.with_method;
    words.push_back(word);
  }
  return words;
}

}  // namespace cobro::surfaces::platform
