// Where work runs: on a thread of its own that takes all waiting jobs at once (the writer), or
// one by one (readers); or right here, for the simulator and quick tests.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/post.h"
#include "store/sqlite/work.h"

namespace cobro::store {

class Lane {
 public:
  virtual ~Lane() = default;
  // On the service thread; the job's completion is called there too.
  virtual void submit(Job job) = 0;
};

enum class LaneKind { writing, reading };

// `sessions` connections, a thread each. Destroying it finishes what runs and drops the rest.
std::unique_ptr<Lane> thread_lane(LaneKind kind, std::vector<std::unique_ptr<Session>> sessions,
                                  base::Post post);
// At once, on the caller's thread; with `post`, completed later through it.
std::unique_ptr<Lane> inline_lane(LaneKind kind, std::shared_ptr<Session> session, base::Post post);

}  // namespace cobro::store
