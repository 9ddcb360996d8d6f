#include "app/subscriptions/subscription_calls.h"

#include "app/calls/driver.h"
#include "app/calls/object_query.h"
#include "app/calls/review.h"
#include "app/methods/copies.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscription_sync.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Operation;
using ports::AnswerKind;
using ports::Changes;
using ports::GatewayAnswer;
using ports::GatewayObject;
using ports::Loaded;

SubscriptionFacts facts_of(const GatewayAnswer& answer) {
  SubscriptionFacts facts;
  if (const auto* snapshot = std::get_if<domain::GatewaySubscription>(&answer.snapshot))
    facts.subscription = *snapshot;
  if (const auto* snapshot = std::get_if<domain::GatewayCheckout>(&answer.snapshot))
    facts.page = *snapshot;
  if (const auto* snapshot = std::get_if<domain::GatewayInvoice>(&answer.snapshot))
    facts.invoice = *snapshot;
  return facts;
}

class SubscriptionCompletion final : public Completion {
 public:
  SubscriptionCompletion(const Context& context, GatewayCall call, GatewayAnswer& answer)
      : context_(context),
        call_(std::move(call)),
        answer_(answer),
        facts_(answer.kind == AnswerKind::unknown ? SubscriptionFacts{} : facts_of(answer)),
        fresh_(!facts_.subscription) {}

  // An answer is as old as its request; whatever came since was fetched later.
  base::Task<bool> prepare(Context& context) override {
    plans_ = co_await context.store.plans();
    const auto before = co_await context.store.load({.call = ports::ref_of(call_)});
    const auto& row = before.subscription;
    if (row) version_ = row->version;
    if (row && call_.operation == Operation::pay_invoice && !co_await look(context, *row))
      co_return false;
    if (fresh_ || !row) co_return true;
    const bool first = !std::exchange(asked_, true);
    if (!first || row->updated_at > call_.first_sent_at) {
      auto found = co_await fetch_facts(context, call_.gateway,
                                        facts_.subscription->gateway_subscription_id, std::nullopt);
      if (found) facts_ = std::move(*found);
    } else if (tells_of_an_invoice(*row)) {
      facts_.invoice =
          co_await fetch_invoice(context, call_.gateway, *facts_.subscription->latest_invoice_id);
    }
    note_decline();
    co_return true;
  }

  void add_reads(ports::Reads& reads) const override {
    read_for_facts(context_, call_.gateway, facts_, reads);
  }
  [[nodiscard]] bool is_stale(const Loaded& loaded) const override {
    return facts_.subscription && loaded.subscription && loaded.subscription->version != version_;
  }

  bool complete(const Loaded& loaded, domain::Moment moment, const Verdict& verdict,
                Changes& changes, Completed& after) override {
    const auto now = moment.now;
    domain::SubscriptionBooks books(moment, *loaded.subscription, plans_);
    const bool told = facts_.subscription || facts_.page || facts_.invoice || facts_.gone;
    const bool made = call_.operation != Operation::create_subscription ||
                      verdict.status != CallStatus::not_executed;
    if (told && made) {
      apply_facts(context_, loaded, std::move(moment), books, facts_, call_.id, changes);
    } else if (call_.operation == Operation::create_subscription) {
      books.give_up("gateway", "not_created");
    }
    collect(books, changes);
    after.subscription = books.subscription();
    end_call(after.call, verdict.status, verdict.answer.decline, now, changes);
    return true;
  }

 private:
  // What became of the subscription when its invoice was paid, or was not: neither answer tells.
  // A refusal has changed nothing, unless the invoice waits for the customer: then it is being
  // paid. False when what a refusal means cannot be told.
  base::Task<bool> look(Context& context, const domain::Subscription& row) {
    const bool tried = answer_.kind == AnswerKind::accepted || answer_.kind == AnswerKind::declined;
    const bool refused = answer_.kind == AnswerKind::not_executed && answer_.look_first;
    if (!(tried || refused) || !row.gateway_subscription_id) co_return true;
    auto found =
        co_await fetch_facts(context, call_.gateway, *row.gateway_subscription_id, call_.target);
    if (!found) co_return tried;
    facts_ = std::move(*found);
    if (refused && facts_.invoice && requires_action(*facts_.invoice))
      answer_.kind = AnswerKind::accepted;
    co_return true;
  }
  // Whether what the answer shows may have come with a payment that we do not know: then it is
  // believed whole.
  [[nodiscard]] bool tells_of_an_invoice(const domain::Subscription& row) const {
    const auto& told = *facts_.subscription;
    if (!told.latest_invoice_id) return false;
    const auto differs = [](const auto& value, const auto& known) {
      return value && value != known;
    };
    return call_.operation == Operation::create_subscription ||
           told.latest_invoice_id != row.latest_invoice_id ||
           differs(told.status, std::optional(row.status)) ||
           differs(told.current_period_start, row.current_period_start) ||
           differs(told.current_period_end, row.current_period_end);
  }
  // A first payment that was declined leaves a subscription that nobody pays: to its caller that
  // is a decline.
  void note_decline() {
    if (call_.operation != Operation::create_subscription || !facts_.invoice) return;
    const auto& payment = facts_.invoice->payment;
    if (!payment || payment->state != domain::RemoteState::declined || !payment->decline) return;
    answer_.kind = AnswerKind::declined;
    answer_.decline = payment->decline;
  }

