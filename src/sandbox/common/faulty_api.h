// A gateway's API behind a bad line: does to a request what the rule that strikes it says
// (faults.h), and otherwise what the API does.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "ports/clock.h"
#include "sandbox/common/database.h"
#include "sandbox/common/faults.h"
#include "wire/message.h"

namespace cobro::sandbox {

// A reply with this header is not to reach its client whole: whoever carries replies does
// what it says (`close`: nothing, then the connection ends; `reset`; `silence`: nothing,
// ever; `truncate`: half of the body, then the connection ends) and drops the header.
inline constexpr std::string_view kCutHeader = "X-Sandbox-Cut";

// What lies behind the line.
class GatewayApi {
 public:
  virtual ~GatewayApi() = default;

  // A change holds its idempotency key for `processing` before it takes effect.
  virtual base::Task<wire::Reply> answer(wire::Request request, base::Duration processing) = 0;
  // "refund.create"; "" for a request that the API does not know.
  virtual std::string operation_of(const wire::Request& request) = 0;
  // The rule's error as this gateway words it to that request: of a server, unless the fault names
  // another.
  virtual wire::Reply error_of(const FaultRule& rule, const wire::Request& request) = 0;
  // "" when the request has none.
  virtual std::string idempotency_key_of(const wire::Request& request) = 0;
};

class FaultyApi {
 public:
  // `after_work` is called whenever the API has done something; `processing` is read at each
  // request.
  FaultyApi(GatewayApi& api, Faults& faults, Database& database, ports::Clock& clock,
            const base::Duration& processing, std::function<void()> after_work)
      : api_(api),
        faults_(faults),
        database_(database),
        clock_(clock),
        processing_(processing),
        after_work_(std::move(after_work)) {}

  base::Task<wire::Reply> answer(wire::Request request);

 private:
  // Does the work; its webhooks may leave before its answer does.
  base::Task<wire::Reply> work(wire::Request request, base::Duration processing);
  base::Task<wire::Reply> misbehave(wire::Request request, FaultRule rule);

  GatewayApi& api_;
  Faults& faults_;
  Database& database_;
  ports::Clock& clock_;
  const base::Duration& processing_;
  std::function<void()> after_work_;
};

}  // namespace cobro::sandbox
