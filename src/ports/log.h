// Structured logging. Values are data, never formatted into the message; no secret, no
// card number and no gateway answer is ever a value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace cobro::ports {

enum class LogLevel { debug, info, warning, error };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

class Log {
 public:
  virtual ~Log() = default;
  // `event` is a short constant phrase: "gateway answer is unknown".
  virtual void write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields = {}) = 0;
};

// Drops everything; for tests.
class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace cobro::ports
