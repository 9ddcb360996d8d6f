// Enums as they are stored: the domain's words, and those of the service's own rows. A stored
// word that no enumerator has is an error that names it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/words.h"
#include "ports/records.h"

namespace cobro::store {

// A row that this binary cannot read: a word, currency or id that it does not know.
class UnreadableRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string_view to_string(ports::RecordState value);
std::string_view to_string(ports::WebhookStatus value);
template <class E>
std::string_view to_string(E value) {
  return domain::to_string(value);
}

[[noreturn]] void fail_unreadable(std::string_view what, std::string_view text);

template <class E>
E read_word(std::string_view text, std::string_view what) {
  for (int i = 0;; ++i) {
    const auto value = static_cast<E>(i);
    const auto word = to_string(value);
    if (word == text) return value;
    if (word == "?") fail_unreadable(what, text);
  }
}

}  // namespace cobro::store
