#include "app/calls/driver.h"
#include "app/methods/copies.h"
#include "app/methods/saved_methods.h"
#include "app/payments/intents.h"
#include "app/payments/new_payments.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"

namespace cobro::app {

namespace {

using domain::Refusal;

constexpr int kMostTries = 6;

struct Creation {
  const Context& context;
  const Call& call;
  const CreateIntent& command;
};

// The gateway's token of what the command names.
base::Result<std::optional<std::string>, Refusal> gateway_method(const CreateIntent& command,
                                                                 const SavedMethods& saved) {
  if (!command.payment_method) return std::nullopt;
  if (const auto* method = find_method(saved, *command.payment_method))
    return method->gateway_payment_method_id;
  if (base::Uuid::parse(*command.payment_method))
    return std::unexpected(
        invalid_field("payment_method_id", "not_found", "is none of your payment methods"));
  return command.payment_method;
}

domain::Payment make_payment(const Creation& creation, const domain::Customer& customer,
                             std::optional<std::string> method, std::int64_t number,
                             domain::Moment& moment) {
  const auto& [context, call, command] = creation;
  const auto zero = domain::Money::zero(command.amount.currency());
  domain::Payment payment{.id = moment.ids.next<domain::PaymentId>(),
                          .number = number,
                          .kind = command.kind,
                          .user_id = call.caller.sub,
                          .tenant_id = call.caller.tenant_id,
                          .gateway = command.gateway,
                          .capture_method = command.capture_method,
                          .amount = command.amount,
                          .captured = zero,
                          .refunded = zero,
                          .refunding = zero,
                          .description = command.description,
                          .metadata = command.metadata,
                          .created_at = moment.now,
                          .updated_at = moment.now};
  payment.course_id = command.course_id;
  payment.gateway_customer_id = customer.gateway_customer_id;
  payment.gateway_payment_method_id = std::move(method);
  return payment;
}

base::Result<Decided, Refusal> decide(const Creation& creation, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  const auto saved = saved_methods_of(loaded);
  Decided decided;
  // Not made yet, or found gone meanwhile; no number is drawn before it is there.
  decided.again =
      !saved.customer || !saved.customer->gateway_customer_id || loaded.payment_numbers.empty();
  if (decided.again) return decided;
  COBRO_TRY_INTO(auto method, gateway_method(creation.command, saved));
  auto payment = make_payment(creation, *saved.customer, std::move(method),
                              loaded.payment_numbers.front(), moment);
  decided.changes.insert(created_event(payment, moment));
  if (creation.command.checkout)
    decided.changes.insert(make_checkout(*creation.command.checkout, payment, moment.now));
  const ports::CreateCommand create{
      page_of(creation.context, creation.command.checkout, moment.now)};
  domain::Books books(std::move(moment), std::move(payment), std::nullopt, {}, {});
  COBRO_TRY_INTO(auto sent, make_call(creation.context, books, create));
  decided.changes.insert(books.payment());
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

std::optional<Refusal> check(const Context& context, const CreateIntent& command) {
  const auto* gateway = context.gateways.find(command.gateway);
  if (gateway == nullptr || !gateway->capabilities().remote)
    return gateway_not_available(command.gateway);
  return gateway->check_amount(command.amount);
}

}  // namespace

base::Task<Answer> create_intent(Context& shared, Call call, CreateIntent command,
                                 RenderPayment render) {
  auto context = within_one_deadline(shared);
  if (auto refusal = check(context, command)) co_return std::unexpected(std::move(*refusal));
  const Creation creation{context, call, command};
  std::optional<std::string> used;  // what the gateway calls the customer
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    const auto saved = saved_methods_of(loaded);
    used = saved.customer ? saved.customer->gateway_customer_id : std::nullopt;
    return decide(creation, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  const ports::CustomerRef owner{command.gateway, call.caller.tenant_id, call.caller.sub};
  const auto known = (co_await context.store.load({.customer = owner})).customer;
  ports::Reads reads{.customer = owner};
  reads.payment_numbers = known && known->gateway_customer_id ? 1 : 0;
  for (int i = 0; i < kMostTries; ++i) {
    auto decided = co_await idempotently(context, call, reads, decide_once, render_left);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (decided->again) {
      // Not before the record was looked at: what it answers needs no customer.
      auto customer = co_await ensure_customer(context, call.caller, command.gateway);
      if (!customer) co_return std::unexpected(std::move(customer).error());
      reads.payment_numbers = 1;
      continue;
    }
    auto answer =
        co_await perform(context, &call, std::move(decided->calls.front()), render_accepted);
    // For a customer that the gateway does not know any more, the next one is made another.
    if (answer || !used || !co_await is_replaced(context, owner, *used)) co_return answer;
  }
  co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_busy,
                                    .message = "The customer is being changed; try again.",
                                    .retry_after_s = 2});
}

}  // namespace cobro::app
