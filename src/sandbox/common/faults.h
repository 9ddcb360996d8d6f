// Misbehaviour on demand: rules that say which requests or webhooks meet which accident,
// and when. They live in memory: a restarted sandbox behaves.
//
//   request ──[request_*, slow, error_before, refused, rate_limited, …]────▶ the work
//   answer  ◀──[answer_*, error_after, error_kept]────────────────────────── the work
//   the work ◀─[insufficient_balance]
//   webhook ◀──[webhook_*]────────────────────────────────────────────────── an event
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ports/random.h"
#include "sandbox/common/params.h"
#include "wire/message.h"

namespace cobro::sandbox {

enum class Fault {
  request_lost,          // the connection closes; nothing was done
  request_unanswered,    // no answer ever; nothing was done
  request_reset,         // the connection is reset; nothing was done
  request_late,          // on its way for `delay`, then as usual
  slow,                  // takes `delay` to work; the key is in use meanwhile
  error_before,          // 5xx; nothing was done
  refused,               // the error that the rule words; nothing was done
  rate_limited,          // 429; nothing was done
  lock_timeout,          // 429 lock_timeout; nothing was done
  answer_lost,           // done; the connection closes
  answer_unanswered,     // done; no answer ever
  answer_reset,          // done; the connection is reset
  answer_truncated,      // done; half of the body arrives
  answer_late,           // done; the answer takes `delay`
  error_after,           // done; 5xx, though the key replays the true answer
  error_kept,            // done; 5xx, and the key replays that
  insufficient_balance,  // of the gateway's account: what gives money back is refused
  webhook_duplicated,    // sent twice
  webhook_late,          // sent after `delay`
  webhook_reordered,     // sent after a random part of `delay`
  webhook_withheld,      // not sent until it is released
};

bool is_webhook_fault(Fault fault);
// Met by an operation while it works.
bool is_work_fault(Fault fault);

// The members of an error as the gateway's clients see them; "" is a member that it leaves out, or,
// of `type` and `message`, one that the gateway's room words itself.
struct ErrorWords {
  std::string type;
  std::string code;
  std::string decline_code;
  std::string param;
  std::string message;
};

struct FaultRule {
  std::string id;
  Fault fault = Fault::request_lost;
  // What it strikes; "" is anything. `path` is a prefix, `event` a type or "charge.*".
  std::string method;
  std::string path;
  std::string operation;  // "payment_intent.confirm", "refund.create"
  std::string event;
  // When: the first `skip` matches pass, then `percent` of them are struck, until `times`
  // were.
  std::int64_t skip = 0;
  std::int64_t percent = 100;
  std::optional<std::int64_t> times;
  base::Duration delay{0};
  int status = 500;
  ErrorWords error;                  // of `refused`
  std::optional<bool> should_retry;  // Stripe-Should-Retry of an error; else none is sent
  std::int64_t seen = 0;             // matches so far
  std::int64_t struck = 0;
};

class Faults {
 public:
  explicit Faults(ports::Random& random) : random_(random) {}

  // The rule that strikes now, as it stands; the first that matches and is not spent.
  std::optional<FaultRule> strike_request(std::string_view method, std::string_view path,
                                          std::string_view operation);
  std::optional<FaultRule> strike_webhook(std::string_view event_type);
  // Of the faults that an operation meets while it works, not on its way.
  bool strike_work(Fault fault);
  [[nodiscard]] bool empty() const { return rules_.empty(); }

  // Reads and keeps a rule; mistakes go to `params`, and nothing is kept then.
  std::optional<FaultRule> add(Params& params);
  // As the flag writes it: `answer_lost,path=/v1/refunds,times=1`. Throws
  // std::runtime_error, naming the mistake.
  void add(std::string_view text);
  [[nodiscard]] const std::vector<FaultRule>& all() const { return rules_; }
  void clear() { rules_.clear(); }
  bool remove(std::string_view id);

 private:
  bool strikes(FaultRule& rule);

  ports::Random& random_;
  std::vector<FaultRule> rules_;
  int last_id_ = 0;
};

wire::Json to_json(const FaultRule& rule);
// What is wrong with a rule as the flag writes it; "" when nothing is.
std::string mistake_in_fault(std::string_view text);

}  // namespace cobro::sandbox
