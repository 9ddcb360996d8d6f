// The API behind a bad line: does to a request what the rule that strikes it says
// (faults.h), and otherwise what Api does.
#pragma once

#include "base/task.h"
#include "ports/clock.h"
#include "sandbox/api.h"
#include "sandbox/courier.h"

namespace cobro::sandbox {

class FaultyApi {
 public:
  FaultyApi(Account& account, Api& api, Courier& courier, ports::Clock& clock)
      : account_(account), api_(api), courier_(courier), clock_(clock) {}

  base::Task<wire::Reply> answer(wire::Request request);

 private:
  // Does the work; its webhooks may leave before its answer does.
  base::Task<wire::Reply> work(wire::Request request, base::Duration processing);
  base::Task<wire::Reply> misbehave(wire::Request request, FaultRule rule);

  Account& account_;
  Api& api_;
  Courier& courier_;
  ports::Clock& clock_;
};

}  // namespace cobro::sandbox
