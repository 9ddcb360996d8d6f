#include "base/time.h"

#include <fmt/format.h>

#include <array>

namespace cobro::base {
namespace {

namespace chr = std::chrono;

// A cursor over the text; each reader moves past what it took, or fails for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    if (rest_.size() < count) return fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  void literal(char expected) {
    if (!accept(expected)) fail();
  }
  bool accept(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Up to nine decimals, as microseconds: what lies below is cut off.
  int fraction_micros() {
    int value = 0;
    int count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 6) value = value * 10 + (rest_.front() - '0');
      ++count;
      rest_.remove_prefix(1);
    }
    if (count == 0 || count > 9) return fail();
    for (; count < 6; ++count) value *= 10;
    return value;
  }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  int fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

// Minutes east of UTC.
std::optional<int> read_offset(Reader& reader) {
  if (reader.accept('Z') || reader.accept('z')) return 0;
  const bool west = reader.accept('-');
  if (!west) reader.literal('+');
  const int hours = reader.digits(2);
  reader.literal(':');
  const int minutes = reader.digits(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::string to_iso8601(Timestamp instant) {
  const chr::sys_time<chr::microseconds> point{chr::microseconds{instant.micros}};
  const auto day = chr::floor<chr::days>(point);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{chr::floor<chr::milliseconds>(point - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  Reader reader(text);
  const int year = reader.digits(4);
  reader.literal('-');
  const int month = reader.digits(2);
  reader.literal('-');
  const int day = reader.digits(2);
  if (!reader.accept('T') && !reader.accept('t')) return std::nullopt;
  const int hours = reader.digits(2);
  reader.literal(':');
  const int minutes = reader.digits(2);
  reader.literal(':');
  const int seconds = reader.digits(2);
  const int micros = reader.accept('.') ? reader.fraction_micros() : 0;
  const auto offset = read_offset(reader);

  const chr::year_month_day date{chr::year{year}, chr::month{static_cast<unsigned>(month)},
                                 chr::day{static_cast<unsigned>(day)}};
  // A leap second (60) has no instant of its own in Unix time.
  if (!reader.done() || !offset || !date.ok() || hours > 23 || minutes > 59 || seconds > 59)
    return std::nullopt;
  const auto since_epoch = chr::sys_days{date}.time_since_epoch() + chr::hours{hours} +
                           chr::minutes{minutes - *offset} + chr::seconds{seconds} +
                           chr::microseconds{micros};
  return Timestamp{chr::microseconds{since_epoch}.count()};
}

}  // namespace cobro::base
