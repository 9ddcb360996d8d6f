// cobro-sim: runs seeds, says how it went, and exits 1 when anything was violated.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "sim/run.h"

namespace {

using cobro::sim::draw_options;
using cobro::sim::Fault;
using cobro::sim::kFaults;
using cobro::sim::Outcome;
using cobro::sim::run_seed;
using cobro::sim::to_string;

constexpr std::string_view kUsage = R"(Usage: cobro-sim [--seed N | --seeds A..B] [OPTION…]

Runs the whole service on virtual time against a gateway, a network and a database that
fail as the seed says, and checks that money and promises were kept.

  --seed N       one seed (default 1)
  --seeds A..B   all of them
  --hours H      virtual hours with faults; 30 without follow. Without it 72, and seventy days
                 where the seed is a multiple of ten
  --seconds S    begins no seed after so many seconds of real time
  -j N           at so many threads, each with a world of its own
  --repeat       runs every seed twice and compares the traces
  --trace        prints every line of the trace
  --keep-going   does not end at the first violation

Exits 1 when something was violated; prints the seed, what it drew, and the last lines.
)";

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::optional<std::int64_t> hours;
  std::int64_t seconds = 0;
  int threads = 1;
  bool repeat = false;
  bool trace = false;
  bool keep_going = false;
};

template <class T>
T number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error(fmt::format("\"{}\" is no number", text));
  return value;
}

void read_range(std::string_view text, Arguments& into) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) throw std::runtime_error("--seeds takes A..B");
  into.first = number<std::uint64_t>(text.substr(0, dots));
  into.last = number<std::uint64_t>(text.substr(dots + 2));
}

Arguments read(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = words[i];
    const auto value = [&]() -> std::string_view {
      if (++i >= count) throw std::runtime_error(fmt::format("{} takes a value", name));
      return words[i];
    };
    if (name == "--seed")
      arguments.first = arguments.last = number<std::uint64_t>(value());
    else if (name == "--seeds")
      read_range(value(), arguments);
    else if (name == "--hours")
      arguments.hours = number<std::int64_t>(value());
    else if (name == "--seconds")
      arguments.seconds = number<std::int64_t>(value());
    else if (name == "-j")
      arguments.threads = number<int>(value());
    else if (name == "--repeat")
      arguments.repeat = true;
    else if (name == "--trace")
      arguments.trace = true;
    else if (name == "--keep-going")
      arguments.keep_going = true;
    else
      throw std::runtime_error(fmt::format("unknown argument {}, see --help", name));
  }
  return arguments;
}

void print_failure(const Outcome& outcome) {
  fmt::print("\n==== seed {} ====\n{}struck:", outcome.options.seed, describe(outcome.options));
  for (std::size_t i = 0; i < kFaults; ++i)
    if (outcome.struck[i] > 0)
      fmt::print(" {} {}", to_string(static_cast<Fault>(i)), outcome.struck[i]);
  fmt::print("\nlast lines of the trace (all of them: --seed {} --trace):\n", outcome.options.seed);
  for (const auto& line : outcome.last_lines) fmt::print("  {}\n", line.substr(0, 240));
  fmt::print("violated:\n");
  for (const auto& violation : outcome.violations) fmt::print("  {}\n", violation);
}

class Campaign {
 public:
  explicit Campaign(const Arguments& arguments)
      : arguments_(arguments), next_(arguments.first), began_(Time::now()) {}

  int run() {
    std::vector<std::jthread> others;
    for (int i = 1; i < arguments_.threads; ++i) others.emplace_back([this] { work(); });
    work();
    others.clear();
    summarize();
    return failed_ == 0 ? 0 : 1;
  }

 private:
  using Time = std::chrono::steady_clock;

  void work() {
    while (true) {
      const auto seed = next_++;
      if (seed > arguments_.last || (failed_ > 0 && !arguments_.keep_going)) return;
      if (arguments_.seconds > 0 && Time::now() - began_ > std::chrono::seconds(arguments_.seconds))
        return;
      run_one(seed);
    }
  }

  void run_one(std::uint64_t seed) {
    auto options = draw_options(seed);
    if (arguments_.hours) options.faulty = std::chrono::hours(*arguments_.hours);
    std::function<void(const std::string&)> follow;
    if (arguments_.trace) follow = [](const std::string& line) { fmt::print("{}\n", line); };
    auto outcome = run_seed(options, follow);
    if (arguments_.repeat && run_seed(options).hash != outcome.hash)
      outcome.violations.emplace_back("the same seed gave another trace");
    note(outcome);
  }

  void note(const Outcome& outcome) {
    const std::scoped_lock lock(mutex_);
    ++done_;
    payments_ += outcome.payments;
    charges_ += outcome.charges;
    refunds_ += outcome.refunds;
    hours_ += (outcome.options.faulty + outcome.options.healing) / std::chrono::hours(1);
    for (const auto& [status, count] : outcome.statuses) statuses_[status] += count;
    for (const auto& [what, count] : outcome.tally) tally_[what] += count;
    for (std::size_t i = 0; i < kFaults; ++i) struck_[i] += outcome.struck[i];
    if (arguments_.first == arguments_.last)
      fmt::print("trace {:016x} of {} lines\n", outcome.hash, outcome.lines);
    if (outcome.violations.empty()) return;
    ++failed_;
    print_failure(outcome);
    std::fflush(stdout);
  }

  void summarize() {
    const auto real = std::chrono::duration_cast<std::chrono::milliseconds>(Time::now() - began_);
    const auto ms = std::max<std::int64_t>(1, real.count());
    fmt::print("{} seeds, {} virtual hours in {}.{:03} s ({} hours per second); {} failed\n", done_,
               hours_, ms / 1000, ms % 1000, hours_ * 1000 / ms, failed_);
    fmt::print("{} payments, {} charges and {} refunds at the gateway\n", payments_, charges_,
               refunds_);
    fmt::print("answers:");
    for (const auto& [status, count] : statuses_) fmt::print(" {}×{}", count, status);
    fmt::print("\ncontents:\n");
    for (const auto& [what, count] : tally_) fmt::print("  {:>9} {}\n", count, what);
    fmt::print("faults:");
    for (std::size_t i = 0; i < kFaults; ++i)
      fmt::print(" {} {}", to_string(static_cast<Fault>(i)), struck_[i]);
    fmt::print("\n");
  }

  const Arguments arguments_;
  std::atomic<std::uint64_t> next_;
  const Time::time_point began_;
  std::mutex mutex_;
  std::int64_t done_ = 0, payments_ = 0, charges_ = 0, refunds_ = 0, hours_ = 0;
  std::map<int, std::int64_t> statuses_;
  std::map<std::string, std::int64_t> tally_;
  std::array<std::int64_t, kFaults> struck_{};
  std::atomic<int> failed_ = 0;
};

}  // namespace

int main(int count, char** words) {
  try {
    if (std::any_of(words + 1, words + count, [](std::string_view w) { return w == "--help"; })) {
      fmt::print("{}", kUsage);
      return 0;
    }
    return Campaign(read(count, words)).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "cobro-sim: {}\n", error.what());
    return 2;
  }
}
