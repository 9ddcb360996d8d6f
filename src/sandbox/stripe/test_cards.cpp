#include "sandbox/stripe/test_cards.h"

#include <algorithm>
#include <array>

namespace cobro::sandbox::stripe {

const Decline kAuthenticationRequired{
    "authentication_required", "authentication_required", "",
    "Your card was declined. This transaction requires authentication."};

namespace {

constexpr std::string_view kLater = "try_again_later";
constexpr std::string_view kNever = "do_not_try_again";
constexpr std::string_view kConfirm = "confirm_card_data";

constexpr Decline kGeneric{"card_declined", "generic_decline", kLater, "Your card was declined."};
constexpr Decline kInsufficientFunds{"card_declined", "insufficient_funds", kLater,
                                     "Your card has insufficient funds."};
constexpr Decline kLostCard{"card_declined", "lost_card", kNever, "Your card was declined."};
constexpr Decline kStolenCard{"card_declined", "stolen_card", kNever, "Your card was declined."};
constexpr Decline kFraudulent{"card_declined", "fraudulent", kNever, "Your card was declined."};
constexpr Decline kExpired{"expired_card", "", kNever, "Your card has expired."};
constexpr Decline kIncorrectCvc{"incorrect_cvc", "", kConfirm,
                                "Your card's security code is incorrect."};
constexpr Decline kProcessingError{
    "processing_error", "", kLater,
    "An error occurred while processing your card. Try again in a little bit."};
constexpr Decline kVelocity{"card_declined", "card_velocity_exceeded", kLater,
                            "Your card was declined for making repeated attempts too frequently "
                            "or exceeding its amount limit."};

constexpr auto kFirst = Challenge::always;

// clang-format off
constexpr std::array kCards = {
    TestCard{"visa", "4242424242424242", "visa"},
    TestCard{"visa_debit", "4000056655665556", "visa", "US", "debit"},
    TestCard{"mastercard", "5555555555554444", "mastercard"},
    TestCard{"mastercard_debit", "5200828282828210", "mastercard", "US", "debit"},
    TestCard{"mastercard_prepaid", "5105105105105100", "mastercard", "US", "prepaid"},
    TestCard{"amex", "378282246310005", "amex"},
    TestCard{"discover", "6011111111111117", "discover"},
    TestCard{"diners", "3056930009020004", "diners"},
    TestCard{"jcb", "3566002020360505", "jcb"},
    TestCard{"unionpay", "6200000000000005", "unionpay"},
    TestCard{"us", "4242424242424242", "visa"},
    TestCard{"ar", "4000000320000021", "visa", "AR"},
    TestCard{"br", "4000000760000002", "visa", "BR"},
    TestCard{"ca", "4000001240000000", "visa", "CA"},
    TestCard{"cl", "4000001520000001", "visa", "CL"},
    TestCard{"co", "4000001700000003", "visa", "CO"},
    TestCard{"mx", "4000004840008001", "visa", "MX"},
    TestCard{"pe", "4000006040000068", "visa", "PE"},
    TestCard{"gb", "4000008260000000", "visa", "GB"},
    TestCard{"de", "4000002760000016", "visa", "DE"},
    TestCard{"fr", "4000002500000003", "visa", "FR"},
    TestCard{"es", "4000007240000007", "visa", "ES"},
    TestCard{"jp", "4000003920000003", "visa", "JP"},

    TestCard{.name = "chargeDeclined", .number = "4000000000000002", .brand = "visa",
             .decline = &kGeneric},
    TestCard{.name = "chargeDeclinedInsufficientFunds", .number = "4000000000009995",
             .brand = "visa", .decline = &kInsufficientFunds},
    TestCard{.name = "chargeDeclinedLostCard", .number = "4000000000009987", .brand = "visa",
             .decline = &kLostCard},
    TestCard{.name = "chargeDeclinedStolenCard", .number = "4000000000009979", .brand = "visa",
             .decline = &kStolenCard},
    TestCard{.name = "chargeDeclinedFraudulent", .number = "4100000000000019", .brand = "visa",
             .decline = &kFraudulent, .blocked = true, .risk_level = "highest"},
    TestCard{.name = "chargeDeclinedExpiredCard", .number = "4000000000000069", .brand = "visa",
             .decline = &kExpired},
    TestCard{.name = "chargeDeclinedIncorrectCvc", .number = "4000000000000127", .brand = "visa",
             .decline = &kIncorrectCvc, .cvc_check = "fail"},
    TestCard{.name = "chargeDeclinedProcessingError", .number = "4000000000000119",
             .brand = "visa", .decline = &kProcessingError},
    TestCard{.name = "chargeDeclinedVelocityLimitExceeded", .number = "4000000000006975",
             .brand = "visa", .decline = &kVelocity},
    TestCard{.name = "chargeCustomerFail", .number = "4000000000000341", .brand = "visa",
             .decline = &kGeneric},

    TestCard{.name = "authenticationRequiredOnSetup", .number = "4000002500003155",
             .brand = "visa", .challenge = Challenge::unless_set_up},
    TestCard{.name = "authenticationRequired", .number = "4000002760003184", .brand = "visa",
             .challenge = kFirst},
    TestCard{.name = "authenticationRequiredSetupForOffSession", .number = "4000003800000446",
             .brand = "visa", .challenge = Challenge::on_session},
    TestCard{.name = "authenticationRequiredChargeDeclinedInsufficientFunds",
             .number = "4000008260003178", .brand = "visa", .decline = &kInsufficientFunds,
             .challenge = kFirst},
    TestCard{.name = "threeDSecure2Required", .number = "4000000000003220", .brand = "visa",
             .challenge = kFirst},
    TestCard{.name = "threeDSecureRequired", .number = "4000000000003063", .brand = "visa",
             .challenge = kFirst},
    TestCard{.name = "threeDSecureRequiredChargeDeclined", .number = "4000008400001629",
             .brand = "visa", .decline = &kGeneric, .challenge = kFirst},
    TestCard{.name = "threeDSecureRequiredProcessingError", .number = "4000008400001280",
             .brand = "visa", .decline = &kProcessingError, .challenge = kFirst},
    TestCard{.name = "threeDSecureOptional", .number = "4000000000003055", .brand = "visa"},

    TestCard{.name = "createDispute", .number = "4000000000000259", .brand = "visa",
             .dispute_reason = "fraudulent"},
    TestCard{.name = "createDisputeProductNotReceived", .number = "4000000000002685",
             .brand = "visa", .dispute_reason = "product_not_received"},
    TestCard{.name = "createDisputeInquiry", .number = "4000000000001976", .brand = "visa",
             .dispute_reason = "fraudulent"},
    TestCard{.name = "pendingRefund", .number = "4000000000007726", .brand = "visa",
             .refund = RefundCourse::pending_first},
    TestCard{.name = "refundFail", .number = "4000000000005126", .brand = "visa",
             .refund = RefundCourse::fails_later},
    TestCard{.name = "radarBlock", .number = "4100000000000019", .brand = "visa",
             .decline = &kFraudulent, .blocked = true, .risk_level = "highest"},
    TestCard{.name = "riskLevelHighest", .number = "4000000000004954", .brand = "visa",
             .decline = &kFraudulent, .blocked = true, .risk_level = "highest"},
    TestCard{.name = "riskLevelElevated", .number = "4000000000009235", .brand = "visa",
             .risk_level = "elevated"},
    TestCard{.name = "cvcCheckFail", .number = "4000000000000101", .brand = "visa",
             .cvc_check = "fail"},
    TestCard{.name = "avsZipFail", .number = "4000000000000036", .brand = "visa",
             .postal_check = "fail"},
};
// clang-format on

template <class Matches>
const TestCard* find_card(Matches matches) {
  const auto* found = std::find_if(kCards.begin(), kCards.end(), matches);
  return found == kCards.end() ? nullptr : found;
}

}  // namespace

const TestCard* test_card_by_name(std::string_view name) {
  return find_card([&](const TestCard& card) { return card.name == name; });
}

const TestCard* test_card_by_number(std::string_view number) {
  return find_card([&](const TestCard& card) { return card.number == number; });
}

const TestCard* test_card_by_id(std::string_view id) {
  for (const std::string_view prefix : {"pm_card_", "tok_"}) {
    if (!id.starts_with(prefix)) continue;
    const auto name = id.substr(prefix.size());
    if (const auto* card = test_card_by_name(name)) return card;
    // pm_card_visa_chargeDeclined is pm_card_chargeDeclined by its older name.
    constexpr std::string_view kVisa = "visa_";
    if (name.starts_with(kVisa)) return test_card_by_name(name.substr(kVisa.size()));
  }
  return nullptr;
}

bool passes_luhn(std::string_view number) {
  int sum = 0;
  bool twice = false;
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit, twice = !twice) {
    if (*digit < '0' || *digit > '9') return false;
    const int value = (*digit - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

}  // namespace cobro::sandbox::stripe
