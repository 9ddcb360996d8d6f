#include "app/errands.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/attempts.h"
#include "app/guards.h"
#include "app/own_record.h"
#include "app/subscription_facts.h"
#include "base/check.h"
#include "domain/words.h"
#include "wire/form.h"

namespace cobro::app {

namespace {

using domain::AttemptStatus;
using domain::Errand;
using domain::ErrandOperation;
using domain::Refusal;
using domain::RefusalCode;
using ports::AnswerKind;
using ports::Changes;
using ports::ErrandAnswer;
using ports::Loaded;

ErrandOperation operation_of(const ports::ErrandCommand& command) {
  struct Visitor {
    ErrandOperation operator()(const ports::CreateCustomerCommand&) const {
      return ErrandOperation::create_customer;
    }
    ErrandOperation operator()(const ports::AttachMethodCommand&) const {
      return ErrandOperation::attach_method;
    }
    ErrandOperation operator()(const ports::DetachMethodCommand&) const {
      return ErrandOperation::detach_method;
    }
    ErrandOperation operator()(const ports::CreateSubscriptionCommand&) const {
      return ErrandOperation::create_subscription;
    }
    ErrandOperation operator()(const ports::EndAtPeriodEndCommand&) const {
      return ErrandOperation::end_at_period_end;
    }
    ErrandOperation operator()(const ports::EndNowCommand&) const {
      return ErrandOperation::end_now;
    }
    ErrandOperation operator()(const ports::EndPageCommand&) const {
      return ErrandOperation::end_now;
    }
    ErrandOperation operator()(const ports::ResumeCommand&) const {
      return ErrandOperation::resume;
    }
    ErrandOperation operator()(const ports::ChangePlanCommand&) const {
      return ErrandOperation::change_plan;
    }
  };
  return std::visit(Visitor{}, command);
}

Refusal outcome_unknown() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The gateway did not say what became of this; it will be resolved. Repeat "
              "the request with the same Idempotency-Key to learn the outcome."};
}

Refusal declined(const Errand& errand) {
  const auto decline = errand.decline.value_or(domain::Decline{});
  return {.code = RefusalCode::payment_declined,
          .message = decline.message.empty() ? "The payment was declined." : decline.message,
          .decline_code = decline.decline_code.value_or(decline.code)};
}

Refusal not_executed(const ErrandSettled& settled) {
  if (settled.busy)
    return {.code = RefusalCode::gateway_busy,
            .message = "The payment gateway is busy; nothing was done. Try again shortly.",
            .retry_after_s = 2};
  if (settled.bad_payment_method)
    return invalid_field("payment_method_id", "not_accepted",
                         "is not one that the payment gateway knows or takes");
  if (settled.bad_price)
    return invalid_field("price_id", "unknown", "is no price that the payment gateway knows");
  const auto brief = settled.message.substr(0, settled.message.find(':'));
  return {.code = RefusalCode::gateway_refused,
          .message = fmt::format("The payment gateway refused the request{}; nothing was done.",
                                 brief.empty() ? "" : " (" + brief + ")")};
}

Answer answer_of(const Call& call, const ErrandSettled& settled, const WordErrand& word) {
  switch (settled.errand.status) {
    case AttemptStatus::accepted:
      return word(settled);
    case AttemptStatus::declined:
      return call.word_refusal(declined(settled.errand));
    case AttemptStatus::not_executed:
      return std::unexpected(not_executed(settled));
    case AttemptStatus::open:
      break;
  }
  return std::unexpected(outcome_unknown());
}

const domain::PaymentMethod* method_of(const Loaded& loaded, const Errand& errand) {
  for (const auto& method : loaded.methods)
    if (method.id.uuid == errand.subject_id) return &method;
  return nullptr;
}

ErrandSettled as_loaded(const Loaded& loaded, Errand errand) {
  ErrandSettled settled{.errand = std::move(errand),
                        .customer = loaded.customer,
                        .subscription = loaded.subscription};
  if (const auto* method = method_of(loaded, settled.errand)) settled.method = *method;
  return settled;
}

// ---- what an answer changes ---------------------------------------------------------------

// One settlement of one errand, in one decision.
struct Settlement {
  Context& context;
  const Loaded& loaded;
  const domain::Moment moment;
  const std::vector<domain::Plan>& plans;
  const ErrandAnswer& answer;
  const SubscriptionFacts& facts;
  const bool looked_up;
  Changes changes = {};
  ErrandSettled after;

