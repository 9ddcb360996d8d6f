#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <sstream>

#include "domain/order_states.h"
#include "domain/payment_states.h"
#include "domain/words.h"
#include "tests/support/checkout_files.h"

namespace cobro::domain {
namespace {

std::string_view name(PaymentEvent event) {
  switch (event) {
    case PaymentEvent::confirmation_sent:
      return "confirmation_sent";
    case PaymentEvent::confirmation_withdrawn:
      return "confirmation_withdrawn";
    case PaymentEvent::confirmation_withdrawn_after_failure:
      return "confirmation_withdrawn_after_failure";
    case PaymentEvent::action_required:
      return "action_required";
    case PaymentEvent::confirmed:
      return "confirmed";
    case PaymentEvent::authorized:
      return "authorized";
    case PaymentEvent::captured:
      return "captured";
    case PaymentEvent::declined:
      return "declined";
    case PaymentEvent::cancelled:
      return "cancelled";
  }
  return "?";
}

std::string_view name(OrderEvent event) {
  switch (event) {
    case OrderEvent::paid:
      return "paid";
    case OrderEvent::process:
      return "process";
    case OrderEvent::ship:
      return "ship";
    case OrderEvent::deliver:
      return "deliver";
    case OrderEvent::cancel:
      return "cancel";
    case OrderEvent::refunded_in_full:
      return "refunded_in_full";
  }
  return "?";
}

// Every state × event, drawn as a table for docs/states.md.
template <class States, class Events>
std::string draw(const States& states, const Events& events) {
  std::ostringstream out;
  out << "| in \\ on |";
  for (const auto event : events) out << " " << name(event) << " |";
  out << "\n|---|";
  for (std::size_t i = 0; i < events.size(); ++i) out << "---|";
  out << "\n";
  for (const auto state : states) {
    out << "| **" << to_string(state) << "** |";
    for (const auto event : events) {
      const auto to = next(state, event);
      out << " " << (to ? to_string(*to) : "–") << " |";
    }
    out << "\n";
  }
  return out.str();
}

TEST(PaymentStates, the_page_in_docs_shows_this_table) {
  const auto table = draw(kPaymentStates, kPaymentEvents);
  EXPECT_NE(testing::text_of("docs/states.md").find(table), std::string::npos)
      << "docs/states.md must contain\n"
      << table;
}

TEST(OrderStates, the_page_in_docs_shows_this_table) {
  const auto table = draw(kOrderStatuses, kOrderEvents);
  EXPECT_NE(testing::text_of("docs/states.md").find(table), std::string::npos)
      << "docs/states.md must contain\n"
      << table;
}

// Written by hand from the contract, pair by pair, so that the table is not its own witness.
TEST(PaymentStates, every_pair_of_state_and_event_is_what_the_contract_says) {
  using S = PaymentState;
  using E = PaymentEvent;
  const std::map<std::pair<S, E>, S> legal = {
      {{S::pending, E::confirmation_sent}, S::processing},
      {{S::failed, E::confirmation_sent}, S::processing},
      {{S::processing, E::confirmation_withdrawn}, S::pending},
      {{S::processing, E::confirmation_withdrawn_after_failure}, S::failed},
      {{S::requires_action, E::confirmation_sent}, S::processing},
      {{S::pending, E::action_required}, S::requires_action},
      {{S::failed, E::action_required}, S::requires_action},
      {{S::processing, E::action_required}, S::requires_action},
      {{S::pending, E::confirmed}, S::processing},
      {{S::failed, E::confirmed}, S::processing},
      {{S::requires_action, E::confirmed}, S::processing},
      {{S::pending, E::authorized}, S::authorized},
      {{S::failed, E::authorized}, S::authorized},
      {{S::requires_action, E::authorized}, S::authorized},
      {{S::processing, E::authorized}, S::authorized},
      {{S::pending, E::captured}, S::succeeded},
      {{S::failed, E::captured}, S::succeeded},
      {{S::requires_action, E::captured}, S::succeeded},
      {{S::processing, E::captured}, S::succeeded},
      {{S::authorized, E::captured}, S::succeeded},
      {{S::pending, E::declined}, S::failed},
      {{S::requires_action, E::declined}, S::failed},
      {{S::processing, E::declined}, S::failed},
      {{S::pending, E::cancelled}, S::cancelled},
      {{S::requires_action, E::cancelled}, S::cancelled},
      {{S::processing, E::cancelled}, S::cancelled},
      {{S::authorized, E::cancelled}, S::cancelled},
      {{S::failed, E::cancelled}, S::cancelled},
  };
  for (const auto state : kPaymentStates)
    for (const auto event : kPaymentEvents) {
      const auto found = legal.find({state, event});
      const auto expected = found == legal.end() ? std::nullopt : std::optional(found->second);
      EXPECT_EQ(next(state, event), expected) << to_string(state) << " on " << name(event);
    }
  EXPECT_EQ(kPaymentTransitions.size(), legal.size());
}

TEST(PaymentStates, no_walk_leaves_a_terminal_state_or_unpays_a_payment) {
  EXPECT_TRUE(rc::check([] {
    auto state = PaymentState::pending;
    bool paid = false;
    bool cancelled = false;
    const auto steps = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(0, kPaymentEvents.size()));
    for (const auto step : steps) {
      state = next(state, kPaymentEvents[step]).value_or(state);
      RC_ASSERT(!paid || state == PaymentState::succeeded);
      RC_ASSERT(!cancelled || state == PaymentState::cancelled);
      paid = paid || state == PaymentState::succeeded;
      cancelled = cancelled || state == PaymentState::cancelled;
    }
  }));
}

TEST(OrderStates, only_paid_orders_move_on_and_only_pending_ones_are_cancelled) {
  for (const auto status : kOrderStatuses) {
    EXPECT_EQ(next(status, OrderEvent::cancel).has_value(), status == OrderStatus::pending);
    EXPECT_EQ(next(status, OrderEvent::paid).has_value(), status == OrderStatus::pending);
    const bool may_refund = status == OrderStatus::paid || status == OrderStatus::processing ||
                            status == OrderStatus::shipped || status == OrderStatus::delivered;
    EXPECT_EQ(next(status, OrderEvent::refunded_in_full).has_value(), may_refund);
  }
}

}  // namespace
}  // namespace cobro::domain
