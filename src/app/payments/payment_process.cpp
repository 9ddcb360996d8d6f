#include <fmt/format.h>

#include "app/calls/driver.h"
#include "app/methods/copies.h"
#include "app/methods/saved_methods.h"
#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::PaymentState;
using domain::Refusal;
using domain::RefusalCode;

// One process call, bound together so that its decisions are plain functions.
struct Process {
  const Context& context;
  const Call& call;
  const ProcessPayment& command;
  const RenderPayment& render;
  Asked asked = {};
  bool awaits_outcome = false;                      // a question was for what became of a try
  std::optional<ports::CustomerRef> customer = {};  // that is loaded
  std::optional<ports::CustomerRef> wanted = {};    // that is to be loaded, says the last decision
  std::optional<std::string> used = {};             // what the gateway calls the one of the call
  std::optional<std::string> used_default = {};     // and the method that the caller did not name
};

ports::CustomerRef customer_ref(const domain::Payment& payment) {
  return {payment.gateway, payment.tenant_id, payment.user_id};
}

bool same(const ports::CustomerRef& a, const ports::CustomerRef& b) {
  return a.gateway == b.gateway && a.tenant_id == b.tenant_id && a.user_id == b.user_id;
}

// What the payment is confirmed with, by the gateway's names.
struct Means {
  std::optional<std::string> method = {};
  std::optional<std::string> customer;
};

Refusal method_refusal(std::string code, std::string message) {
  return invalid_field("payment_method_id", code, std::move(message));
}

// From the customer of the payment's user. An intent keeps the customer that it was made with, and
// a method saved later needs it: it goes along, whatever is paid with now.
base::Result<Means, Refusal> choose_from(const SavedMethods& saved,
                                         const std::optional<std::string>& named) {
  const auto customer = saved.customer ? saved.customer->gateway_customer_id : std::nullopt;
  const auto* method = named ? find_method(saved, *named) : default_method(saved);
  if (method != nullptr) return Means{method->gateway_payment_method_id, customer};
  if (!named)
    return std::unexpected(
        method_refusal("required", "is required: there is no saved default method"));
  if (base::Uuid::parse(*named))
    return std::unexpected(method_refusal("not_found", "is none of the saved payment methods"));
  return Means{named, customer};
}

Decided reply_with(StoredReply reply) {
  return {.reply = std::move(reply)};
}

// A manual payment is paid outside: the answer says so, and nothing changes.
Decided manual_reply(const Process& process, domain::Payment payment) {
  if (payment.state == PaymentState::pending)
    payment.next_action = domain::NextAction{"manual", std::nullopt, std::nullopt};
  return reply_with(process.render(payment));
}

// Nothing: the customer of the payment's user must be loaded first.
base::Result<std::optional<Means>, Refusal> choose(Process& process, const ports::Loaded& loaded) {
  const auto& payment = *loaded.payment;
  const auto& named = process.command.payment_method;
  process.used.reset();
  process.used_default.reset();
  process.wanted.reset();
  const auto* gateway = process.context.gateways.find(payment.gateway);
  if (gateway != nullptr && !gateway->capabilities().needs_method) return Means{};
  if (!named && payment.gateway_payment_method_id)
    return Means{payment.gateway_payment_method_id, payment.gateway_customer_id};
  const auto theirs = customer_ref(payment);
  if (!process.customer || !same(*process.customer, theirs)) {
    process.wanted = theirs;
    return std::nullopt;
  }
  COBRO_TRY_INTO(auto means, choose_from(saved_methods_of(loaded), named));
  process.used = means.customer;
  if (!named) process.used_default = means.method;
  return means;
}

