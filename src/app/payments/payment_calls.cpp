#include "app/payments/payment_calls.h"

#include "app/methods/copies.h"
#include "app/payments/closing.h"
#include "app/payments/payment_query.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Books;
using domain::CallStatus;
using domain::GatewayCall;
using domain::Operation;
using ports::Changes;
using ports::GatewayAnswer;
using ports::Loaded;

// A gateway that contradicts itself or us completes nothing; a person will look.
bool completes(domain::Applied applied) {
  return applied == domain::Applied::changed || applied == domain::Applied::nothing_new;
}

bool accept_refund(Books& books, GatewayCall& call, const domain::GatewayRefund& refund,
                   Changes& changes) {
  if (!completes(domain::apply(books, refund, &call))) return false;
  end_payment_call(books, call, CallStatus::accepted, std::nullopt, changes);
  return true;
}

bool accept(const Loaded& loaded, Books& books, GatewayCall& call, const GatewayAnswer& answer,
            Changes& changes) {
  if (answer.refund) return accept_refund(books, call, *answer.refund, changes);
  COBRO_CHECK(answer.payment.has_value());
  if (!completes(domain::apply(books, *answer.payment))) return false;
  auto end = domain::ending(call, *loaded.payment, *answer.payment);
  // This answer is about this very call, so a refusal that it shows is this call's.
  if (!end && answer.payment->state == domain::RemoteState::declined) end = CallStatus::declined;
  if (!end) return false;
  end_payment_call(books, call, *end, answer.payment->decline, changes);
  return true;
}

// The object that the gateway names exists: it is used or cancelled before another is made.
void keep_named(Books& books, const std::optional<domain::GatewayPayment>& named) {
  if (!named || !named->gateway_payment_id || books.payment().gateway_payment_id) return;
  if (named->our_payment && named->our_payment != books.payment().id) return;
  books.note([&](domain::Payment& row) {
    row.gateway_payment_id = named->gateway_payment_id;
    if (named->client_secret) row.client_secret = named->client_secret;
  });
}

bool decline(Books& books, GatewayCall& call, const GatewayAnswer& answer, Changes& changes) {
  const domain::Decline unexplained{"card_declined", std::nullopt, "The payment was declined."};
  const auto why = answer.decline.value_or(unexplained);
  if (call.operation == Operation::confirm) {
    const auto named = answer.payment.value_or(domain::GatewayPayment{});
    keep_named(books, answer.payment);
    if (!books.decline(why, named.charge_id, named.redacted.empty() ? "{}" : named.redacted))
      return false;
  } else if (call.operation == Operation::refund) {
    books.end_refund(*call.refund_id, domain::RefundStatus::failed, why.message, "{}");
  }
  end_payment_call(books, call, CallStatus::declined, why, changes);
  return true;
}

// Of a payment in conflict, what may have been done stays open until a person has looked.
bool withdraw(Books& books, GatewayCall& call, const GatewayAnswer& answer, Changes& changes) {
  if (books.payment().conflicted && !call.every_send_not_executed) return false;
  keep_named(books, answer.payment);
  end_payment_call(books, call, CallStatus::not_executed, std::nullopt, changes);
  return true;
}

class PaymentCompletion final : public Completion {
 public:
  explicit PaymentCompletion(bool of_refund) : of_refund_(of_refund) {}
  base::Task<bool> prepare(Context&) override { co_return true; }
  void add_reads(ports::Reads& reads) const override {
    reads.parts = {.refunds = of_refund_, .transactions = of_refund_};
    reads.transaction_numbers = 1;
  }
  [[nodiscard]] bool is_stale(const Loaded&) const override { return false; }

  bool complete(const Loaded& loaded, domain::Moment moment, const Verdict& verdict,
                Changes& changes, Completed& after) override {
    auto books = open_books(loaded, std::move(moment));
    GatewayCall call = *loaded.call;
    const bool ended = end(loaded, books, call, verdict, changes);
    if (ended) follow_closing(loaded, books);
    collect(books, changes);
    after.payment = books.payment();
    after.order = books.order();
    if (call.refund_id)
      for (const auto& refund : books.refunds())
        if (call.refund_id == refund.id) after.refund = refund;
    after.call = std::move(call);
    return ended;
  }

 private:
  static bool end(const Loaded& loaded, Books& books, GatewayCall& call, const Verdict& verdict,
                  Changes& changes) {
    switch (verdict.status) {
      case CallStatus::accepted:
        return accept(loaded, books, call, verdict.answer, changes);
      case CallStatus::declined:
        return decline(books, call, verdict.answer, changes);
      case CallStatus::not_executed:
        return withdraw(books, call, verdict.answer, changes);
      case CallStatus::open:
        break;
    }
    return false;
  }

  bool of_refund_;
};

Sighting sighting_of(const base::Result<Query, domain::Refusal>& asked) {
  if (!asked || *asked == Query::no_answer) return Sighting::no_answer;
  return *asked == Query::beyond_total ? Sighting::beyond_total : Sighting::seen;
}

class PaymentCalls final : public CallHandler {
 public:
  [[nodiscard]] std::unique_ptr<Completion> completion(const Context&, const GatewayCall& call,
                                                       GatewayAnswer&) const override {
    return std::make_unique<PaymentCompletion>(call.operation == Operation::refund);
  }
  [[nodiscard]] GatewayAnswer parse(const ports::Gateway& gateway, const GatewayCall& call,
                                    const ports::HttpResponse& response) const override {
    return gateway.parse(call.operation, response);
  }
  base::Task<Sighting> query(Context& context, GatewayCall call) const override {
    if (call.operation == Operation::refund) {
      // A dispute may be why it is refused.
      if (auto asked = co_await query_disputes(context, call.payment_id()); !asked)
        co_return Sighting::no_answer;
      co_return sighting_of(co_await query_refunds(context, call.payment_id()));
    }
    co_return sighting_of(co_await query_payment(context, call.payment_id()));
  }
  base::Task<void> check_copies(Context& context, GatewayCall call,
                                ports::Fault fault) const override {
    const auto loaded =
        co_await context.store.load({.root = ports::PaymentRef{call.payment_id()}, .parts = {}});
    if (!loaded.payment) co_return;
    const auto& payment = *loaded.payment;
    const auto method = call.target ? call.target : payment.gateway_payment_method_id;
    co_await check_blamed(context,
                          ports::CustomerRef{payment.gateway, payment.tenant_id, payment.user_id},
                          fault, method);
  }
  [[nodiscard]] bool may_send(const Loaded& loaded) const override {
    return !loaded.payment || !loaded.payment->conflicted;
  }
  void ask_a_person(const Loaded& loaded, domain::Moment& moment, const GatewayCall& call,
                    std::string detail, Changes& changes) const override {
    auto books = open_books(loaded, moment);
    books.ask_a_person(call, std::move(detail));
    collect(books, changes);
    moment.ids = books.ids();
  }
};

}  // namespace

const CallHandler& payment_calls() {
  static const PaymentCalls handler;
  return handler;
}

}  // namespace cobro::app
