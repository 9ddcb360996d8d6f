// A value that must never reach a log, an error or an event. It has no formatter and
// no stream operator; `reveal` is the one way to the text, and easy to search for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace cobro::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace cobro::base
