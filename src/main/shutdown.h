// The life of a process that serves: until a signal, then the orderly way down.
#pragma once

#include <functional>

#include "base/task.h"
#include "net/loop.h"
#include "ports/log.h"

namespace cobro {

// Runs the loop. The first SIGTERM or SIGINT starts `drain` and, when that has ended, this
// returns; a second one ends the process at once, with exit code 1. An exception out of a
// posted function is logged, and the loop goes on.
void run_until_signal(net::Loop& loop, std::function<base::Task<void>()> drain, ports::Log& log);

// True when the task has ended, false when `limit` came first; the task is destroyed then.
base::Task<bool> ended_within(base::Task<void> task, net::Loop& loop, base::Duration limit);

}  // namespace cobro
