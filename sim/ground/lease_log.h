// What was seen of the leases of instances and of the gateway calls made in their names, in the
// order in which it happened at the database and on the wire.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "ports/store.h"

namespace cobro::sim {

// One instance's lease, as the database had it: without a gap, for it is not renewed once it ended.
struct SeenLease {
  int process = 0;
  base::Timestamp from;
  base::Timestamp until;
};

// A gateway call's row, each time that it was written.
struct SeenCall {
  base::Timestamp at;
  int process = 0;  // that wrote it
  std::optional<domain::InstanceId> owner = {};
  base::Timestamp others_from;  // may take it up, whosever it is
  bool taken_up = false;        // by recovery
  bool open = true;
};

struct SeenSend {
  base::Timestamp at;
  int process = 0;
  std::string key;
};

// While a process cannot be asked to take anything up: it is not there or stopped, it asked for its
// lease in vain, the database failed its recovery, or the gateway does not say whose account it is.
struct Hindrance {
  int process = 0;
  base::Timestamp from;
  base::Timestamp until;
};

inline constexpr std::string_view kWithoutLease = "without a lease";
inline constexpr std::string_view kAccountAsked = "asks for the account";

struct LeaseLog {
  int processes = 1;
  std::map<domain::InstanceId, SeenLease> leases;
  std::map<std::string, std::vector<SeenCall>> calls;  // by gateway key
  std::vector<SeenSend> sends;
  std::vector<Hindrance> hindrances;

  void note_lease(domain::InstanceId instance, int process, base::Timestamp from,
                  base::Timestamp until);
  void note_commit(const ports::Changes& changes, int process, base::Timestamp at);
  void note_send(std::string key, int process, base::Timestamp at);
  // What hinders that process begins, unless it has; and ends.
  void begin(int process, std::string_view what, base::Timestamp at);
  void end(int process, std::string_view what, base::Timestamp at);
  // It was hindered, and is not any more.
  void note_hindrance(int process, base::Timestamp at);

 private:
  std::map<std::pair<int, std::string>, base::Timestamp> begun_;
  std::map<std::string, std::int64_t> checks_;  // of each call, by its key
};

}  // namespace cobro::sim
