#include "gateways/stripe/amounts.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace cobro::gateways::stripe {
namespace {

// What Stripe's API names when it refuses a currency, less the codes that ISO has retired.
constexpr std::string_view kSupported =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN "
    "NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SEK SGD SHP SLE SOS SRD SVC SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND "
    "VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ";

struct Exponent {
  std::string_view code;
  int digits;
};
constexpr auto kExponents = std::to_array<Exponent>({
    {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0},
    {"MGA", 0}, {"PYG", 0}, {"RWF", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0},
    {"XPF", 0}, {"BHD", 3}, {"JOD", 3}, {"KWD", 3}, {"OMR", 3}, {"TND", 3},
});

// In Stripe's integers. They bind where the account settles in that currency; elsewhere
// Stripe converts first, and says amount_too_small itself.
struct Minimum {
  std::string_view code;
  std::int64_t amount;
};
constexpr auto kMinimums = std::to_array<Minimum>({
    {"AED", 200},    {"ARS", 50},    {"AUD", 50},  {"BRL", 50}, {"CAD", 50},    {"CHF", 50},
    {"COP", 50},     {"CZK", 1'500}, {"DKK", 250}, {"EUR", 50}, {"GBP", 30},    {"HKD", 400},
    {"HUF", 17'500}, {"IDR", 50},    {"ILS", 50},  {"INR", 50}, {"JPY", 50},    {"KRW", 50},
    {"MXN", 1'000},  {"MYR", 200},   {"NOK", 300}, {"NZD", 50}, {"PHP", 50},    {"PLN", 200},
    {"RON", 200},    {"RUB", 50},    {"SEK", 300}, {"SGD", 50}, {"THB", 1'000}, {"USD", 50},
    {"ZAR", 50},
});

bool is_supported(std::string_view code) {
  for (std::size_t at = 0; at < kSupported.size(); at += 4)
    if (kSupported.substr(at, 3) == code) return true;
  return false;
}

int exponent_of(std::string_view code) {
  const auto* found = std::ranges::find(kExponents, code, &Exponent::code);
  return found == kExponents.end() ? 2 : found->digits;
}

// What Stripe's integer must be a multiple of. (ISK's and UGX's hundreds come by themselves:
// ours have no decimals.)
std::int64_t step_of(std::string_view code) {
  return exponent_of(code) == 3 ? 10 : 1;
}

std::int64_t minimum_of(std::string_view code) {
  const auto* found = std::ranges::find(kMinimums, code, &Minimum::code);
  return found == kMinimums.end() ? 1 : found->amount;
}

// amount × 10^digits; nothing when that is not a whole number or does not fit.
std::optional<std::int64_t> shifted(std::int64_t amount, int digits) {
  for (; digits > 0; --digits)
    if (__builtin_mul_overflow(amount, 10, &amount)) return std::nullopt;
  for (; digits < 0; ++digits) {
    if (amount % 10 != 0) return std::nullopt;
    amount /= 10;
  }
  return amount;
}

std::unexpected<domain::Refusal> refuse(std::string code, std::string message) {
  return std::unexpected(domain::Refusal{
      .code = domain::RefusalCode::validation_failed,
      .message = message,
      .details = {{.field = "amount", .code = std::move(code), .message = message}}});
}

std::string in_words(std::int64_t amount, std::string_view code) {
  const auto money = from_stripe(amount, code);
  return money ? money->to_string() : fmt::format("{} units of {}", amount, code);
}

}  // namespace

base::Result<std::int64_t, domain::Refusal> to_stripe(domain::Money amount, Bounds bounds,
                                                      std::int64_t maximum) {
  const std::string_view code = amount.currency().code();
  if (!is_supported(code))
    return std::unexpected(
        domain::Refusal{.code = domain::RefusalCode::currency_not_supported,
                        .message = fmt::format("Stripe does not take {}", code)});
  if (!amount.is_positive()) return refuse("out_of_range", "the amount must be positive");
  const auto minor = shifted(amount.minor(), exponent_of(code) - amount.currency().exponent());
  if (!minor || *minor % step_of(code) != 0)
    return refuse("too_many_decimals", fmt::format("Stripe takes {} with at most {} decimals", code,
                                                   exponent_of(code) == 3 ? 2 : 0));
  if (bounds == Bounds::none) return *minor;
  if (*minor < minimum_of(code))
    return refuse("out_of_range",
                  fmt::format("Stripe's minimum is {}", in_words(minimum_of(code), code)));
  if (*minor > maximum)
    return refuse("out_of_range", fmt::format("Stripe's maximum is {}", in_words(maximum, code)));
  return *minor;
}

std::optional<domain::Money> from_stripe(std::int64_t amount, std::string_view currency) {
  const auto known = domain::Currency::parse(currency);
  if (!known || !is_supported(known->code())) return std::nullopt;
  const auto minor = shifted(amount, known->exponent() - exponent_of(known->code()));
  if (!minor) return std::nullopt;
  return domain::Money{*minor, *known};
}

}  // namespace cobro::gateways::stripe
