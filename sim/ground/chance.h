// What a run draws: one stream of chance per purpose, so that drawing more of one thing
// leaves the others as they were.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/ground/seeded_random.h"

namespace cobro::sim {

// A 64-bit FNV-1a hash, continued from `hash`.
constexpr std::uint64_t kHashSeed = 0xcbf29ce484222325ULL;
constexpr std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

class Chance {
 public:
  Chance(std::uint64_t seed, std::string_view purpose)
      : random_(hash_on(kHashSeed ^ (seed * 0x9e3779b97f4a7c15ULL), purpose)) {}

  // True so many times in a thousand.
  bool roll(int per_mille) { return static_cast<int>(random_.next() % 1000) < per_mille; }
  // Evenly in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(high - low + 1));
  }
  // In [low, high], every order of magnitude alike.
  std::int64_t magnitude(std::int64_t low, std::int64_t high) {
    int doublings = 0;
    while (low << (doublings + 1) <= high) ++doublings;
    const std::int64_t floor = low << between(0, doublings);
    return between(floor, floor * 2 < high ? floor * 2 : high);
  }
  base::Duration span(base::Duration low, base::Duration high) {
    return base::Duration{magnitude(low.count(), high.count())};
  }
  base::Duration evenly(base::Duration low, base::Duration high) {
    return base::Duration{between(low.count(), high.count())};
  }
  template <class T>
  const T& pick(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(all.size()) - 1))];
  }

 private:
  SeededRandom random_;
};

}  // namespace cobro::sim
