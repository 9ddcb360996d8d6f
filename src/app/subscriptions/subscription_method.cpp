// What a subscription is paid with: another method, and what is open is tried with it.
#include <algorithm>
#include <span>

#include "app/calls/driver.h"
#include "app/methods/ask_there.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscription_guards.h"
#include "app/subscriptions/subscription_sync.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using domain::SubscriptionStatus;
using ports::Loaded;

// What must be done before the request can be answered.
enum class First { nothing, save_method, set_method, look_at_invoice };

ports::CustomerRef customer_of(const domain::Subscription& row) {
  return {row.gateway, row.tenant_id, row.user_id};
}

// Its user, whoever asks: the method is theirs.
Caller user_of(const domain::Subscription& row, const Caller& caller) {
  if (caller.sub == row.user_id && caller.tenant_id == row.tenant_id) return caller;
  return {.sub = row.user_id, .tenant_id = row.tenant_id};
}

// Whether an invoice waits for its payment.
bool owes(const domain::Subscription& row) {
  return row.latest_invoice_id &&
         (row.status == SubscriptionStatus::past_due || row.status == SubscriptionStatus::unpaid ||
          row.status == SubscriptionStatus::incomplete);
}

// Whether the invoice takes no payment now, as the gateway shows it: it is paid or closed, or a
// draft that is not charged yet. Where that is not shown it is tried.
bool takes_no_payment(const std::optional<domain::GatewayInvoice>& invoice) {
  return invoice && invoice->status && *invoice->status != domain::InvoiceStatus::open;
}

// Of a decision that holds the method: its row is written too.
base::Result<domain::GatewayCall, Refusal> open_set_method(
    const Context& context, const Caller& caller, const domain::Subscription& row,
    const domain::PaymentMethod& method, domain::Moment& moment, ports::Changes& changes) {
  auto& held = changes.updated<domain::PaymentMethod>();
  if (std::ranges::find(held, method.id, &domain::PaymentMethod::id) == held.end())
    held.push_back(method);
  const ports::SetMethodCommand command{*row.gateway_subscription_id,
                                        method.gateway_payment_method_id};
  return open_call(context, caller, row, command, moment, changes);
}

struct Request {
  Context& context;
  const Call& call;
  const std::string& named;  // the method
  AskThere& ask;
  // The invoice that the gateway was asked about, and whether it is to be paid.
  std::optional<std::string> seen_invoice = {};
  bool payable = false;

  // What the loaded subscription is given, and what it takes.
  struct Terms {
    domain::Subscription row;
    domain::PaymentMethod method;
  };
  [[nodiscard]] base::Result<domain::Subscription, Refusal> row_of(const Loaded& loaded) const {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    return row;
  }
  // Nothing: the method must be saved first.
  [[nodiscard]] base::Result<std::optional<Terms>, Refusal> terms_of(const Loaded& loaded) const {
    COBRO_TRY_INTO(auto row, row_of(loaded));
    if (!row.gateway_subscription_id)
      return std::unexpected(
          invalid_state("The subscription is paid on a page; it takes no method until it is."));
    const auto saved = saved_methods_of(loaded);
    const auto* method = find_method(saved, named);
    if (method == nullptr) return std::nullopt;
    if (is_being_removed(loaded, *method)) return std::unexpected(being_removed());
    return Terms{std::move(row), *method};
  }

  [[nodiscard]] base::Result<Decided, Refusal> decide(const Loaded& loaded, domain::Moment moment,
                                                      const RenderSubscription& render,
                                                      First& first) const {
    first = First::nothing;
    COBRO_TRY_INTO(const auto visible, visible_subscription(loaded, call.caller));
    const auto* removal = removal_of(loaded, named);
    const auto* open = open_call_of(loaded, visible.id.uuid);
    if (auto asked = ask_first_of_calls(ask, moment.now, {open, removal})) return std::move(*asked);
    COBRO_TRY_INTO(const auto row, row_of(loaded));
    if (!row.gateway_subscription_id && !ask.asked) return ask_first(ask, {row.id});
    COBRO_TRY_INTO(const auto terms, terms_of(loaded));
    Decided decided;
    const bool set =
        terms && terms->row.gateway_payment_method_id == terms->method.gateway_payment_method_id;
    if (set && !ask.asked) return ask_first(ask, {row.id}, terms->method.id);
    if (!terms) {
      first = First::save_method;
    } else if (!set) {
      first = First::set_method;
    } else if (owes(terms->row) && seen_invoice != terms->row.latest_invoice_id) {
      first = First::look_at_invoice;
    } else if (owes(terms->row) && payable) {
      const ports::PayInvoiceCommand pay{*terms->row.latest_invoice_id};
      COBRO_TRY_INTO(auto sent,
                     open_call(context, call.caller, terms->row, pay, moment, decided.changes));
      decided.calls.push_back(std::move(sent));
    } else {
      decided.reply = render(terms->row);
    }
    decided.again = first != First::nothing;
    return decided;
  }

