#include "app/payments/payment_query.h"

#include <utility>

#include "app/calls/accounts.h"
#include "app/calls/driver.h"
#include "app/calls/gateway_client.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Changes;
using ports::Loaded;

constexpr int kMaxPages = 50;
constexpr int kMaxFetches = 3;

// Everything a look-up found, page by page; not understood when some page was not, or when the
// gateway has no such object.
base::Task<ports::LookUpAnswer> look_up(Context& context, const ports::Gateway& gateway,
                                        domain::GatewayRequest request) {
  ports::LookUpAnswer all{.understood = true};
  std::optional<domain::GatewayRequest> page = std::move(request);
  for (int i = 0; page && i < kMaxPages; ++i) {
    auto response = co_await ask_gateway(context, gateway, *page);
    if (!response) co_return ports::LookUpAnswer{};
    auto found = gateway.parse_look_up(*page, *response);
    if (!found.understood) co_return ports::LookUpAnswer{.missing = found.missing};
    std::move(found.payments.begin(), found.payments.end(), std::back_inserter(all.payments));
    std::move(found.refunds.begin(), found.refunds.end(), std::back_inserter(all.refunds));
    page = std::move(found.next_page);
  }
  if (page) co_return ports::LookUpAnswer{};  // more than we are ready to read: conclude nothing
  co_return all;
}

// What the object shows of its refunds and disputes beyond our books. What a partial capture
// releases may be counted among the refunds.
struct Unseen {
  bool refunds = false;
  bool disputes = false;
};
Unseen unseen_by(const domain::Payment& payment, const std::vector<domain::GatewayPayment>& found) {
  Unseen unseen;
  const bool kept = payment.state == domain::PaymentState::succeeded;
  if (!kept && !payment.overpayment) return unseen;
  const auto known = payment.refunded + payment.refunding;
  const auto released = payment.amount - payment.captured;
  for (const auto& snapshot : found) {
    if (kept && snapshot.refunded && *snapshot.refunded != known &&
        *snapshot.refunded != known + released)
      unseen.refunds = true;
    if (snapshot.disputed && !payment.dispute_status) unseen.disputes = true;
  }
  return unseen;
}

bool may_create(domain::Operation operation) {
  return operation == domain::Operation::create || operation == domain::Operation::confirm;
}

// How, and between which instants, our calls may have created the object.
struct Creation {
  base::Timestamp from;
  base::Timestamp to;
  bool on_page = false;
};
Creation creation_of(const Loaded& loaded, base::Timestamp now) {
  for (const auto& call : loaded.open_calls)
    if (call.payment_id() == loaded.payment->id && may_create(call.operation))
      return {call.first_sent_at, call.deadline, call.on_page};
  return {loaded.payment->created_at, now};
}

std::vector<domain::GatewayPayment> ours(const domain::Payment& payment,
                                         std::vector<domain::GatewayPayment> found) {
  if (exists_at_gateway(payment)) return found;
  std::erase_if(found, [&](const auto& snapshot) { return snapshot.our_payment != payment.id; });
  return found;
}

// No object is in a state that leaves open what will become of it.
bool is_clear(const std::vector<domain::GatewayPayment>& found) {
  return std::none_of(found.begin(), found.end(), [](const auto& snapshot) {
    return snapshot.state == domain::RemoteState::unrecognized ||
           snapshot.state == domain::RemoteState::processing;
  });
}

bool does_not_fit(domain::Applied applied) {
  return applied == domain::Applied::beyond_total || applied == domain::Applied::after_end;
}

// Applies what was found, unless the payment moved on since it was asked for.
struct Found {
  std::optional<Query> query;  // nothing: the payment has moved
  Unseen unseen = {};
  std::vector<domain::GatewayCall> calls = {};  // that were written, to be sent
};
base::Task<base::Result<Found, Refusal>> apply_found(Context& context, domain::Payment seen,
                                                     std::vector<domain::GatewayPayment> found) {
  Found result;
  ports::Reads reads{.root = ports::PaymentRef{seen.id},
                     .parts = {},
                     .transaction_numbers = numbers_for_snapshots(context)};
  if (seen.subscription_id) reads.subscription = *seen.subscription_id;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    result = {};
    if (loaded.payment->version != seen.version) return Changes{};
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    bool fits = true;
    for (const auto& snapshot : found)
      fits =
          !does_not_fit(apply_gateway_payment(context, loaded, books, snapshot, changes)) && fits;
    const bool changed = books.payment_changed() || !changes.updated<domain::GatewayCall>().empty();
    result.query = !fits              ? Query::beyond_total
                   : !is_clear(found) ? Query::no_answer
                   : changed          ? Query::snapshot
                                      : Query::nothing_new;
    result.unseen = unseen_by(books.payment(), found);
    if (changed) collect(books, changes);
    result.calls = changes.inserted<domain::GatewayCall>();
    return changes;
  };
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  // What the customer approved is taken, and what nobody can capture any more let go, while whoever
  // asked is here; recovery sends the rest.
  for (auto& call : std::exchange(result.calls, {}))
    if (call.operation != domain::Operation::refund)
      (void)co_await perform(context, nullptr, std::move(call), &unworded);
  co_return result;
}

// What the gateway knew cannot be deleted there: a person must look.
base::Task<void> report_missing(Context& context, const domain::Payment& payment) {
  if (!exists_at_gateway(payment) || !co_await is_our_account(context, payment.gateway)) co_return;
  const DecideChanges decide = [](const Loaded& loaded,
                                  domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    books.conflict("the gateway does not know its object any more");
    if (books.payment_changed()) collect(books, changes);
    return changes;
  };
  auto committed =
      co_await commit(context, {.root = ports::PaymentRef{payment.id}, .parts = {}}, decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a missing payment could not be reported",
                      {{"payment", payment.id.to_string()}});
}

