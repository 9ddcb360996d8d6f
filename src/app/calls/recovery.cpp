#include "app/calls/recovery.h"

#include <fmt/format.h>

#include "app/calls/driver.h"
#include "base/work_queue.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::size_t kAtOnce = 16;  // each may wait for its gateway's whole time-out
constexpr base::Duration kPatience = std::chrono::hours(24);

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
                     word(call.operation), call.gateway_key);
}

// Takes the call for this look: whoever commits this first has it, for one deadline. A take-over
// counts as a send that may have been executed.
base::Task<std::optional<GatewayCall>> claim(Context& context, const GatewayCall& due,
                                             bool will_send) {
  std::optional<GatewayCall> claimed;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    claimed.reset();
    const auto& row = loaded.call;
    if (!row || row->status != CallStatus::open || row->version != due.version) return changes;
    auto call = *row;
    const auto now = moment.now;
    call.unknown = true;
    call.every_send_not_executed = false;
    call.checks += 1;
    if (needs_a_person(call, now)) {
      context.handlers->of(call).ask_a_person(loaded, moment, call, unknown_detail(call), changes);
      call.in_review = true;
    }
    call.next_check_at = now + pause_after(call);
    if (will_send) {
      call.sends += 1;
      call.deadline = now + context.settings.gateway_timeout;
    }
    changes.update_calls.push_back(call);
    call.version += 1;
    claimed = std::move(call);
    return changes;
  };
  auto committed = co_await commit(context, {.call = ports::ref_of(due)}, decide);
  if (!committed) co_return std::nullopt;
  co_return claimed;
}

base::Task<bool> is_open(Context& context, const GatewayCall& call) {
  const auto loaded = co_await context.store.load({.call = ports::ref_of(call)});
  co_return loaded.call&& loaded.call->status == CallStatus::open;
}

// After the window, when the gateway has answered and shows no trace of the operation.
base::Task<void> give_up(Context& context, GatewayCall call) {
  (void)co_await complete_as(
      context, std::move(call),
      {.kind = ports::AnswerKind::not_executed, .message = "the gateway shows no trace of it"});
}

base::Task<void> recover_one(Context& context, GatewayCall due) {
  const bool resend = inside_window(context, due, context.clock.now());
  auto call = co_await claim(context, due, resend);
  if (!call) co_return;
  if (resend) {
    auto known = co_await perform(context, nullptr, *call, &unworded);
    if (known) co_return;
    context.log.write(ports::LogLevel::warning, "a gateway call is still unknown",
                      {{"call", due.gateway_key}});
  }
  const auto sighting = co_await context.handlers->of(*call).query(context, *call);
  if (resend || sighting == Sighting::no_answer) co_return;
  // A refund without room is somebody else's: this call's has its room, and is not there.
  const bool refund = call->operation == domain::Operation::refund;
  if (sighting == Sighting::no_room && !refund) co_return;
  if (co_await is_open(context, *call)) co_await give_up(context, std::move(*call));
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

base::Task<std::int64_t> recover(Context& context) {
  auto due = co_await context.store.due_calls(context.clock.now(), kRecoveryBatch);
  const auto count = static_cast<std::int64_t>(due.size());
  co_await base::for_each_at_most<GatewayCall>(
      kAtOnce, std::move(due),
      [&context](const GatewayCall& call) { return recover_call(context, call); },
      [](const GatewayCall&, const std::exception_ptr&) {});
  co_return count;
}

}  // namespace cobro::app