  const Context& context_;
  GatewayCall call_;
  GatewayAnswer& answer_;
  SubscriptionFacts facts_;
  bool fresh_;  // there is nothing that could be older than what we know
  bool asked_ = false;
  std::vector<domain::Plan> plans_;
  std::int64_t version_ = 0;
};

// What the gateway calls it; for one that is to be made, whose customer it is for.
std::optional<std::string> gateway_id_of(const domain::Subscription& row, const GatewayCall& call) {
  if (call.operation == Operation::create_subscription) return row.gateway_customer_id;
  return row.gateway_subscription_id ? row.gateway_subscription_id : row.gateway_checkout_id;
}

// Whether what was found is what the call made or changed.
bool is_ours(const GatewayCall& call, const domain::GatewaySubscription& found) {
  return call.operation != Operation::create_subscription ||
         (found.our_subscription && found.our_subscription->uuid == call.subject_id);
}

bool shows_done(const GatewayCall& call, const GatewayObject& object) {
  if (const auto* page = std::get_if<domain::GatewayCheckout>(&object)) {
    if (!page->our_subscription || page->our_subscription->uuid != call.subject_id) return false;
    return call.operation == Operation::create_subscription ||
           page->status == domain::CheckoutStatus::expired;
  }
  if (const auto* invoice = std::get_if<domain::GatewayInvoice>(&object))
    return shows(call, *invoice);
  const auto* found = std::get_if<domain::GatewaySubscription>(&object);
  return found != nullptr && is_ours(call, *found) && shows(call, *found);
}

class SubscriptionCalls final : public CallHandler {
 public:
  [[nodiscard]] std::unique_ptr<Completion> completion(const Context& context,
                                                       const GatewayCall& call,
                                                       GatewayAnswer& answer) const override {
    return std::make_unique<SubscriptionCompletion>(context, call, answer);
  }
  [[nodiscard]] GatewayAnswer parse(const ports::Gateway& gateway, const GatewayCall& call,
                                    const ports::HttpResponse& response) const override {
    return interface_of(gateway, call)->parse(call.operation, response);
  }
  base::Task<Sighting> query(Context& context, GatewayCall call) const override {
    const auto loaded = co_await context.store.load({.call = ports::ref_of(call)});
    if (!loaded.call || !loaded.subscription) co_return Sighting::no_answer;
    auto found = co_await find_object(
        context, call, gateway_id_of(*loaded.subscription, call),
        [&call](const GatewayObject& object) { return shows_done(call, object); });
    if (!found.answered) co_return Sighting::no_answer;
    if (!std::holds_alternative<std::monostate>(found.object)) {
      const bool ended =
          co_await complete_as(context, std::move(call),
                               {.kind = AnswerKind::accepted, .snapshot = std::move(found.object)});
      // What was found and could not be written is not to be given up.
      co_return ended ? Sighting::seen : Sighting::no_answer;
    }
    // What happened there without us is applied all the same.
    if (call.operation != Operation::create_subscription &&
        co_await sync_subscription(context, domain::SubscriptionId{call.subject_id}) ==
            Synced::no_answer)
      co_return Sighting::no_answer;
    co_return Sighting::seen;
  }
  base::Task<void> check_copies(Context& context, GatewayCall call,
                                ports::Fault fault) const override {
    const auto loaded = co_await context.store.load({.call = ports::ref_of(call)});
    if (!loaded.subscription) co_return;
    const bool other = call.operation == Operation::set_method;
    co_await check_blamed(context, loaded.subscription->customer_id, fault,
                          other ? call.target : loaded.subscription->gateway_payment_method_id);
  }
  void ask_a_person(const Loaded& loaded, domain::Moment& moment, const GatewayCall& call,
                    std::string detail, Changes& changes) const override {
    std::optional<Owner> owner;
    if (loaded.subscription)
      owner = Owner{loaded.subscription->user_id, loaded.subscription->tenant_id};
    changes.insert(review_of(call, owner, std::move(detail), moment));
  }
};

}  // namespace

const CallHandler& subscription_calls() {
  static const SubscriptionCalls handler;
  return handler;
}

}  // namespace cobro::app