// Of several looks at one payment: what matters most to who asked for the first.
Query worse_of(Query first, const base::Result<Query, Refusal>& other) {
  if (first == Query::no_answer || !other) return first;
  if (first == Query::beyond_total || *other == Query::beyond_total) return Query::beyond_total;
  return *other == Query::snapshot ? Query::snapshot : first;
}

base::Task<Query> follow(Context& context, domain::PaymentId id, Found found) {
  auto result = *found.query;
  if (found.unseen.refunds) result = worse_of(result, co_await query_refunds(context, id));
  if (found.unseen.disputes) result = worse_of(result, co_await query_disputes(context, id));
  co_return result;
}

constexpr ports::Parts kOfRefunds{.refunds = true, .transactions = true};

// What a refund's snapshot says of the payment as it was loaded.
struct SeenRefund {
  bool fits = true;
  bool changes = false;
};

SeenRefund apply_refund(const Loaded& loaded, domain::Books& books,
                        const domain::GatewayRefund& snapshot, Changes& changes) {
  const bool fits = !does_not_fit(apply_gateway_refund(loaded, books, snapshot, changes));
  return {fits, books.payment_changed() || !changes.updated<domain::GatewayCall>().empty()};
}

// Without writing it: the id and the number are nobody's. What needs rows that are not read here is
// for the decision that may write.
SeenRefund see(const Loaded& loaded, base::Timestamp now, const domain::GatewayRefund& snapshot) {
  Changes unwritten;
  auto books = open_books(loaded, {now, domain::IdSource(now, {}), {0}});
  try {
    return apply_refund(loaded, books, snapshot, unwritten);
  } catch (const domain::NotRead&) {
    return {.changes = true};
  }
}

base::Task<base::Result<SeenRefund, Refusal>> book_refund(Context& context, domain::PaymentId id,
                                                          domain::GatewayRefund snapshot) {
  SeenRefund seen;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    seen = apply_refund(loaded, books, snapshot, changes);
    if (seen.changes) collect(books, changes);
    return changes;
  };
  ports::Reads reads{.root = ports::PaymentRef{id}, .parts = kOfRefunds, .transaction_numbers = 1};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return seen;
}

Refusal not_found() {
  return {.code = RefusalCode::not_found, .message = "There is no such payment."};
}

}  // namespace

base::Result<Query, Refusal> told_nothing(const Context& context, domain::GatewayName gateway) {
  if (auto refusal = wrong_account(context, gateway)) return std::unexpected(std::move(*refusal));
  return Query::no_answer;
}

base::Task<base::Result<Query, Refusal>> query_payment(Context& context, domain::PaymentId id) {
  for (int fetch = 0; fetch < kMaxFetches; ++fetch) {
    const auto loaded = co_await context.store.load({.root = ports::PaymentRef{id}, .parts = {}});
    if (!loaded.payment) co_return std::unexpected(not_found());
    const auto* gateway = context.gateways.find(loaded.payment->gateway);
    if (gateway == nullptr || !gateway->capabilities().remote) co_return Query::nothing_new;
    const auto made = creation_of(loaded, context.clock.now());
    auto found = co_await look_up(
        context, *gateway,
        gateway->look_up_payment(*loaded.payment, made.from, made.to, made.on_page));
    if (found.missing) co_await report_missing(context, *loaded.payment);
    if (!found.understood) co_return told_nothing(context, gateway->name());
    auto snapshot = ours(*loaded.payment, std::move(found.payments));
    if (snapshot.empty()) co_return Query::absent;
    auto applied = co_await apply_found(context, *loaded.payment, std::move(snapshot));
    if (!applied) co_return std::unexpected(std::move(applied).error());
    if (applied->query) co_return co_await follow(context, id, *applied);
  }
  co_return Query::no_answer;
}

base::Task<base::Result<Query, Refusal>> query_refunds(Context& context, domain::PaymentId id) {
  const ports::Reads payment{.root = ports::PaymentRef{id}, .parts = {}};
  auto loaded = co_await context.store.load(payment);
  if (!loaded.payment) co_return std::unexpected(not_found());
  const auto* gateway = context.gateways.find(loaded.payment->gateway);
  if (gateway == nullptr || !gateway->capabilities().remote) co_return Query::nothing_new;
  if (!loaded.payment->gateway_payment_id) {
    // Refunded there before we learned that it was charged: that comes first.
    if (auto asked = co_await query_payment(context, id); !asked)
      co_return std::unexpected(std::move(asked).error());
    loaded = co_await context.store.load(payment);
    if (!loaded.payment->gateway_payment_id) co_return Query::no_answer;
  }
  auto found = co_await look_up(context, *gateway, gateway->look_up_refunds(*loaded.payment));
  if (found.missing) co_await report_missing(context, *loaded.payment);
  if (!found.understood) co_return told_nothing(context, gateway->name());
  // Most say nothing new, and cost nothing more.
  const ports::Reads known{.root = ports::PaymentRef{id}, .parts = kOfRefunds};
  loaded = co_await context.store.load(known);
  bool changed = false;
  bool all_fit = true;
  for (const auto& snapshot : found.refunds) {
    auto seen = see(loaded, context.clock.now(), snapshot);
    if (seen.changes) {
      auto booked = co_await book_refund(context, id, snapshot);
      if (!booked) co_return std::unexpected(std::move(booked).error());
      seen = *booked;
      loaded = co_await context.store.load(known);
    }
    changed = changed || seen.changes;
    all_fit = all_fit && seen.fits;
  }
  if (!all_fit) co_return Query::beyond_total;
  co_return changed ? Query::snapshot : Query::nothing_new;
}

}  // namespace cobro::app
