#include "app/pipeline/pipeline.h"

#include <optional>
#include <utility>

#include "app/pipeline/invariants.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Changes;
using ports::Loaded;
using ports::WriteFailure;

constexpr int kMaxTries = 24;
constexpr int kCeilingTries = 3;  // a stale row may trip a ceiling before its version
constexpr base::Duration kFirstPause = std::chrono::milliseconds(2);
constexpr base::Duration kLongestPause = std::chrono::milliseconds(100);

Refusal unavailable() {
  return {.code = RefusalCode::unavailable,
          .message = "The service cannot write at the moment; try again shortly.",
          .retry_after_s = 1};
}

Refusal ceiling_refusal(const std::string& constraint) {
  if (constraint == "refund_ceiling" || constraint == "overpayment_ceiling")
    return {.code = RefusalCode::refund_exceeds_remaining,
            .message = "The refund is more than what is left of the captured amount."};
  if (constraint == "live_ceiling")
    return {.code = RefusalCode::order_amount_taken,
            .message = "Other payments of this order already hold that amount."};
  if (constraint == "capture_ceiling")
    return {.code = RefusalCode::amount_exceeds_authorized,
            .message = "The amount is more than the authorized amount."};
  throw base::Bug("the database refused a write: " + constraint);
}

// One row that only this write inserts: enough to find out whether it was committed.
Changes probe_of(const Changes& changes) {
  Changes probe;
  if (!changes.inserted<domain::Event>().empty()) {
    probe.insert(changes.inserted<domain::Event>().front());
  } else if (!changes.inserted<domain::GatewayCall>().empty()) {
    probe.insert(changes.inserted<domain::GatewayCall>().front());
  } else {
    probe.insert_all(changes.inserted<ports::IdempotencyRecord>());
    probe.insert_all(changes.inserted<ports::StoredWebhook>());
  }
  return probe;
}

// Full jitter, so that losers of one round do not meet again in the next.
base::Duration pause_before(int attempt, ports::Random& random) {
  std::array<std::uint8_t, 2> chance{};
  random.fill(chance);
  const base::Duration longest =
      std::min<base::Duration>(kFirstPause * (1LL << std::min(attempt, 10)), kLongestPause);
  return base::Duration{longest.count() * (chance[0] * 256 + chance[1] + 1) / 65536};
}

// What is sent after a commit must be what that commit wrote.
bool sends_something(const Changes& changes) {
  return !changes.inserted<domain::GatewayCall>().empty();
}

// One write and its tries: what every try must do alike, and what the last one decided.
class Tries {
 public:
  Tries(Context& context, DecideChanges decide)
      : decide_(std::move(decide)), now_(context.clock.now()), ids_(make_ids(context, now_)) {}

  base::Result<Changes, Refusal> decide(const Loaded& loaded) {
    if (repeats_) return *last_;
    auto changes = maybe_committed_ ? decide_like_before(loaded) : decide_afresh(loaded);
    last_.reset();
    if (!changes) return changes;
    check_invariants(*changes);
    if (!maybe_committed_) probe_ = probe_of(*changes);
    if (sends_something(*changes)) last_ = *changes;
    return changes;
  }
  // The answer to COMMIT was lost. What later tries decide must not replace the row that
  // tells whether this one held. While it may still be committed, a call to the gateway is written
  // again as it was: whoever decided it has what was decided, and sends that.
  void note_unknown() {
    maybe_committed_ = maybe_committed_ || !probe_.empty();
    repeats_ = maybe_committed_ && last_;
  }
  // The rows have moved, so that what is on its way cannot be committed any more.
  void note_refused() { repeats_ = false; }
  [[nodiscard]] bool maybe_committed() const { return maybe_committed_; }
  [[nodiscard]] const Changes& probe() const { return probe_; }

 private:
  static domain::IdSource make_ids(Context& context, base::Timestamp now) {
    std::array<std::uint8_t, 10> chance{};
    context.random.fill(chance);
    return {now, chance};
  }
  base::Result<Changes, Refusal> decide_afresh(const Loaded& loaded) {
    order_numbers_ = loaded.order_numbers;
    payment_numbers_ = loaded.payment_numbers;
    transaction_numbers_ = loaded.transaction_numbers;
    return decide_(loaded, {now_, ids_, transaction_numbers_});
  }
  // The same ids and numbers again, so that both tries name their rows alike.
  base::Result<Changes, Refusal> decide_like_before(const Loaded& loaded) {
    Loaded seen = loaded;
    seen.order_numbers = order_numbers_;
    seen.payment_numbers = payment_numbers_;
    seen.transaction_numbers = transaction_numbers_;
    return decide_(seen, {now_, ids_, transaction_numbers_});
  }

  DecideChanges decide_;
  base::Timestamp now_;
  domain::IdSource ids_;
  std::vector<std::int64_t> order_numbers_, payment_numbers_, transaction_numbers_;
  Changes probe_;
  bool maybe_committed_ = false;
  std::optional<Changes> last_;  // that the last try decided, where something is to be sent
  bool repeats_ = false;
};

// Whether a try whose answer was lost held after all; false too when the database cannot say.
base::Task<bool> held(Context& context, const Tries& tries) {
  if (!tries.maybe_committed()) co_return false;
  try {
    co_return co_await context.store.was_committed(tries.probe());
  } catch (const ports::StoreUnavailable&) {
    co_return false;
  }
}

Refusal gave_up(const Tries& tries) {
  if (!tries.maybe_committed()) return unavailable();
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The database did not say whether this was written; look before trying "
              "again, or repeat the request with the same Idempotency-Key."};
}

}  // namespace

base::Task<base::Result<void, Refusal>> commit(Context& context, ports::Reads reads,
                                               DecideChanges decide) {
  Tries tries(context, std::move(decide));
  bool needs_more = false;  // than was read
  const ports::Decide decide_once = [&](const Loaded& loaded) -> base::Result<Changes, Refusal> {
    try {
      return tries.decide(loaded);
    } catch (const domain::NotRead&) {
      needs_more = true;
      return std::unexpected(Refusal{});
    }
  };
  int ceilings = 0;
  for (int attempt = 0; attempt < kMaxTries; ++attempt) {
    if (attempt > 0 && !needs_more)
      co_await context.clock.sleep(pause_before(attempt, context.random));
    if (std::exchange(needs_more, false)) reads.parts = ports::kAllParts;
    if (co_await held(context, tries)) co_return base::Result<void, Refusal>{};
    auto written = co_await context.store.write(reads, decide_once);
    if (written.committed()) co_return base::Result<void, Refusal>{};
    // What this try found may be the earlier one's own doing, committed meanwhile.
    if (co_await held(context, tries)) co_return base::Result<void, Refusal>{};
    if (needs_more) continue;
    if (auto* refusal = std::get_if<Refusal>(&written.outcome))
      co_return std::unexpected(std::move(*refusal));
    const auto& error = std::get<ports::WriteError>(written.outcome);
    if (error.failure == WriteFailure::unknown_commit) tries.note_unknown();
    if (error.failure == WriteFailure::conflict || error.failure == WriteFailure::ceiling)
      tries.note_refused();
    if (error.failure == WriteFailure::ceiling && ++ceilings == kCeilingTries)
      co_return std::unexpected(ceiling_refusal(error.constraint));
  }
  context.log.write(ports::LogLevel::warning, "a write was given up after many tries");
  co_return std::unexpected(gave_up(tries));
}

}  // namespace cobro::app
