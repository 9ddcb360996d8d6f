#include "domain/event.h"

#include "base/json_text.h"

namespace cobro::domain {

void EventPayload::name(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  base::append_json_string(name, text_);
  text_ += ':';
}

EventPayload& EventPayload::add(std::string_view key, std::string_view text) {
  name(key);
  base::append_json_string(text, text_);
  return *this;
}

EventPayload& EventPayload::add_or_null(std::string_view key,
                                        const std::optional<std::string>& text) {
  if (text) return add(key, *text);
  name(key);
  text_ += "null";
  return *this;
}

EventPayload& EventPayload::add(std::string_view key, const Money& amount) {
  name(key);
  text_ += amount.to_decimal();
  return *this;
}

EventPayload& EventPayload::add(std::string_view key, base::Timestamp instant) {
  return add(key, base::to_iso8601(instant));
}

}  // namespace cobro::domain