base::Result<void, Refusal> check_debt(const ports::Loaded& loaded) {
  if (loaded.order && loaded.order->status != domain::OrderStatus::pending)
    return std::unexpected(
        invalid_state(fmt::format("The order is {}; it must be pending to take a payment.",
                                  to_string(loaded.order->status))));
  if (loaded.order && loaded.order->closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  if (loaded.payment->overpayment)
    return std::unexpected(
        invalid_state("The payment was paid when it could not be taken any more; that money is an "
                      "overpayment. Pay with another payment."));
  return {};
}

// Another payment of the order that was declined here: it may have been paid there since, in the
// customer's browser, and then nothing is owed any more.
std::optional<domain::PaymentId> declined_before(const Process& process,
                                                 const ports::Loaded& loaded, base::Timestamp now) {
  for (const auto& other : loaded.order_payments)
    if (other.id != loaded.payment->id && other.state == PaymentState::failed &&
        !was_asked(process.asked, other.id) && may_be_old(loaded, other, now))
      return other.id;
  return std::nullopt;
}

// Refuses the payment; but first, what may have been paid there unheard is asked about.
base::Result<Decided, Refusal> ask_or_refuse(const Process& process, const ports::Loaded& loaded,
                                             base::Timestamp now, Refusal refusal) {
  const auto& payment = *loaded.payment;
  if (!was_asked(process.asked, payment.id) && may_be_old(loaded, payment, now))
    return ask_about(payment.id);
  if (was_not_told(process.asked, payment.id)) return std::unexpected(not_told());
  return std::unexpected(std::move(refusal));
}

base::Result<Decided, Refusal> confirm(Process& process, const ports::Loaded& loaded,
                                       domain::Moment moment) {
  const auto now = moment.now;
  COBRO_TRY_INTO(auto means, choose(process, loaded));
  if (!means) return Decided{.again = true};
  if (auto payable = check_debt(loaded); !payable)
    return ask_or_refuse(process, loaded, now, std::move(payable).error());
  if (const auto declined = declined_before(process, loaded, now)) return ask_about(*declined);
  auto books = open_books(loaded, std::move(moment));
  COBRO_TRY_INTO(auto sent, make_call(process.context, books,
                                      ports::ConfirmCommand{std::move(means->method),
                                                            std::move(means->customer),
                                                            process.command.return_url}));
  if (!books.move(domain::PaymentEvent::confirmation_sent)) {
    if (const auto other = old_holder(loaded, process.asked, now, &*loaded.payment))
      return ask_about(*other);
    return ask_or_refuse(process, loaded, now, order_amount_taken(loaded, &*loaded.payment));
  }
  Decided decided;
  collect(books, decided.changes);
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

// While something is open at the gateway its word decides; while it says nothing new, the caller
// waits.
base::Result<Decided, Refusal> ask_or_wait(Process& process, const domain::Payment& payment) {
  if (was_asked(process.asked, payment.id)) return std::unexpected(payment_in_progress(payment));
  process.awaits_outcome = true;
  return ask_about(payment.id);
}

// After a look said that the last try was declined, this call reports it rather than
// trying again: it may have come for the answer of that very try.
base::Result<Decided, Refusal> report_decline(const Process& process,
                                              const domain::Payment& payment) {
  const auto decline = payment.decline.value_or(domain::Decline{});
  return reply_with(process.call.render_refusal(
      {.code = RefusalCode::payment_declined,
       .message = decline.message.empty() ? "The payment was declined." : decline.message,
       .decline_code = decline.decline_code.value_or(decline.code)}));
}

base::Result<Decided, Refusal> decide(Process& process, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, process.call.caller));
  const auto* gateway = process.context.gateways.find(payment.gateway);
  const bool remote = gateway != nullptr && gateway->capabilities().remote;
  const bool asked = was_asked(process.asked, payment.id);
  switch (payment.state) {
    case PaymentState::authorized:
    case PaymentState::succeeded:
      return reply_with(process.render(payment));
    case PaymentState::cancelled:
      return std::unexpected(
          wrong_state(process.call, payment, PaymentState::pending, " or failed"));
    case PaymentState::processing:
      if (payment.conflicted) return std::unexpected(payment_conflicted());
      return ask_or_wait(process, payment);
    case PaymentState::requires_action:
      if (payment.conflicted) return std::unexpected(payment_conflicted());
      if (asked || payment.pending_operation) return reply_with(process.render(payment));
      return ask_or_wait(process, payment);
    case PaymentState::failed:
    case PaymentState::pending:
      break;
  }
  if (!remote) return manual_reply(process, payment);
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.pending_operation) return ask_or_wait(process, payment);
  if (payment.gateway_checkout_id)
    return std::unexpected(
        invalid_state("The payment is made on the gateway's own page, and nowhere else."));
  if (process.awaits_outcome && payment.state == PaymentState::failed && check_debt(loaded))
    return report_decline(process, payment);
  return confirm(process, loaded, std::move(moment));
}

// Whether the refusal was of what the caller did not name and the gateway does not know any more: a
// default method, whose place another may have taken by now, or a customer, once.
base::Task<bool> can_go_on(Context& context, const Process& process, RefusalCode refusal,
                           bool& is_tried) {
  if (!process.customer) co_return false;
  if (refusal == RefusalCode::validation_failed && process.used_default &&
      co_await has_left(context, *process.customer, *process.used_default))
    co_return true;
  co_return !std::exchange(is_tried, true) && process.used &&
      co_await is_replaced(context, *process.customer, *process.used);
}

}  // namespace

base::Task<Answer> process_payment(Context& context, Call call, ProcessPayment command,
                                   RenderPayment render) {
  auto own = within_one_deadline(context);
  Process process{own, call, command, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(process, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  // Most likely the customer that is needed: a user pays what is theirs.
  const auto* saving = context.gateways.with_saved_methods();
  if (saving != nullptr && !may(call.caller, Action::filter_by_user))
    process.customer = ports::CustomerRef{saving->name(), call.caller.tenant_id, call.caller.sub};
  ports::Reads reads{
      .root = command.payment, .parts = {.siblings = true}, .transaction_numbers = 1};
  bool tried = false;
  while (true) {
    if (process.customer) reads.customer = *process.customer;
    auto decided =
        co_await idempotently_with_query(own, call, reads, decide_once, render_left, process.asked);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (process.wanted) process.customer = std::exchange(process.wanted, std::nullopt);
    if (decided->again) continue;
    if (decided->reply) co_return std::move(*decided->reply);
    auto answer = co_await perform(own, &call, std::move(decided->calls.front()), render_accepted);
    if (answer || !co_await can_go_on(own, process, answer.error().code, tried)) co_return answer;
  }
}

}  // namespace cobro::app
