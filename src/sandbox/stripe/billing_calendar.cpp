#include "sandbox/stripe/billing_calendar.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace cobro::sandbox::stripe {
namespace {

constexpr std::int64_t kDay = 24 * 3600;
constexpr int kMonthsOfYear = 12;

std::chrono::sys_days day_at(std::int64_t unix_seconds) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

std::int64_t seconds_of(std::chrono::sys_days day) {
  return std::chrono::sys_seconds(day).time_since_epoch().count();
}

std::int64_t months_later(std::int64_t anchor, std::int64_t months) {
  namespace chrono = std::chrono;
  const auto born = day_at(anchor);
  const chrono::year_month_day date(born);
  const auto month =
      chrono::year_month(date.year(), date.month()) + chrono::months(static_cast<int>(months));
  const auto last =
      chrono::year_month_day_last(month.year(), chrono::month_day_last(month.month())).day();
  const auto clamped = month / std::min(date.day(), last);
  return seconds_of(chrono::sys_days(clamped)) + (anchor - seconds_of(born));
}

std::int64_t months_between(std::int64_t from, std::int64_t to) {
  const std::chrono::year_month_day a(day_at(from));
  const std::chrono::year_month_day b(day_at(to));
  return (int(b.year()) - int(a.year())) * kMonthsOfYear + int(unsigned(b.month())) -
         int(unsigned(a.month()));
}

}  // namespace

std::int64_t next_period_end(std::int64_t anchor, const wire::Json& recurring,
                             std::int64_t moment) {
  const auto interval = recurring.string_at({"interval"}).value_or("month");
  const auto count = recurring.int_at({"interval_count"}).value_or(1);
  if (interval == "day" || interval == "week") {
    const auto span = count * (interval == "week" ? 7 * kDay : kDay);
    const auto since = moment - anchor;
    const auto whole = since >= 0 ? since / span : -((-since + span - 1) / span);
    return anchor + (whole + 1) * span;
  }
  const auto months = count * (interval == "year" ? kMonthsOfYear : 1);
  auto periods = months_between(anchor, moment) / months - 1;
  while (months_later(anchor, periods * months) <= moment) ++periods;
  return months_later(anchor, periods * months);
}

std::string day_of(std::int64_t unix_seconds) {
  constexpr std::array<const char*, kMonthsOfYear> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(day_at(unix_seconds));
  return fmt::format("{} {} {}", unsigned(date.day()), kMonths[unsigned(date.month()) - 1],
                     int(date.year()));
}

}  // namespace cobro::sandbox::stripe
