#include "sim/ground/database.h"

#include <optional>
#include <utility>

#include "sim/ground/database_groups.h"

namespace cobro::sim {

using ports::Changes;
using ports::Loaded;
using ports::WriteFailure;
using ports::WriteResult;
using namespace std::chrono_literals;

namespace {

constexpr base::Duration kLatestCommit = 20s;

}  // namespace

WriteResult broken(WriteFailure failure) {
  return {ports::WriteError{failure, "the connection broke"}};
}

// One write on its way. `decide` belongs to the caller and is gone when the caller is.
struct Database::Exchange {
  ports::Reads reads;
  const ports::Decide* decide;
};

Database::Database(Ground& ground, Process& process, ports::Store& inner, Seen& seen)
    : ForwardingStore(inner),
      ground_(ground),
      process_(process),
      seen_(seen),
      server_(ground.reporter()) {}

Database::~Database() = default;

void Database::begin_process(ports::Clock& clock) {
  if (ground_.options.grouped_writes) groups_ = std::make_unique<Groups>(*this, clock);
}
void Database::end_process() {
  groups_.reset();
}

base::Task<void> Database::travel() {
  co_await process_.pass();
  co_await ground_.clock.sleep(
      ground_.faults.chance().evenly(0us, ground_.options.database_latency));
  co_await process_.run();
}

bool Database::is_away() {
  return ground_.faults.database_away > 0 || ground_.faults.strike(Fault::database_away);
}

// What was committed.
void Database::note(const Changes& changes) {
  for (const auto& event : changes.inserted<domain::Event>()) seen_.events.push_back(event);
  seen_.leases.note_commit(changes, process_.number(), ground_.clock.now());
  seen_.relied_rows.note_commit(changes);
}

// Recovery takes a call by a write that reads it.
void Database::hinder(const ports::Reads& reads) {
  if (reads.call) seen_.leases.note_hindrance(process_.number(), ground_.clock.now());
}

base::Task<WriteResult> Database::write(const ports::Reads& reads, const ports::Decide& decide) {
  if (groups_) co_return co_await write_in_group(reads, decide);
  co_await travel();
  if (is_away()) {
    hinder(reads);
    co_return broken(WriteFailure::unavailable);
  }
  struct Caller {
    std::shared_ptr<Exchange> exchange;
    ~Caller() { exchange->decide = nullptr; }
  };
  const Caller caller{std::make_shared<Exchange>(reads, &decide)};
  auto result = co_await base::await_callback<WriteResult>(
      [&](const Answered& answer) { server_.spawn("write", serve(caller.exchange, answer)); });
  co_await travel();
  if (!result.committed()) hinder(reads);
  co_return result;
}

base::Task<void> Database::serve(std::shared_ptr<Exchange> exchange, Answered answer) {
  if (loses_commit(answer)) co_return;
  if (ground_.faults.strike(Fault::commit_late))
    co_return co_await commit_late(std::move(exchange), answer);
  co_await tell(commit(std::move(exchange)), answer);
}

bool Database::loses_commit(const Answered& answer) {
  if (!ground_.faults.strike(Fault::commit_lost)) return false;
  ground_.trace.note("database: a COMMIT is lost");
  answer(broken(WriteFailure::unknown_commit));
  return true;
}

// Commits, and lets the answer come or not.
base::Task<void> Database::tell(base::Task<WriteResult> committing, Answered answer) {
  const bool unheard = ground_.faults.strike(Fault::commit_unheard);
  std::exception_ptr failure;
  std::optional<WriteResult> result;
  try {
    result = co_await committing;
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_return answer.fail(failure);
  if (unheard && result->committed()) {
    ground_.trace.note("database: the answer to a COMMIT is lost");
    result = broken(WriteFailure::unknown_commit);
  }
  answer(std::move(*result));
}

base::Task<WriteResult> Database::commit(std::shared_ptr<Exchange> exchange) {
  Changes changes;
  const ports::Decide decide = [&](const Loaded& loaded) -> base::Result<Changes, domain::Refusal> {
    if (exchange->decide == nullptr) return std::unexpected(domain::Refusal{});
    auto decided = (*exchange->decide)(loaded);
    if (decided) changes = *decided;
    return decided;
  };
  auto result = co_await inner_.write(exchange->reads, decide);
  if (result.committed()) note(changes);
  co_return result;
}

// The caller hears nothing and decides anew, while the old connection's COMMIT lives on.
base::Task<void> Database::commit_late(std::shared_ptr<Exchange> exchange, Answered answer) {
  std::optional<Changes> late;
  std::exception_ptr failure;
  const auto read_at = seen_.relied_rows.now();
  const ports::Decide look = [&](const Loaded& loaded) -> base::Result<Changes, domain::Refusal> {
    auto decided = (*exchange->decide)(loaded);
    if (!decided) return decided;
    late = std::move(*decided);
    return Changes{};  // the numbers drawn are spent, as PostgreSQL's sequences are
  };
  std::optional<WriteResult> result;
  try {
    result = co_await inner_.write(exchange->reads, look);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_return answer.fail(failure);
  if (!late) co_return answer(std::move(*result));
  answer(broken(WriteFailure::unknown_commit));
  co_await apply_late(std::move(*late), read_at);
}

// What was decided, as it was.
base::Task<WriteResult> Database::apply(const Changes& changes, std::int64_t read_at) {
  if (seen_.relied_rows.have_met(changes, read_at))
    co_return WriteResult{ports::WriteError{WriteFailure::conflict, "could not serialize access"}};
  const ports::Decide as_decided = [&](const Loaded&) -> base::Result<Changes, domain::Refusal> {
    return changes;
  };
  const ports::Reads nothing;
  auto result = co_await inner_.write(nothing, as_decided);
  if (result.committed()) note(changes);
  co_return result;
}

base::Task<void> Database::apply_late(Changes changes, std::int64_t read_at) {
  co_await ground_.clock.sleep(ground_.faults.chance().span(1ms, kLatestCommit));
  const auto ended = co_await apply(changes, read_at);
  ground_.trace.note(ended.committed() ? "database: a late COMMIT succeeds"
                                       : "database: a late COMMIT fails");
}

template <class T>
base::Task<T> Database::read(base::Task<T> query) {
  co_await travel();
  if (is_away()) throw ports::StoreUnavailable("the connection was refused");
  auto answer = co_await std::move(query);
  co_await travel();
  co_return answer;
}

// By the database's own clock, at which the statement is executed.
base::Task<void> Database::serve_lease(domain::InstanceId instance, base::Duration span, bool begin,
                                       base::Completion<bool> answer) {
  const auto now = ground_.clock.now();
  const bool holds =
      co_await (begin ? inner_.begin_lease(instance, span) : inner_.renew_lease(instance, span));
  if (holds) seen_.leases.note_lease(instance, process_.number(), now, now + span);
  answer(holds);
}

base::Task<bool> Database::ask_lease(domain::InstanceId instance, base::Duration span, bool begin) {
  const int process = process_.number();
  co_await travel();
  if (is_away()) {
    seen_.leases.begin(process, kWithoutLease, ground_.clock.now());
    throw ports::StoreUnavailable("the connection was refused");
  }
  const bool holds = co_await base::await_callback<bool>([&](const base::Completion<bool>& answer) {
    server_.spawn("lease", serve_lease(instance, span, begin, answer));
  });
  co_await travel();
  if (holds) {
    seen_.leases.end(process, kWithoutLease, ground_.clock.now());
  } else {
    seen_.leases.begin(process, kWithoutLease, ground_.clock.now());
  }
  co_return holds;
}

base::Task<bool> Database::was_committed(const Changes& changes) {
  return read(inner_.was_committed(changes));
}
base::Task<Loaded> Database::load(const ports::Reads& reads) {
  return read(inner_.load(reads));
}
base::Task<ports::Listed<domain::Order>> Database::list_orders(const ports::OrderFilter& filter,
                                                               const ports::Page& page) {
  return read(inner_.list_orders(filter, page));
}
base::Task<ports::Listed<domain::Payment>> Database::list_payments(
    const ports::PaymentFilter& filter, const ports::Page& page) {
  return read(inner_.list_payments(filter, page));
}
base::Task<ports::Listed<domain::Refund>> Database::list_refunds(const ports::RefundFilter& filter,
                                                                 const ports::Page& page) {
  return read(inner_.list_refunds(filter, page));
}
base::Task<ports::Listed<domain::Transaction>> Database::list_transactions(
    const ports::TransactionFilter& filter, const ports::Page& page) {
  return read(inner_.list_transactions(filter, page));
}
base::Task<ports::Listed<domain::Payment>> Database::list_overpayments(
    const ports::OverpaymentFilter& filter, const ports::Page& page) {
  return read(inner_.list_overpayments(filter, page));
}
base::Task<ports::Listed<domain::Review>> Database::list_reviews(const ports::ReviewFilter& filter,
                                                                 const ports::Page& page) {
  return read(inner_.list_reviews(filter, page));
}
base::Task<ports::Listed<domain::Subscription>> Database::list_subscriptions(
    const ports::SubscriptionFilter& filter, const ports::Page& page) {
  return read(inner_.list_subscriptions(filter, page));
}
base::Task<ports::Listed<domain::StatusChange>> Database::list_status_changes(
    domain::SubscriptionId id, const ports::Page& page) {
  return read(inner_.list_status_changes(id, page));
}
base::Task<ports::Listed<domain::Entitlement>> Database::list_entitlements(
    const ports::EntitlementFilter& filter, const ports::Page& page) {
  return read(inner_.list_entitlements(filter, page));
}
base::Task<ports::Listed<domain::Dispute>> Database::list_disputes(
    const ports::DisputeFilter& filter, const ports::Page& page) {
  return read(inner_.list_disputes(filter, page));
}
base::Task<std::vector<domain::Plan>> Database::plans() {
  return read(inner_.plans());
}
base::Task<std::vector<domain::CheckoutSession>> Database::due_checkouts(base::Timestamp now,
                                                                         std::int64_t limit) {
  return read(inner_.due_checkouts(now, limit));
}
base::Task<bool> Database::begin_lease(domain::InstanceId instance, base::Duration span) {
  return ask_lease(instance, span, true);
}
base::Task<bool> Database::renew_lease(domain::InstanceId instance, base::Duration span) {
  return ask_lease(instance, span, false);
}
base::Task<bool> Database::end_lease(domain::InstanceId instance) {
  return read(inner_.end_lease(instance));
}
base::Task<std::vector<domain::GatewayCall>> Database::due_calls(base::Timestamp now,
                                                                 std::int64_t limit) {
  std::exception_ptr failure;
  try {
    co_return co_await read(inner_.due_calls(now, limit));
  } catch (...) {
    failure = std::current_exception();
  }
  seen_.leases.note_hindrance(process_.number(), ground_.clock.now());
  std::rethrow_exception(failure);
}
base::Task<std::vector<domain::OrderId>> Database::due_orders(base::Timestamp now,
                                                              std::int64_t limit) {
  return read(inner_.due_orders(now, limit));
}
base::Task<std::vector<ports::StoredWebhook>> Database::claim_webhooks(base::Timestamp now,
                                                                       base::Timestamp until,
                                                                       std::int64_t limit) {
  return read(inner_.claim_webhooks(now, until, limit));
}
base::Task<std::optional<ports::SweepPoint>> Database::claim_sweep(const ports::SweepClaim& claim) {
  return read(inner_.claim_sweep(claim));
}
base::Task<bool> Database::keep_sweep(const ports::SweepPoint& point, base::Timestamp until) {
  return read(inner_.keep_sweep(point, until));
}
base::Task<std::int64_t> Database::purge_records(base::Timestamp now, std::int64_t limit) {
  return read(inner_.purge_records(now, limit));
}
base::Task<bool> Database::ping() {
  return read(inner_.ping());
}

}  // namespace cobro::sim
