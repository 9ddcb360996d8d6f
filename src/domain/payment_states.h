// The payment's state machine. Everything that may happen to a payment is in this table;
// what is not in it does not happen.
//
//   pending ──confirmation_sent──▶ processing ──captured──▶ succeeded
//      ▲                            │  │  │  │
//      └──confirmation_withdrawn────┘  │  │  └─authorized─▶ authorized ──captured─▶ succeeded
//                                      │  └─action_required─▶ requires_action ─captured─▶ ″
//                                      └─declined─▶ failed ──confirmation_sent─▶ processing
//   everything before capture ──cancelled──▶ cancelled
//
// What the customer approved on the gateway's page (`requires_action`) is confirmed by us.
// A payment confirmed in the customer's browser goes on from `pending` or `failed` without a
// confirmation of ours. docs/states.md draws the whole table.
//
// `succeeded` moves on by refunds, which are amounts rather than states; `cancelled` is
// terminal. A message that says less than what is known is no edge: it changes nothing.
#pragma once

#include "domain/payment.h"
#include "domain/transition_table.h"

namespace cobro::domain {

enum class PaymentEvent {
  confirmation_sent,                     // our call was committed and is about to be sent
  confirmation_withdrawn,                // it was certainly not executed
  confirmation_withdrawn_after_failure,  // the same, on a payment declined before
  action_required,
  confirmed,  // under way at the gateway
  authorized,
  captured,
  declined,
  cancelled,
};

using PaymentTransition = Transition<PaymentState, PaymentEvent>;

inline constexpr std::array kPaymentStates = {
    PaymentState::pending,    PaymentState::requires_action, PaymentState::processing,
    PaymentState::authorized, PaymentState::succeeded,       PaymentState::failed,
    PaymentState::cancelled};

inline constexpr std::array kPaymentEvents = {PaymentEvent::confirmation_sent,
                                              PaymentEvent::confirmation_withdrawn,
                                              PaymentEvent::confirmation_withdrawn_after_failure,
                                              PaymentEvent::action_required,
                                              PaymentEvent::confirmed,
                                              PaymentEvent::authorized,
                                              PaymentEvent::captured,
                                              PaymentEvent::declined,
                                              PaymentEvent::cancelled};

inline constexpr std::array kPaymentTransitions = {
    PaymentTransition{PaymentState::pending, PaymentEvent::confirmation_sent,
                      PaymentState::processing},
    PaymentTransition{PaymentState::pending, PaymentEvent::action_required,
                      PaymentState::requires_action},
    PaymentTransition{PaymentState::pending, PaymentEvent::confirmed, PaymentState::processing},
    PaymentTransition{PaymentState::pending, PaymentEvent::authorized, PaymentState::authorized},
    PaymentTransition{PaymentState::pending, PaymentEvent::captured, PaymentState::succeeded},
    PaymentTransition{PaymentState::pending, PaymentEvent::declined, PaymentState::failed},
    PaymentTransition{PaymentState::pending, PaymentEvent::cancelled, PaymentState::cancelled},

    PaymentTransition{PaymentState::requires_action, PaymentEvent::confirmation_sent,
                      PaymentState::processing},
    PaymentTransition{PaymentState::requires_action, PaymentEvent::confirmed,
                      PaymentState::processing},
    PaymentTransition{PaymentState::requires_action, PaymentEvent::authorized,
                      PaymentState::authorized},
    PaymentTransition{PaymentState::requires_action, PaymentEvent::captured,
                      PaymentState::succeeded},
    PaymentTransition{PaymentState::requires_action, PaymentEvent::declined, PaymentState::failed},
    PaymentTransition{PaymentState::requires_action, PaymentEvent::cancelled,
                      PaymentState::cancelled},

    PaymentTransition{PaymentState::processing, PaymentEvent::confirmation_withdrawn,
                      PaymentState::pending},
    PaymentTransition{PaymentState::processing, PaymentEvent::confirmation_withdrawn_after_failure,
                      PaymentState::failed},
    PaymentTransition{PaymentState::processing, PaymentEvent::action_required,
                      PaymentState::requires_action},
    PaymentTransition{PaymentState::processing, PaymentEvent::authorized, PaymentState::authorized},
    PaymentTransition{PaymentState::processing, PaymentEvent::captured, PaymentState::succeeded},
    PaymentTransition{PaymentState::processing, PaymentEvent::declined, PaymentState::failed},
    PaymentTransition{PaymentState::processing, PaymentEvent::cancelled, PaymentState::cancelled},

    PaymentTransition{PaymentState::authorized, PaymentEvent::captured, PaymentState::succeeded},
    PaymentTransition{PaymentState::authorized, PaymentEvent::cancelled, PaymentState::cancelled},

    PaymentTransition{PaymentState::failed, PaymentEvent::confirmation_sent,
                      PaymentState::processing},
    PaymentTransition{PaymentState::failed, PaymentEvent::action_required,
                      PaymentState::requires_action},
    PaymentTransition{PaymentState::failed, PaymentEvent::confirmed, PaymentState::processing},
    PaymentTransition{PaymentState::failed, PaymentEvent::authorized, PaymentState::authorized},
    PaymentTransition{PaymentState::failed, PaymentEvent::captured, PaymentState::succeeded},
    PaymentTransition{PaymentState::failed, PaymentEvent::cancelled, PaymentState::cancelled},
};

static_assert(is_deterministic(kPaymentTransitions));
static_assert(has_no_exit(kPaymentTransitions, PaymentState::cancelled));
static_assert(has_no_exit(kPaymentTransitions, PaymentState::succeeded));
static_assert(reaches_all(kPaymentTransitions, PaymentState::pending, kPaymentStates));

// Gives the state after `event`, or nothing when the table has no such edge.
constexpr std::optional<PaymentState> next(PaymentState from, PaymentEvent event) {
  return find_transition(kPaymentTransitions, from, event);
}

}  // namespace cobro::domain
