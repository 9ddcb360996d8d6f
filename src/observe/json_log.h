// ports::Log on standard error: one JSON object a line, or text for a person at a terminal.
//
// The fields of a line are data that callers chose. What must never be printed is cut out once
// more out of every text at this last place: gateway keys, webhook secrets, bearer tokens and card
// numbers, for a message of a library may carry what no caller meant to log.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "ports/clock.h"
#include "ports/log.h"

namespace cobro::observe {

enum class LogFormat { json, text };

// `debug`, `info`, `warning` (or `warn`), `error`, in any case.
std::optional<ports::LogLevel> parse_log_level(std::string_view text);

// Text when standard error is a terminal, else JSON.
LogFormat format_for_stderr();

// One line without its end, already redacted: `{"ts":…,"level":…,"msg":…,<fields>}`. A field
// named ts, level or msg is printed with an underscore behind its name.
std::string format_line(base::Timestamp now, ports::LogLevel level, std::string_view event,
                        std::initializer_list<ports::LogField> fields, LogFormat format);

// Replaces `sk_…`, `rk_…`, `whsec_…`, `Bearer …` and card-like numbers (13–19 digits that pass
// Luhn, also with single spaces or hyphens between them) by `[redacted]`.
std::string redact(std::string text);

// Lines are written whole, in order, also from several threads.
class JsonLog final : public ports::Log {
 public:
  // `clock` outlives the log.
  JsonLog(const ports::Clock& clock, ports::LogLevel least, LogFormat format);
  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;
  ~JsonLog() override;
  void set_least(ports::LogLevel least);
  void write(ports::LogLevel level, std::string_view event,
             std::initializer_list<ports::LogField> fields = {}) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cobro::observe
