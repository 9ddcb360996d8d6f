// The life of a process that serves: until a signal, then the orderly way down.
#pragma once

#include <functional>

#include "base/task.h"
#include "net/loop.h"
#include "ports/log.h"

namespace cobro {

// SIGHUP, SIGUSR1 and SIGUSR2 do nothing from now on: before anything else, for they would end a
// process that is on its way up.
void ignore_signals();

struct SignalWork {
  std::function<base::Task<void>()> drain;  // at the first SIGTERM or SIGINT
  std::function<void()> reload;             // at each SIGHUP before it
};

// Runs the loop. The first SIGTERM or SIGINT starts `drain` and, when that has ended, this
// returns; from then on another one ends the process at once, with exit code 1, whatever the
// loop does. An exception out of `reload` or a posted function is logged, and the loop goes on.
void run_until_signal(net::Loop& loop, SignalWork work, ports::Log& log);

// True when the task has ended, false when `limit` came first; the task is destroyed then.
base::Task<bool> ended_within(base::Task<void> task, net::Loop& loop, base::Duration limit);

}  // namespace cobro
