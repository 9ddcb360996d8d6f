// Everything that happens in a run, in order: a hash that two runs of one seed share, and
// the last lines for a person to read.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "ports/clock.h"

namespace cobro::sim {

class Trace {
 public:
  explicit Trace(const ports::Clock& clock) : clock_(clock) {}

  // `detail` is hashed (a body), not shown.
  void note(std::string_view line, std::string_view detail = {});
  // Called with every line, as it is shown.
  void follow(std::function<void(const std::string&)> reader) { reader_ = std::move(reader); }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] const std::deque<std::string>& last_lines() const { return lines_; }

 private:
  const ports::Clock& clock_;
  std::function<void(const std::string&)> reader_;
  std::deque<std::string> lines_;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::int64_t count_ = 0;
};

}  // namespace cobro::sim
