#include "sim/ground/trace.h"

#include <fmt/format.h>

#include "sim/ground/chance.h"

namespace cobro::sim {
namespace {
constexpr std::size_t kKept = 60;
}

void Trace::note(std::string_view line, std::string_view detail) {
  const auto micros = clock_.steady().count();
  const auto seconds = micros / 1'000'000;
  auto text = fmt::format("{:3}:{:02}:{:02}.{:06} {}", seconds / 3600, seconds / 60 % 60,
                          seconds % 60, micros % 1'000'000, line);
  hash_ = hash_on(hash_on(hash_, text), detail);
  ++count_;
  if (reader_) reader_(text);
  lines_.push_back(std::move(text));
  if (lines_.size() > kKept) lines_.pop_front();
}

}  // namespace cobro::sim
