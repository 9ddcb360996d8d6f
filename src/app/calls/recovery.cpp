#include "app/calls/recovery.h"

#include <fmt/format.h>

#include "app/calls/driver.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::size_t kAtOnce = 16;  // each may wait for its gateway's whole time-out
constexpr std::int64_t kBatch = 64;
constexpr base::Duration kPatience = std::chrono::hours(24);
// While the gateway may still work on what a dead instance sent.
constexpr base::Duration kFirstPause = std::chrono::seconds(1);
constexpr base::Duration kLongestPause = std::chrono::seconds(8);

// When to look again after this many looks: 5 min, 1 h, then hourly; daily once a person was
// asked.
base::Duration pause_after(const GatewayCall& call) {
  if (call.in_review) return std::chrono::hours(24);
  if (call.checks <= 1) return std::chrono::minutes(5);
  return std::chrono::hours(1);
}

// A day without evidence.
bool needs_a_person(const GatewayCall& call, base::Timestamp now) {
  return !call.in_review && now >= call.first_sent_at + kPatience;
}

bool inside_window(const Context& context, const GatewayCall& call, base::Timestamp now) {
  const auto* gateway = context.gateways.find(call.gateway);
  return gateway != nullptr && now + context.settings.gateway_timeout <
                                   call.first_sent_at + gateway->capabilities().key_window;
}

std::string unknown_detail(const GatewayCall& call) {
  return fmt::format("the gateway did not tell the outcome of this {} (key {})",
                     to_string(call.operation), call.gateway_key);
}

struct Claimed {
  GatewayCall call;
  bool may_send = false;
};

// Takes the call for this look: whoever commits this first has it, for one deadline. A take-over
// counts as a send that may have been executed.
base::Task<std::optional<Claimed>> claim(Context& context, const GatewayCall& due,
                                         bool is_inside_window) {
  std::optional<Claimed> claimed;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    claimed.reset();
    const auto& row = loaded.call;
    if (!row || row->status != CallStatus::open || row->version != due.version) return changes;
    auto call = *row;
    const bool may_send = is_inside_window && context.handlers->of(call).may_send(loaded);
    const auto now = moment.now;
    call.instance_id = context.lease->instance();
    call.unknown = true;
    call.every_send_not_executed = false;
    call.checks += 1;
    if (needs_a_person(call, now)) {
      context.handlers->of(call).ask_a_person(loaded, moment, call, unknown_detail(call), changes);
      call.in_review = true;
    }
    call.next_check_at = now + pause_after(call);
    if (may_send) {
      call.sends += 1;
      call.deadline = now + context.time_for_gateway(now);
    }
    changes.update(call);
    call.version += 1;
    claimed = {std::move(call), may_send};
    return changes;
  };
  auto committed = co_await commit(context, {.parts = {}, .call = ports::ref_of(due)}, decide);
  if (!committed) co_return std::nullopt;
  co_return claimed;
}

base::Task<bool> is_open(Context& context, const GatewayCall& call) {
  const auto loaded = co_await context.store.load({.parts = {}, .call = ports::ref_of(call)});
  co_return loaded.call&& loaded.call->status == CallStatus::open;
}

// After the window, when the gateway has answered and shows no trace of the operation.
base::Task<void> give_up(Context& context, GatewayCall call) {
  (void)co_await complete_as(
      context, std::move(call),
      {.kind = ports::AnswerKind::not_executed, .message = "the gateway shows no trace of it"});
}

// Again after 1, 2, 4, 8 seconds, until the deadline of the send before is over: it may be under
// way there, so that its key is in use. True: the outcome is known.
base::Task<bool> send_again(Context& context, GatewayCall call, base::Timestamp old_deadline) {
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    auto known = co_await perform(context, nullptr, call, &unworded);
    if (known) co_return true;
    if (context.clock.now() + pause >= old_deadline) break;
    co_await context.clock.sleep(pause);
    if (!co_await is_open(context, call)) co_return true;  // an event told
  }
  context.log.write(ports::LogLevel::warning, "a gateway call is still unknown",
                    {{"call", call.gateway_key}});
  co_return false;
}

base::Task<void> recover_one(Context& context, GatewayCall due) {
  const bool is_inside = inside_window(context, due, context.clock.now());
  auto claimed = co_await claim(context, due, is_inside);
  if (!claimed) co_return;
  auto& call = claimed->call;
  if (claimed->may_send && co_await send_again(context, call, due.deadline)) co_return;
  const auto sighting = co_await context.handlers->of(call).query(context, call);
  if (is_inside || sighting == Sighting::no_answer) co_return;
  // A refund that does not fit is somebody else's: this call holds its amount, and is not there.
  const bool refund = call.operation == domain::Operation::refund;
  if (sighting == Sighting::beyond_total && !refund) co_return;
  if (co_await is_open(context, call)) co_await give_up(context, std::move(call));
}

}  // namespace

base::Task<void> recover_call(Context& context, GatewayCall due) {
  const auto key = due.gateway_key;
  std::string failure;
  try {
    co_return co_await recover_one(context, std::move(due));
  } catch (const std::exception& error) {
    failure = error.what();  // one call must not hold up the others
  }
  context.log.write(ports::LogLevel::error, "a gateway call could not be recovered",
                    {{"call", key}, {"reason", failure}});
}

Recovery::Recovery(Context& context, std::function<void()> more_due)
    : context_(context),
      more_due_(std::move(more_due)),
      queue_(
          kAtOnce, [this](const GatewayCall& call) { return work_on(call); },
          [this](const GatewayCall& call, const std::exception_ptr&) { release(call.id); }) {}

base::Task<void> Recovery::work_on(GatewayCall call) {
  const auto id = call.id;
  co_await recover_call(context_, std::move(call));
  release(id);
}

void Recovery::release(domain::CallId call) {
  held_.erase(call);
  if (stopped_ || queue_.waiting() > 0 || !std::exchange(full_, false)) return;
  more_due_();
}

base::Task<void> Recovery::poll() {
  if (stopped_ || context_.lease->is_lost(context_.clock.steady())) co_return;
  auto due = co_await context_.store.due_calls(context_.clock.now(), kBatch);
  full_ = static_cast<std::int64_t>(due.size()) == kBatch;
  for (auto& call : due)
    if (!stopped_ && held_.insert(call.id).second) queue_.add(std::move(call));
}

void Recovery::stop() {
  stopped_ = true;
  queue_.drop_waiting();
}

base::Task<void> recover(Context& context) {
  Recovery recovery(context, [] {});
  co_await recovery.poll();
  co_await base::await_callback<bool>(
      [&recovery](base::Completion<bool> idle) { recovery.when_idle([idle] { idle(true); }); });
}

}  // namespace cobro::app
