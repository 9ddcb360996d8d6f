// Stripe's rules for amounts (GATEWAYS §1.11), which are not ISO 4217's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/common/api_error.h"

namespace cobro::sandbox::stripe {

constexpr std::int64_t kMaxAmount = 99'999'999;

// Lower case in, as all of these.
bool is_supported_currency(std::string_view currency);
// Digits behind the point of an amount on Stripe's wire: isk and ugx have two.
int wire_exponent(std::string_view currency);
// "$12.34", "¥500", "12.34 PEN": as Stripe's messages show it.
std::string display_amount(std::int64_t amount, std::string_view currency);

// The multiple that every amount of the currency must be: 10 for three decimals, 100 for
// isk and ugx.
std::int64_t increment_of(std::string_view currency);
std::optional<ApiError> check_increment(std::int64_t amount, std::string_view currency,
                                        std::string param);
// Increment, minimum and maximum of a charge.
std::optional<ApiError> check_charge_amount(std::int64_t amount, std::string_view currency);

}  // namespace cobro::sandbox::stripe
