// Put into the copy of the sources that tests/mutate builds: whether the change with this number
// is the one to make, and which changes were come by.
#pragma once

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace cobro::mutations {

inline constexpr int kMost = 4096;
inline std::array<std::atomic<bool>, kMost> reached{};

// Appends "name: numbers" to the file that COBRO_MUTANT_TRACE names, and begins again.
inline void tell(const char* name) {
  const char* path = std::getenv("COBRO_MUTANT_TRACE");
  if (path == nullptr) return;
  std::FILE* file = std::fopen(path, "a");
  if (file == nullptr) std::abort();
  std::fprintf(file, "%s:", name);
  for (int number = 0; number < kMost; ++number)
    if (reached.at(static_cast<std::size_t>(number)).exchange(false))
      std::fprintf(file, " %d", number);
  std::fprintf(file, "\n");
  std::fclose(file);
}

inline int chosen() {
  const char* number = std::getenv("COBRO_MUTANT");
  if (std::getenv("COBRO_MUTANT_TRACE") != nullptr) std::atexit([] { tell("*"); });
  return number == nullptr ? -1 : std::atoi(number);
}

}  // namespace cobro::mutations

inline bool cobro_mutant(int number) {
  static const int chosen = cobro::mutations::chosen();
  cobro::mutations::reached[static_cast<std::size_t>(number)].store(true,
                                                                    std::memory_order_relaxed);
  return number == chosen;
}
