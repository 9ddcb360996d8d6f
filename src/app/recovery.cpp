#include "app/recovery.h"

#include <fmt/format.h>

#include "app/closing.h"
#include "app/inquiry.h"
#include "app/ledger_books.h"
#include "base/work_queue.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Attempt;
using domain::AttemptStatus;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr std::size_t kAtOnce = 16;  // each may wait for its gateway's whole time-out

constexpr base::Duration kPatience = std::chrono::hours(24);

// When to look again after this many looks: 5 min, 1 h, then hourly; daily once a person was
// asked.
base::Duration pause_after(const Attempt& attempt) {
  if (attempt.in_review) return std::chrono::hours(24);
  if (attempt.checks <= 1) return std::chrono::minutes(5);
  return std::chrono::hours(1);
}

// A day without evidence.
bool needs_a_person(const Attempt& attempt, base::Timestamp now) {
  return !attempt.in_review && now >= attempt.first_sent_at + kPatience;
}

bool inside_window(const Context& context, const Attempt& attempt, base::Timestamp now) {
  const auto* gateway = context.gateways.find(attempt.gateway);
  return gateway != nullptr && now + context.settings.gateway_timeout <
                                   attempt.first_sent_at + gateway->capabilities().key_window;
}

// Takes the attempt for this look: whoever commits this first has it, for one deadline.
base::Task<std::optional<Attempt>> claim(Context& context, const Attempt& due, bool will_send) {
  std::optional<Attempt> claimed;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    claimed.reset();
    const auto& row = loaded.attempt;
    if (!row || row->status != AttemptStatus::open || row->version != due.version) return changes;
    auto attempt = *row;
    attempt.unknown = true;
    attempt.every_send_not_executed = false;
    attempt.checks += 1;
    if (needs_a_person(attempt, moment.now)) {
      auto books = open_books(loaded, moment);
      books.ask_a_person(attempt, fmt::format("the gateway did not tell the outcome of this {} "
                                              "(key {})",
                                              word(attempt.operation), attempt.gateway_key));
      collect(books, changes);
      attempt.in_review = true;
    }
    attempt.next_check_at = moment.now + pause_after(attempt);
    if (will_send) {
      attempt.sends += 1;
      attempt.deadline = moment.now + context.settings.gateway_timeout;
    }
    changes.update_attempts.push_back(attempt);
    attempt.version += 1;
    claimed = std::move(attempt);
    return changes;
  };
  ports::Reads reads{.root = due.id, .record_key = {}, .webhook = {}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::nullopt;
  co_return claimed;
}

// After the window, when the gateway has answered and shows no trace of the operation.
base::Task<void> give_up(Context& context, const Attempt& attempt) {
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    if (loaded.attempt->status != AttemptStatus::open || loaded.payment->conflicted) return changes;
    auto books = open_books(loaded, std::move(moment));
    auto row = *loaded.attempt;
    end_attempt(books, row, AttemptStatus::not_executed, std::nullopt, changes);
    follow_closing(loaded, books);
    collect(books, changes);
    return changes;
  };
  ports::Reads reads{.root = attempt.id, .record_key = {}, .webhook = {}, .transaction_numbers = 1};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "an attempt could not be closed",
                      {{"attempt", attempt.gateway_key}});
}

base::Task<void> look(Context& context, const Attempt& attempt) {
  const bool refund = attempt.operation == domain::Operation::refund;
  auto asked = refund ? co_await inquire_refunds(context, attempt.payment_id)
                      : co_await inquire(context, attempt.payment_id);
  if (!asked || *asked == Inquiry::no_answer) co_return;
  // A refund without room is somebody else's: this attempt's has its room, and is not there.
  if (*asked == Inquiry::no_room && !refund) co_return;
  co_await give_up(context, attempt);
}

base::Task<void> recover_one(Context& context, Attempt due) {
  const bool resend = inside_window(context, due, context.clock.now());
  auto attempt = co_await claim(context, due, resend);
  if (!attempt) co_return;
  if (!resend) co_return co_await look(context, *attempt);
  const WordAccepted unworded = [](const Settled&) { return StoredReply{}; };
  auto settled = co_await perform(context, nullptr, std::move(*attempt), unworded);
  if (!settled)
    context.log.write(ports::LogLevel::warning, "an attempt is still unknown",
                      {{"attempt", due.gateway_key}});
}

base::Task<void> recover_logged(Context& context, Attempt due) {
  const auto key = due.gateway_key;
  std::string failure;
  try {
    co_return co_await recover_one(context, std::move(due));
  } catch (const std::exception& error) {
    failure = error.what();  // one attempt must not hold up the others
  }
  context.log.write(ports::LogLevel::error, "an attempt could not be recovered",
                    {{"attempt", key}, {"reason", failure}});
}

}  // namespace

base::Task<std::int64_t> recover(Context& context) {
  auto due = co_await context.store.due_attempts(context.clock.now(), kRecoveryBatch);
  const auto count = static_cast<std::int64_t>(due.size());
  co_await base::for_each_at_most<Attempt>(
      kAtOnce, std::move(due),
      [&context](const Attempt& attempt) { return recover_logged(context, attempt); },
      [](const Attempt&, const std::exception_ptr&) {});
  co_return count;
}

}  // namespace cobro::app