  // Sets the method by a call of its own, so that what is open then can be tried with it: whether
  // anything is, its answer says better than our row.
  [[nodiscard]] base::Task<std::optional<Refusal>> set_first(ports::Reads reads) const {
    std::optional<domain::GatewayCall> sent;
    const DecideChanges decide =
        [&](const Loaded& loaded, domain::Moment moment) -> base::Result<ports::Changes, Refusal> {
      sent.reset();
      ports::Changes changes;
      COBRO_TRY_INTO(const auto terms, terms_of(loaded));
      if (!terms || terms->row.gateway_payment_method_id == terms->method.gateway_payment_method_id)
        return changes;
      COBRO_TRY_INTO(
          sent, open_set_method(context, call.caller, terms->row, terms->method, moment, changes));
      return changes;
    };
    auto committed = co_await commit(context, std::move(reads), decide);
    if (!committed) co_return std::move(committed).error();
    if (!sent) co_return std::nullopt;
    auto done = co_await perform_first(context, call.caller, std::move(*sent));
    if (!done) co_return std::move(done).error();
    co_return std::nullopt;
  }

  // Asks what the latest invoice is there. Of one that takes no payment, all that came with that is
  // booked.
  base::Task<void> look_at_invoice(domain::SubscriptionId id) {
    const auto row = (co_await context.store.load({.subscription = id})).subscription;
    seen_invoice = row->latest_invoice_id;
    if (!seen_invoice) co_return;
    payable = !takes_no_payment(co_await fetch_invoice(context, row->gateway, *seen_invoice));
    if (!payable) co_await sync_subscription(context, id, seen_invoice);
  }

  // Pays it. Nothing: it was refused because of what the invoice is by now, and so there is nothing
  // to pay.
  base::Task<std::optional<Answer>> pay(domain::SubscriptionId id, domain::GatewayCall sent,
                                        RenderCompleted render) {
    auto answer = co_await perform(context, &call, std::move(sent), std::move(render));
    if (answer || answer.error().code != RefusalCode::gateway_refused) co_return answer;
    co_await look_at_invoice(id);
    if (payable) co_return answer;
    co_return std::nullopt;
  }
};

}  // namespace

base::Task<Answer> set_subscription_method(Context& shared, Call call, SetMethod command,
                                           RenderSubscription render) {
  auto context = within_one_deadline(shared);
  const auto seen = co_await get_subscription(context, call.caller, command.subscription);
  if (!seen) co_return std::unexpected(seen.error());
  auto reads = reads_of(command.subscription);
  reads.customer = customer_of(*seen);
  const RenderCompleted render_set = [&render](const Completed& completed) {
    return render(*completed.subscription);
  };
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_set);
  };
  AskThere ask;
  Request request{context, call, command.payment_method, ask};
  First first = First::nothing;
  const Decide decide = [&](const Loaded& loaded, domain::Moment moment) {
    return request.decide(loaded, std::move(moment), render, first);
  };
  // Each is done once, and once more where things moved meanwhile; what was attached may be called
  // otherwise.
  for (int i = 0; i < 8; ++i) {
    auto decided = co_await idempotently_asking(context, call, reads, decide, completed, ask);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!decided->calls.empty()) {
      auto paid = co_await request.pay(seen->id, std::move(decided->calls.front()), render_set);
      if (paid) co_return std::move(*paid);
      continue;
    }
    if (first == First::set_method) {
      if (auto refusal = co_await request.set_first(reads)) co_return std::unexpected(*refusal);
      ask.asked = true;  // the gateway has just said so
      continue;
    }
    if (first == First::look_at_invoice) {
      co_await request.look_at_invoice(seen->id);
      continue;
    }
    auto method = co_await ensure_method(context, user_of(*seen, call.caller), seen->gateway,
                                         command.payment_method);
    if (!method && method.error().code == RefusalCode::payment_declined)
      co_return co_await decline(context, call, std::move(method).error(), completed);
    if (!method) co_return std::unexpected(std::move(method).error());
    command.payment_method = method->id.to_string();
  }
  co_return std::unexpected(Refusal{.code = RefusalCode::unavailable,
                                    .message = "The payment method is being changed; try again.",
                                    .retry_after_s = 1});
}

