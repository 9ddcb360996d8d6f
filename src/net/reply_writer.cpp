#include "net/reply_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.h"
#include "wire/reason_phrase.h"

namespace cobro::net {
namespace {

bool is_ours(std::string_view name) {
  for (const auto reserved : {"content-length", "connection", "transfer-encoding", "date"})
    if (base::equals_ignoring_case(name, reserved)) return true;
  return false;
}

bool is_legal(const wire::Header& field) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !field.name.empty() && std::ranges::none_of(field.name, control) &&
         field.name.find_first_of(" :") == std::string::npos &&
         std::ranges::none_of(field.value, control);
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_reply(const wire::Reply& reply, const ReplyFraming& framing, std::string& out) {
  const bool bodiless = reply.status == 204 || reply.status == 304;
  out.reserve(out.size() + 512 + reply.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
  out.append(wire::reason_phrase(reply.status)).append("\r\n");
  append_field("Date", framing.date, out);
  for (const auto& field : reply.headers)
    if (!is_ours(field.name) && is_legal(field)) append_field(field.name, field.value, out);
  if (!bodiless) append_field("Content-Length", std::to_string(reply.body.size()), out);
  if (framing.close)
    append_field("Connection", "close", out);
  else if (framing.http_1_0)
    append_field("Connection", "keep-alive", out);
  out.append("\r\n");
  if (!bodiless && !framing.head_only) out.append(reply.body);
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text;
}

}  // namespace cobro::net
