#include "observe/json_log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "base/text.h"
#include "wire/json.h"

namespace cobro::observe {
namespace {

std::string_view name_of(ports::LogLevel level) {
  switch (level) {
    case ports::LogLevel::debug:
      return "debug";
    case ports::LogLevel::info:
      return "info";
    case ports::LogLevel::warning:
      return "warning";
    case ports::LogLevel::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum spdlog_level(ports::LogLevel level) {
  switch (level) {
    case ports::LogLevel::debug:
      return spdlog::level::debug;
    case ports::LogLevel::info:
      return spdlog::level::info;
    case ports::LogLevel::warning:
      return spdlog::level::warn;
    case ports::LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string plain(const ports::LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  return std::get<bool>(field.value) ? "true" : "false";
}

// Redacted text; bytes that are no UTF-8 would make the line unreadable to whatever collects it.
void append_string(std::string_view text, std::string& out) {
  const auto safe = redact(std::string(text));
  if (base::is_utf8(safe)) return wire::append_json_string(safe, out);
  std::string ascii;
  for (const char c : safe) ascii += static_cast<unsigned char>(c) < 0x80 ? c : '?';
  wire::append_json_string(ascii, out);
}

std::string json_line(base::Timestamp now, ports::LogLevel level, std::string_view event,
                      std::initializer_list<ports::LogField> fields) {
  std::string out = "{\"ts\":\"" + base::to_iso8601(now) + "\",\"level\":\"";
  out.append(name_of(level)).append("\",\"msg\":");
  append_string(event, out);
  for (const auto& field : fields) {
    const bool taken = field.name == "ts" || field.name == "level" || field.name == "msg";
    out += ',';
    append_string(std::string(field.name) + (taken ? "_" : ""), out);
    out += ':';
    if (const auto* text = std::get_if<std::string_view>(&field.value))
      append_string(*text, out);
    else
      out += plain(field);
  }
  return out + "}";
}

// A value with spaces or line ends is quoted, so that one event stays one line.
std::string text_line(base::Timestamp now, ports::LogLevel level, std::string_view event,
                      std::initializer_list<ports::LogField> fields) {
  std::string out = base::to_iso8601(now) + " " + base::to_upper(name_of(level)) + " ";
  out.append(redact(std::string(event)));
  for (const auto& field : fields) {
    out.append("  ").append(field.name).append("=");
    const auto value = plain(field);
    const bool simple = value.find_first_of(" \t\r\n\"\\\x1b") == std::string::npos;
    if (simple && !value.empty())
      out += value;
    else
      append_string(value, out);
  }
  return out;
}

}  // namespace

std::optional<ports::LogLevel> parse_log_level(std::string_view text) {
  const auto lower = base::to_lower(text);
  for (const auto level : {ports::LogLevel::debug, ports::LogLevel::info, ports::LogLevel::warning,
                           ports::LogLevel::error})
    if (lower == name_of(level)) return level;
  if (lower == "warn") return ports::LogLevel::warning;
  return std::nullopt;
}

LogFormat format_for_stderr() {
  return isatty(STDERR_FILENO) != 0 ? LogFormat::text : LogFormat::json;
}

std::string format_line(base::Timestamp now, ports::LogLevel level, std::string_view event,
                        std::initializer_list<ports::LogField> fields, LogFormat format) {
  return format == LogFormat::json ? json_line(now, level, event, fields)
                                   : text_line(now, level, event, fields);
}

struct JsonLog::Impl {
  Impl(const ports::Clock& clock_in, ports::LogLevel least, LogFormat format_in)
      : logger("cobro", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
        clock(clock_in),
        format(format_in) {
    logger.set_level(spdlog_level(least));
    logger.set_pattern("%v");
  }
  spdlog::logger logger;
  const ports::Clock& clock;
  LogFormat format;
};

JsonLog::JsonLog(const ports::Clock& clock, ports::LogLevel least, LogFormat format)
    : impl_(std::make_unique<Impl>(clock, least, format)) {}
JsonLog::~JsonLog() = default;

void JsonLog::set_least(ports::LogLevel least) {
  impl_->logger.set_level(spdlog_level(least));
}

void JsonLog::write(ports::LogLevel level, std::string_view event,
                    std::initializer_list<ports::LogField> fields) {
  auto& logger = impl_->logger;
  if (!logger.should_log(spdlog_level(level))) return;
  logger.log(spdlog_level(level),
             format_line(impl_->clock.now(), level, event, fields, impl_->format));
}

}  // namespace cobro::observe