namespace {

// Whether it was asked last to be paid with that method, and is not: it may be by and by, or the
// gateway would not do it then.
bool was_to_be_paid_with(const Loaded& loaded, const domain::Subscription& row,
                         const std::string& method) {
  const auto last =
      std::ranges::find(loaded.method_calls, row.id.uuid,
                        [](const domain::GatewayCall& call) { return call.subject_id; });
  return last != loaded.method_calls.end() && last->target == method &&
         last->status != domain::CallStatus::accepted;
}

// Whether it is paid with the default, by name or for want of one of its own, or is to be.
bool follows_default(const Loaded& loaded, const domain::Subscription& row,
                     const domain::PaymentMethod* usual) {
  if (!row.gateway_subscription_id) return false;
  const auto& own = row.gateway_payment_method_id;
  if (!own) return true;
  return usual != nullptr && (*own == usual->gateway_payment_method_id ||
                              was_to_be_paid_with(loaded, row, usual->gateway_payment_method_id));
}

bool is_given(const domain::GatewayCall& call, const domain::PaymentMethod& method) {
  return call.operation == domain::Operation::set_method &&
         call.target == method.gateway_payment_method_id;
}

// The loaded subscriptions that a new default is for: those that follow the old one, which may be
// the same, and are not paid with the new one, or are just being given the old one again.
std::vector<const domain::Subscription*> to_be_moved(const Loaded& loaded,
                                                     const domain::PaymentMethod* before,
                                                     const domain::PaymentMethod& after) {
  std::vector<const domain::Subscription*> rows;
  for (const auto& row : loaded.customer_subscriptions) {
    const auto* open = open_call_of(loaded, row.id.uuid);
    const bool goes_back =
        open != nullptr && before != nullptr && before->id != after.id && is_given(*open, *before);
    const bool has_it = row.gateway_payment_method_id == after.gateway_payment_method_id;
    if ((!has_it || goes_back) && follows_default(loaded, row, before)) rows.push_back(&row);
  }
  return rows;
}

// Opens what moves these subscriptions to the default, where that is not under way.
base::Result<void, Refusal> move_subscriptions(const Context& context, const Caller& caller,
                                               const Loaded& loaded,
                                               std::span<const domain::Subscription* const> rows,
                                               const domain::PaymentMethod& after,
                                               domain::Moment& moment, Decided& decided) {
  for (const auto* moved : rows) {
    const auto& row = *moved;
    const auto* open = open_call_of(loaded, row.id.uuid);
    if (open != nullptr && is_given(*open, after)) continue;
    if (open != nullptr)
      return std::unexpected(
          Refusal{.code = RefusalCode::payment_in_progress,
                  .message = "Another operation on a subscription with this default is under way.",
                  .retry_after_s = 1});
    COBRO_TRY_INTO(auto sent,
                   open_set_method(context, caller, row, after, moment, decided.changes));
    decided.calls.push_back(std::move(sent));
  }
  return {};
}

// Tries what is open, when the method is set. Whatever comes of it, the default stands.
base::Task<void> collect_open(Context& context, Caller caller, domain::Subscription row) {
  std::optional<domain::GatewayCall> sent;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<ports::Changes, Refusal> {
    sent.reset();
    ports::Changes changes;
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (!owes(*loaded.subscription)) return changes;
    const ports::PayInvoiceCommand pay{*loaded.subscription->latest_invoice_id};
    COBRO_TRY_INTO(sent, open_call(context, caller, *loaded.subscription, pay, moment, changes));
    return changes;
  };
  const auto& invoice = row.latest_invoice_id;
  if (invoice && takes_no_payment(co_await fetch_invoice(context, row.gateway, *invoice))) {
    co_await sync_subscription(context, row.id, invoice);
    co_return;
  }
  auto committed = co_await commit(context, {.subscription = row.id}, decide);
  if (committed && sent) (void)co_await perform_first(context, caller, std::move(*sent));
}

}  // namespace

base::Task<Answer> set_default_method(Context& shared, Call call, NameMethod command,
                                      RenderMethod render) {
  auto context = within_one_deadline(shared);
  AskThere ask;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    Decided decided;
    const auto saved = saved_methods_of(loaded);
    const auto* known = find_method(saved, command.method);
    if (known == nullptr)
      return std::unexpected(ask.asked ? no_such_method() : not_found("payment method"));
    // Nothing need be sent to make it the default: whether it is there must be asked.
    if (!ask.asked) return ask_first(ask, {}, known->id);
    const bool is_default = saved.customer->default_method_id == known->id;
    const auto followers = to_be_moved(loaded, default_method(saved), *known);
    decided.reply = render(*known, true);
    if (is_default && followers.empty()) return decided;
    std::vector<const domain::GatewayCall*> open{removal_of(loaded, command.method)};
    for (const auto* row : followers) open.push_back(open_call_of(loaded, row->id.uuid));
    if (auto first = ask_first_of_calls(ask, moment.now, std::move(open))) return std::move(*first);
    if (is_being_removed(loaded, *known)) return std::unexpected(being_removed());
    auto moved =
        move_subscriptions(context, call.caller, loaded, followers, *known, moment, decided);
    if (!moved) return std::unexpected(std::move(moved).error());
    if (is_default) return decided;
    auto customer = *saved.customer;
    customer.default_method_id = known->id;
    customer.updated_at = moment.now;
    decided.changes.update(std::move(customer));
    return decided;
  };
  const ports::CustomerRef user{command.gateway, call.caller.tenant_id, call.caller.sub};
  auto decided = co_await idempotently_asking(context, call,
                                              {.customer = user, .customer_subscriptions = true},
                                              decide, never_rendered, ask);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  for (auto& sent : decided->calls) {
    auto done = co_await perform_first(context, call.caller, std::move(sent));
    if (done && done->subscription && owes(*done->subscription))
      co_await collect_open(context, call.caller, std::move(*done->subscription));
  }
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
