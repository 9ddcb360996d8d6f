#include "sandbox/stripe/amounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace cobro::sandbox::stripe {
namespace {

using namespace std::string_view_literals;

constexpr std::array kZeroDecimal = {"bif"sv, "clp"sv, "djf"sv, "gnf"sv, "jpy"sv,
                                     "kmf"sv, "krw"sv, "mga"sv, "pyg"sv, "rwf"sv,
                                     "vnd"sv, "vuv"sv, "xaf"sv, "xof"sv, "xpf"sv};
constexpr std::array kThreeDecimal = {"bhd"sv, "jod"sv, "kwd"sv, "omr"sv, "tnd"sv};
constexpr std::array kWholeUnitsOnly = {"isk"sv, "ugx"sv};

constexpr std::string_view kTwoDecimal =
    " aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad "
    "cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl "
    "htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop "
    "mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar "
    "sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs wst "
    "xcd xcg yer zar zmw ";

// Minor units as sent. Currencies without a row have a minimum only after conversion, which
// is not modelled.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 31> kMinimum = {{
    {"usd", 50},   {"aed", 200}, {"aud", 50},  {"brl", 50},   {"cad", 50},  {"chf", 50},
    {"czk", 1500}, {"dkk", 250}, {"eur", 50},  {"gbp", 30},   {"hkd", 400}, {"huf", 17500},
    {"inr", 50},   {"jpy", 50},  {"krw", 50},  {"mxn", 1000}, {"myr", 200}, {"nok", 300},
    {"nzd", 50},   {"pln", 200}, {"ron", 200}, {"sek", 300},  {"sgd", 50},  {"thb", 1000},
    {"zar", 50},   {"ars", 50},  {"cop", 50},  {"idr", 50},   {"ils", 50},  {"php", 50},
    {"rub", 50},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSymbols = {{
    {"usd", "$"},
    {"eur", "€"},
    {"gbp", "£"},
    {"jpy", "¥"},
}};

template <class Array>
bool contains(const Array& values, std::string_view currency) {
  return std::find(values.begin(), values.end(), currency) != values.end();
}

template <class Table>
auto row(const Table& table, std::string_view currency) {
  return std::find_if(table.begin(), table.end(),
                      [&](const auto& entry) { return entry.first == currency; });
}

std::string grouped(std::string digits) {
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace

bool is_supported_currency(std::string_view currency) {
  return currency.size() == 3 && currency.find(' ') == std::string_view::npos &&
         (contains(kZeroDecimal, currency) || contains(kThreeDecimal, currency) ||
          kTwoDecimal.find(fmt::format(" {} ", currency)) != std::string_view::npos);
}

int wire_exponent(std::string_view currency) {
  if (contains(kZeroDecimal, currency)) return 0;
  return contains(kThreeDecimal, currency) ? 3 : 2;
}

std::string display_amount(std::int64_t amount, std::string_view currency) {
  std::string digits = std::to_string(amount);
  const auto exponent = static_cast<std::size_t>(wire_exponent(currency));
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  std::string text = grouped(digits.substr(0, digits.size() - exponent));
  if (exponent > 0) text += "." + digits.substr(digits.size() - exponent);
  const auto symbol = row(kSymbols, currency);
  if (symbol != kSymbols.end()) return std::string(symbol->second) + text;
  return text + " " + base::to_upper(currency);
}

std::int64_t increment_of(std::string_view currency) {
  if (contains(kWholeUnitsOnly, currency)) return 100;
  return contains(kThreeDecimal, currency) ? 10 : 1;
}

std::optional<ApiError> check_increment(std::int64_t amount, std::string_view currency,
                                        std::string param) {
  const auto step = increment_of(currency);
  if (amount % step == 0) return std::nullopt;
  return invalid_request(
      fmt::format("Invalid amount: amounts in {} must be evenly divisible by {}.", currency, step),
      std::move(param), "invalid_charge_amount");
}

std::optional<ApiError> check_charge_amount(std::int64_t amount, std::string_view currency) {
  if (amount > kMaxAmount)
    return invalid_request("Amount must be no more than " + display_amount(kMaxAmount, currency),
                           "amount", "amount_too_large");
  const auto minimum = row(kMinimum, currency);
  if (minimum != kMinimum.end() && amount < minimum->second)
    return invalid_request(fmt::format("Amount must be at least {} {}",
                                       display_amount(minimum->second, currency), currency),
                           "amount", "amount_too_small");
  return check_increment(amount, currency, "amount");
}

}  // namespace cobro::sandbox::stripe
