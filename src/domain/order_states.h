// The order's state machine.
//
//   pending ─paid─▶ paid ─process─▶ processing ─ship─▶ shipped ─deliver─▶ delivered
//      │             └──────────────┬──────────────────┴────────────────────┘
//   cancel                   refunded_in_full ─▶ refunded ─refund_failed─▶ (what it was)
//      ▼
//   cancelled
//
// `refund_failed` gives back the status that `refunded` replaced. That is kept in the row, so it
// is no edge of this table.
#pragma once

#include "domain/order.h"
#include "domain/transition_table.h"

namespace cobro::domain {

enum class OrderEvent { paid, process, ship, deliver, cancel, refunded_in_full };

using OrderTransition = Transition<OrderStatus, OrderEvent>;

inline constexpr std::array kOrderStatuses = {
    OrderStatus::pending,   OrderStatus::paid,      OrderStatus::processing, OrderStatus::shipped,
    OrderStatus::delivered, OrderStatus::cancelled, OrderStatus::refunded};

inline constexpr std::array kOrderEvents = {OrderEvent::paid,   OrderEvent::process,
                                            OrderEvent::ship,   OrderEvent::deliver,
                                            OrderEvent::cancel, OrderEvent::refunded_in_full};

inline constexpr std::array kOrderTransitions = {
    OrderTransition{OrderStatus::pending, OrderEvent::paid, OrderStatus::paid},
    OrderTransition{OrderStatus::pending, OrderEvent::cancel, OrderStatus::cancelled},
    OrderTransition{OrderStatus::paid, OrderEvent::process, OrderStatus::processing},
    OrderTransition{OrderStatus::processing, OrderEvent::ship, OrderStatus::shipped},
    OrderTransition{OrderStatus::shipped, OrderEvent::deliver, OrderStatus::delivered},
    OrderTransition{OrderStatus::paid, OrderEvent::refunded_in_full, OrderStatus::refunded},
    OrderTransition{OrderStatus::processing, OrderEvent::refunded_in_full, OrderStatus::refunded},
    OrderTransition{OrderStatus::shipped, OrderEvent::refunded_in_full, OrderStatus::refunded},
    OrderTransition{OrderStatus::delivered, OrderEvent::refunded_in_full, OrderStatus::refunded},
};

static_assert(is_deterministic(kOrderTransitions));
static_assert(has_no_exit(kOrderTransitions, OrderStatus::cancelled));
static_assert(has_no_exit(kOrderTransitions, OrderStatus::refunded));
static_assert(reaches_all(kOrderTransitions, OrderStatus::pending, kOrderStatuses));

constexpr std::optional<OrderStatus> next(OrderStatus from, OrderEvent event) {
  return find_transition(kOrderTransitions, from, event);
}

}  // namespace cobro::domain