  void settle_customer(AttemptStatus status) {
    if (status != AttemptStatus::accepted) return;
    auto& customer = *after.customer;
    customer.gateway_customer_id = std::get<domain::CustomerNews>(answer.news).gateway_customer_id;
    customer.updated_at = moment.now;
    changes.update_customers.push_back(customer);
  }

  void settle_attached(AttemptStatus status) {
    auto& method = *after.method;
    method.updated_at = moment.now;
    method.status = status == AttemptStatus::accepted ? domain::MethodStatus::attached
                                                      : domain::MethodStatus::refused;
    if (status == AttemptStatus::accepted) {
      const auto& news = std::get<domain::MethodNews>(answer.news);
      method.gateway_payment_method_id = news.gateway_payment_method_id;
      method.type = news.type;
      method.brand = news.brand;
      method.last4 = news.last4;
      method.exp_month = news.exp_month;
      method.exp_year = news.exp_year;
      if (!after.customer->default_method_id) set_default(method.id);
    }
    changes.update_methods.push_back(method);
  }

  void settle_detached(AttemptStatus status) {
    if (status != AttemptStatus::accepted) return;
    auto& method = *after.method;
    method.status = domain::MethodStatus::detached;
    method.updated_at = moment.now;
    changes.update_methods.push_back(method);
    if (after.customer->default_method_id != method.id) return;
    std::optional<domain::PaymentMethodId> next;
    for (const auto& other : loaded.methods)
      if (other.id != method.id && other.status == domain::MethodStatus::attached) next = other.id;
    set_default(next);
  }

  void set_default(std::optional<domain::PaymentMethodId> id) {
    after.customer->default_method_id = id;
    after.customer->updated_at = moment.now;
    changes.update_customers.push_back(*after.customer);
  }

  void settle_subscription(AttemptStatus status) {
    domain::SubscriptionBooks books(moment, *loaded.subscription, plans);
    const bool told = facts.subscription || facts.page;
    if (told && status != AttemptStatus::not_executed) {
      apply_facts(context, loaded, moment, books, facts, after.errand.id, changes);
    } else if (after.errand.operation == ErrandOperation::create_subscription) {
      books.give_up("gateway", "not_created");
    }
    collect(books, changes);
    after.subscription = books.subscription();
  }

  void end(AttemptStatus status) {
    switch (after.errand.operation) {
      case ErrandOperation::create_customer:
        settle_customer(status);
        break;
      case ErrandOperation::attach_method:
        settle_attached(status);
        break;
      case ErrandOperation::detach_method:
        settle_detached(status);
        break;
      default:
        settle_subscription(status);
    }
    end_errand(after.errand, status, answer.decline, moment.now, changes);
  }

  void keep_open() {
    after.errand.unknown = true;
    after.errand.every_send_not_executed = false;
    changes.update_errands.push_back(after.errand);
  }

  // A method that the gateway does not have any more is as good as detached.
  [[nodiscard]] bool is_gone() const {
    return after.errand.operation == ErrandOperation::detach_method && answer.bad_payment_method;
  }

  void settle() {
    switch (answer.kind) {
      case AnswerKind::accepted:
        return end(AttemptStatus::accepted);
      case AnswerKind::declined:
        return end(AttemptStatus::declined);
      case AnswerKind::not_executed:
        if (is_gone()) return end(AttemptStatus::accepted);
        if (after.errand.every_send_not_executed || looked_up)
          return end(AttemptStatus::not_executed);
        return keep_open();
      case AnswerKind::unknown:
        return keep_open();
    }
  }
};

bool is_about_subscription(const Errand& errand) {
  return subject_of(errand.operation) == domain::ErrandSubject::subscription;
}

struct Try {
  std::optional<Answer> answer;
  bool moved = false;  // the subscription was changed by somebody else meanwhile
};

