#include "app/review/review_resolve.h"
#include "app/calls/gateway_call.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_facts.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::MethodStatus;
using domain::Operation;
using domain::Refusal;
using domain::ReviewOutcome;
using ports::Changes;
using ports::Loaded;

bool makes_something(Operation operation) {
  return operation == Operation::create_customer || operation == Operation::create_subscription;
}

void resolve_method(const Loaded& loaded, base::Uuid subject, Operation operation, bool done,
                    base::Timestamp now, Changes& changes) {
  for (auto method : loaded.methods) {
    if (method.id.uuid != subject) continue;
    const bool detach = operation == Operation::detach_method;
    if (detach && !done) return;
    method.status = detach ? MethodStatus::detached
                    : done ? MethodStatus::attached
                           : MethodStatus::refused;
    method.updated_at = now;
    changes.update(std::move(method));
  }
}

void resolve_customer(const Loaded& loaded, const ResolveReview& command, Changes& changes) {
  auto customer = *loaded.customer;
  customer.gateway_customer_id = command.gateway_transaction_id;
  changes.update(std::move(customer));
}

// What it has become there is learned by its next event or status query.
void resolve_subscription(const Loaded& loaded, domain::Moment moment, Operation operation,
                          bool done, const ResolveReview& command, Changes& changes) {
  if (operation != Operation::create_subscription) return;
  if (done) {
    auto row = *loaded.subscription;
    row.gateway_subscription_id = command.gateway_transaction_id;
    row.updated_at = moment.now;
    changes.update(std::move(row));
    return;
  }
  domain::SubscriptionBooks books(std::move(moment), *loaded.subscription, {});
  books.give_up("admin", "not_created");
  collect(books, changes);
}

}  // namespace

base::Result<void, Refusal> resolve_other(const Loaded& loaded, domain::Moment moment,
                                          const ResolveReview& command, Changes& changes) {
  if (!loaded.call || loaded.call->status != CallStatus::open) return {};
  auto call = *loaded.call;
  const auto operation = call.operation;
  const bool done = command.outcome == ReviewOutcome::succeeded;
  const auto now = moment.now;
  if (done && makes_something(operation) && !command.gateway_transaction_id)
    return std::unexpected(invalid_field("gateway_transaction_id", "required",
                                         "is required: the id of what was made at the gateway"));
  switch (subject_of(operation)) {
    case domain::CallSubject::customer:
      if (!done) break;
      resolve_customer(loaded, command, changes);
      break;
    case domain::CallSubject::payment_method:
      resolve_method(loaded, call.subject_id, operation, done, now, changes);
      break;
    case domain::CallSubject::subscription:
      resolve_subscription(loaded, std::move(moment), operation, done, command, changes);
      break;
    case domain::CallSubject::payment:
      break;
  }
  call.in_review = false;  // its review is resolved here, by name
  end_call(call, done ? CallStatus::accepted : CallStatus::not_executed, std::nullopt, now,
           changes);
  return {};
}

}  // namespace cobro::app
