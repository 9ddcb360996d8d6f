// The published test cards (GATEWAYS §1.9): what each is and what a payment with it does.
// Known as `pm_card_<name>`, `tok_<name>` and by number.
#pragma once

#include <optional>
#include <string_view>

namespace cobro::sandbox::stripe {

struct Decline {
  std::string_view code;          // "" when the card is accepted
  std::string_view decline_code;  // "" when Stripe sends none
  std::string_view advice_code;
  std::string_view message;
};

enum class Challenge {
  never,
  always,         // 3-D Secure on every payment, also off-session
  on_session,     // off-session payments pass
  unless_set_up,  // until a SetupIntent has authenticated the card
};

enum class RefundCourse { succeeds, pending_first, fails_later };

struct TestCard {
  std::string_view name;
  std::string_view number;
  std::string_view brand;
  std::string_view country = "US";
  std::string_view funding = "credit";
  const Decline* decline = nullptr;  // after a challenge, when there is one
  Challenge challenge = Challenge::never;
  RefundCourse refund = RefundCourse::succeeds;
  bool blocked = false;  // by Radar, before any bank is asked
  std::string_view risk_level = "normal";
  std::string_view cvc_check = "pass";
  std::string_view postal_check = "pass";
  std::string_view dispute_reason = {};  // "" when never disputed
};

// `id` is pm_card_… or tok_…; nothing for another id.
const TestCard* test_card_by_id(std::string_view id);
const TestCard* test_card_by_number(std::string_view number);
const TestCard* test_card_by_name(std::string_view name);
bool passes_luhn(std::string_view number);

extern const Decline kAuthenticationRequired;

}  // namespace cobro::sandbox::stripe