// One try to commit what the answer means. `version`: of the subscription that the facts are
// newer than.
base::Task<base::Result<Try, Refusal>> settle_once(Context& context, const Call* call,
                                                   const Errand& errand, const ErrandAnswer& answer,
                                                   const SubscriptionFacts& facts,
                                                   const std::vector<domain::Plan>& plans,
                                                   std::int64_t version, bool looked_up,
                                                   const WordErrand& word) {
  Try result;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    COBRO_CHECK(loaded.errand.has_value());
    result = {};
    const bool open = loaded.errand->status == AttemptStatus::open;
    if (open && facts.subscription && loaded.subscription->version != version) {
      result.moved = true;
      return Changes{};
    }
    Settlement settlement{.context = context,
                          .loaded = loaded,
                          .moment = moment,
                          .plans = plans,
                          .answer = answer,
                          .facts = facts,
                          .looked_up = looked_up,
                          .after = as_loaded(loaded, *loaded.errand)};
    if (open) settlement.settle();
    auto& after = settlement.after;
    after.busy = answer.busy;
    after.bad_payment_method = answer.bad_payment_method;
    after.bad_price = answer.bad_price;
    after.message = answer.message;
    if (call == nullptr) {
      const bool known = after.errand.status != AttemptStatus::open;
      result.answer = known ? Answer(StoredReply{}) : std::unexpected(outcome_unknown());
      return settlement.changes;
    }
    if (auto reply = answered_meanwhile(own_record(loaded, after.errand))) {
      result.answer = std::move(*reply);
      return settlement.changes;
    }
    result.answer = answer_of(*call, after, word);
    if (*result.answer)
      close_record(own_record(loaded, after.errand), **result.answer, moment.now,
                   settlement.changes);
    return settlement.changes;
  };
  ports::Reads reads{.record_key = errand.record_key};
  reads.errand = errand.id;
  read_for_facts(context, errand.gateway, facts, reads);
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return result;
}

SubscriptionFacts facts_of(const ErrandAnswer& answer) {
  SubscriptionFacts facts;
  if (const auto* news = std::get_if<domain::SubscriptionNews>(&answer.news))
    facts.subscription = *news;
  if (const auto* news = std::get_if<domain::CheckoutNews>(&answer.news)) facts.page = *news;
  return facts;
}

// A first payment that was declined leaves a subscription that nobody pays: to its caller that
// is a decline.
void note_decline(const Errand& errand, const SubscriptionFacts& facts, ErrandAnswer& answer) {
  if (errand.operation != ErrandOperation::create_subscription || !facts.invoice) return;
  const auto& payment = facts.invoice->payment;
  if (!payment || payment->state != domain::RemoteState::declined || !payment->decline) return;
  answer.kind = AnswerKind::declined;
  answer.decline = payment->decline;
}

constexpr int kMaxFetches = 5;

base::Task<Answer> settle_errand(Context& context, const Call* call, Errand errand,
                                 ErrandAnswer answer, bool looked_up, WordErrand word) {
  auto facts = facts_of(answer);
  std::vector<domain::Plan> plans;
  std::int64_t version = 0;
  if (is_about_subscription(errand)) {
    plans = co_await context.store.plans();
    const auto before = co_await context.store.load({.errand = errand.id});
    if (before.subscription) version = before.subscription->version;
    // An answer is as old as its request; whatever came since was fetched later.
    if (facts.subscription && before.subscription &&
        before.subscription->updated_at > errand.first_sent_at)
      facts = (co_await fetch_facts(context, errand.gateway,
                                    facts.subscription->gateway_subscription_id, std::nullopt))
                  .value_or(facts);
    else if (errand.operation == ErrandOperation::create_subscription && facts.subscription &&
             facts.subscription->latest_invoice_id)
      facts.invoice =
          co_await fetch_invoice(context, errand.gateway, *facts.subscription->latest_invoice_id);
  }
  note_decline(errand, facts, answer);
  for (int i = 0; i < kMaxFetches; ++i) {
    auto tried =
        co_await settle_once(context, call, errand, answer, facts, plans, version, looked_up, word);
    if (!tried && tried.error().code == RefusalCode::unavailable)
      co_return std::unexpected(outcome_unknown());
    if (!tried) co_return std::unexpected(std::move(tried).error());
    if (!tried->moved) co_return std::move(*tried->answer);
    const auto now = co_await context.store.load({.errand = errand.id});
    version = now.subscription->version;
    facts = (co_await fetch_facts(context, errand.gateway,
                                  facts.subscription->gateway_subscription_id, std::nullopt))
                .value_or(facts);
  }
  co_return std::unexpected(outcome_unknown());
}

base::Task<ErrandAnswer> send_errand(Context& context, const Errand& errand) {
  const auto* gateway = context.gateways.find(errand.gateway);
  COBRO_CHECK(gateway != nullptr && gateway->billing() != nullptr);
  ErrandAnswer answer;
  const auto left = errand.deadline - context.clock.now();
  if (left <= base::Duration::zero()) {
    answer.message = "the deadline passed before the request was sent";
    co_return answer;
  }
  auto response =
      co_await context.http.send(gateway->to_http(errand.request, errand.gateway_key, left));
  if (response) {
    answer = gateway->billing()->parse_errand(errand.operation, *response);
  } else {
    answer.message = std::move(response.error().message);
  }
  if (answer.kind == AnswerKind::unknown || answer.kind == AnswerKind::not_executed)
    context.log.write(ports::LogLevel::warning,
                      answer.kind == AnswerKind::unknown ? "a gateway's answer settles nothing"
                                                         : "a gateway refused a request",
                      {{"errand", errand.gateway_key}, {"reason", answer.message}});
  co_return answer;
}

