#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using base::Timestamp;

// Who took a call up may be at it for this long, and does not take it up again meanwhile.
constexpr base::Duration kLongestWork = std::chrono::minutes(3);
// Its request to a silent gateway may last that long after a webhook has ended the call.
constexpr base::Duration kLongestRequest = std::chrono::seconds(26);

std::string seconds(Timestamp at) {
  return fmt::format("{:.3f}", static_cast<double>(at.micros) / 1e6);
}

// When the lease of whoever has the call is over; nothing when it has no lease.
std::optional<Timestamp> over_at(const LeaseLog& log, const SeenCall& call) {
  if (!call.owner) return std::nullopt;
  const auto lease = log.leases.find(*call.owner);
  if (lease == log.leases.end()) return std::nullopt;
  return lease->second.until;
}

// So many calls an instance works on at once; a gateway that does not answer may hold them all.
constexpr int kAtOnce = 16;

// ---- nobody is disturbed ------------------------------------------------------------------

void check_taking(const LeaseLog& log, const std::string& key, const SeenCall& before,
                  const SeenCall& now, Findings& findings) {
  if (!now.taken_up || now.at >= before.others_from) return;
  const auto over = over_at(log, before);
  if (over && now.at >= *over) return;
  findings.push_back(
      fmt::format("{} was taken up by process {} at {}, while the lease of process {} lasted, "
                  "which had it from "
                  "{}, and others from {}",
                  key, now.process, seconds(now.at), before.process, seconds(before.at),
                  seconds(before.others_from)));
}

// The instance that the process was at that time; nothing when it had no lease yet.
std::optional<domain::InstanceId> instance_of(const LeaseLog& log, int process, Timestamp at) {
  std::optional<domain::InstanceId> last;
  Timestamp began;
  for (const auto& [instance, lease] : log.leases) {
    if (lease.process != process || lease.from > at || (last && lease.from < began)) continue;
    last = instance;
    began = lease.from;
  }
  return last;
}

// Whether the process stood still right up to that time: between its last look at its lease and the
// wire, where nothing can stop it. The gateway's key does.
bool stood_still_until(const LeaseLog& log, int process, Timestamp at) {
  return std::ranges::any_of(log.hindrances, [&](const auto& one) {
    return one.process == process && one.from < one.until && one.until == at;
  });
}

void check_send(const LeaseLog& log, const SeenSend& send, Findings& findings) {
  const auto rows = log.calls.find(send.key);
  const SeenCall* row = nullptr;
  if (rows != log.calls.end())
    for (const auto& seen : rows->second)
      if (seen.at <= send.at) row = &seen;
  const auto say = [&](std::string_view what) {
    findings.push_back(fmt::format("{} was sent by process {} at {}, {}", send.key, send.process,
                                   seconds(send.at), what));
  };
  if (row == nullptr) return say("before it was committed");
  // Whoever ended it a moment ago is not in its way: the key is the same.
  if (!row->open || !row->owner) return;
  if (stood_still_until(log, send.process, send.at)) return;
  const auto over = over_at(log, *row);
  if (row->owner != instance_of(log, send.process, send.at))
    return say("though it was another instance's");
  if (over && send.at >= *over) say("after its lease was over");
}

// ---- nothing is left ----------------------------------------------------------------------

struct Span {
  Timestamp from;
  Timestamp until;
};

// When all the places of its recovery may be taken.
void add_crowds(const LeaseLog& log, int process, std::vector<Span>& all) {
  std::vector<std::pair<Timestamp, int>> steps;
  for (const auto& [key, rows] : log.calls)
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].taken_up || rows[i].process != process) continue;
      const auto end = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(i), rows.end(),
                                    [](const auto& row) { return !row.open; });
      const auto longest = rows[i].at + kLongestWork;
      steps.emplace_back(rows[i].at, 1);
      const auto ended = end == rows.end() ? longest : end->at + kLongestRequest;
      steps.emplace_back(std::min(ended, longest), -1);
    }
  std::ranges::sort(steps);
  int working = 0;
  for (const auto& [at, step] : steps) {
    const int before = std::exchange(working, working + step);
    if (before < kAtOnce && working >= kAtOnce) all.push_back({at, at});
    if (before >= kAtOnce) all.back().until = at;
  }
}

// The hindrances of one process, in the order in which they begin.
std::vector<Span> hindrances_of(const LeaseLog& log, int process) {
  std::vector<Span> all;
  for (const auto& one : log.hindrances)
    if (one.process == process) all.push_back({one.from, one.until});
  add_crowds(log, process, all);
  std::ranges::sort(all, {}, &Span::from);
  return all;
}

// The first stretch of `open` for which nothing hindered the process for as long as that.
std::optional<Span> free_for(base::Duration enough, Span open, const std::vector<Span>& hindered) {
  auto from = open.from;
  for (const auto& one : hindered) {
    if (one.from >= open.until) break;
    if (one.from - from > enough) return Span{from, one.from};
    from = std::max(from, one.until);
  }
  if (from < open.until && open.until - from > enough) return Span{from, open.until};
  return std::nullopt;
}

class Leaving {
 public:
  explicit Leaving(const Evidence& evidence) : evidence_(evidence), log_(evidence.leases) {
    for (int process = 1; process <= log_.processes; ++process)
      hindered_.push_back(hindrances_of(log_, process));
  }

  void check(const std::string& key, const std::vector<SeenCall>& rows, Findings& findings) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool is_new = i == 0 || rows[i].taken_up;
      const auto over = over_at(log_, rows[i]);
      if (!is_new || !rows[i].open || !over) continue;
      const auto next = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end(),
                                     [](const auto& row) { return row.taken_up || !row.open; });
      const Span left{std::max(*over, rows[i].at), next == rows.end() ? evidence_.now : next->at};
      for (int process = 1; left.from < left.until && process <= log_.processes; ++process)
        check_process(key, {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(i) + 1}, left,
                      process, findings);
    }
  }

 private:
  // `rows`: up to the one that was left. Whoever took the call up before may still be at it, though
  // another one has taken it over meanwhile.
  void check_process(const std::string& key, std::span<const SeenCall> rows, Span left, int process,
                     Findings& findings) const {
    for (const auto& row : rows)
      if (row.taken_up && row.process == process)
        left.from = std::max(left.from, row.at + kLongestWork);
    const auto& row = rows.back();
    const auto free =
        free_for(evidence_.taken_up_within, left, hindered_[static_cast<std::size_t>(process - 1)]);
    if (free)
      findings.push_back(
          fmt::format("{} was left by process {} at {}, and process {} did not take it up, with "
                      "nothing in its way from {} to {}",
                      key, row.process, seconds(*over_at(log_, row)), process, seconds(free->from),
                      seconds(free->until)));
  }

  const Evidence& evidence_;
  const LeaseLog& log_;
  std::vector<std::vector<Span>> hindered_;
};

}  // namespace

Findings check_leases(const Evidence& evidence) {
  Findings findings;
  const auto& log = evidence.leases;
  const Leaving leaving(evidence);
  for (const auto& [key, rows] : log.calls) {
    for (std::size_t i = 1; i < rows.size(); ++i)
      check_taking(log, key, rows[i - 1], rows[i], findings);
    leaving.check(key, rows, findings);
  }
  for (const auto& send : log.sends) check_send(log, send, findings);
  return findings;
}

}  // namespace cobro::sim