base::Task<Answer> send_and_settle(Context& context, const Call* call, Errand errand,
                                   WordErrand word) {
  auto answer = co_await send_errand(context, errand);
  co_return co_await settle_errand(context, call, std::move(errand), std::move(answer), false,
                                   std::move(word));
}

}  // namespace

base::Result<Errand, Refusal> make_errand(const Context& context, domain::GatewayName name,
                                          const ports::ErrandCommand& command, base::Uuid subject,
                                          std::int64_t& counter, std::string requested_by,
                                          domain::Moment& moment) {
  const auto* gateway = context.gateways.find(name);
  if (gateway == nullptr || gateway->billing() == nullptr)
    return std::unexpected(Refusal{.code = RefusalCode::gateway_not_available,
                                   .message = "This gateway is not available for this."});
  const auto id = moment.ids.next<domain::ErrandId>();
  const auto operation = operation_of(command);
  COBRO_TRY_INTO(auto request, gateway->billing()->build_errand(command, id));
  const auto deadline = moment.now + context.settings.gateway_timeout;
  counter += 1;
  return Errand{.id = id,
                .operation = operation,
                .subject_id = subject,
                .gateway = name,
                .gateway_key = fmt::format("cobro-{}-{}-{}-{}", context.store.deployment(),
                                           subject.to_string(), word(operation), counter),
                .request = std::move(request),
                .requested_by = std::move(requested_by),
                .sends = 1,
                .first_sent_at = moment.now,
                .deadline = deadline,
                .next_check_at = deadline + kRecoveryGrace,
                .created_at = moment.now};
}

base::Task<Answer> perform_errand(Context& context, const Call* call, Errand errand,
                                  WordErrand word) {
  const auto key = errand.gateway_key;
  std::string failure;
  try {
    co_return co_await send_and_settle(context, call, std::move(errand), std::move(word));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::error, "an errand was sent and could not be settled",
                    {{"errand", key}, {"reason", failure}});
  co_return std::unexpected(outcome_unknown());
}

base::Task<void> settle_by_look(Context& context, Errand errand, ErrandAnswer answer) {
  const auto key = errand.gateway_key;
  const WordErrand unworded = [](const ErrandSettled&) { return StoredReply{}; };
  auto settled = co_await settle_errand(context, nullptr, std::move(errand), std::move(answer),
                                        true, unworded);
  if (!settled)
    context.log.write(ports::LogLevel::warning, "an errand could not be closed", {{"errand", key}});
}

Answer word_settled(const Call& call, const Loaded& loaded, const WordErrand& word) {
  if (!loaded.errand) return std::unexpected(outcome_unknown());
  return answer_of(call, as_loaded(loaded, *loaded.errand), word);
}

bool asks_for(const Errand& errand, const std::string& value) {
  const auto fields = wire::parse_form(errand.request.body);
  return fields && std::ranges::any_of(*fields, [&](const auto& f) { return f.second == value; });
}

void end_errand(Errand& errand, AttemptStatus status, std::optional<domain::Decline> decline,
                base::Timestamp now, Changes& changes) {
  COBRO_CHECK(errand.status == AttemptStatus::open && status != AttemptStatus::open);
  errand.status = status;
  errand.decline = std::move(decline);
  errand.closed_at = now;
  changes.update_errands.push_back(errand);
  if (!errand.record_key) return;
  if (status == AttemptStatus::not_executed) {
    changes.release_records.push_back(*errand.record_key);
  } else {
    changes.settle_records.push_back({*errand.record_key, now + kRecordLife});
  }
}

void collect(const domain::SubscriptionBooks& books, Changes& changes) {
  if (books.changed()) changes.update_subscriptions.push_back(books.subscription());
  const auto& result = books.result();
  changes.insert_status_changes.insert(changes.insert_status_changes.end(),
                                       result.status_changes.begin(), result.status_changes.end());
  changes.insert_events.insert(changes.insert_events.end(), result.events.begin(),
                               result.events.end());
  changes.set_entitlements.insert(changes.set_entitlements.end(), result.entitlements.begin(),
                                  result.entitlements.end());
}

}  // namespace cobro::app
