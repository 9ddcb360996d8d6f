#include "app/calls/gateway_call.h"

#include <fmt/format.h>

#include "app/calls/accounts.h"
#include "app/calls/recovery.h"
#include "app/pipeline/guards.h"
#include "base/check.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Refusal;
using domain::RefusalCode;
using Made = base::Result<GatewayCall, Refusal>;

Refusal not_available() {
  return {.code = RefusalCode::gateway_not_available,
          .message = "This gateway is not available for this."};
}

// Others may have taken this instance for dead: it sends nothing before it has a lease again.
Refusal no_lease() {
  return {.code = RefusalCode::unavailable,
          .message = "The service cannot reach its database at the moment; try again shortly.",
          .retry_after_s = 1};
}

// What is begun is to have the time to be answered.
Refusal no_time() {
  return {
      .code = RefusalCode::gateway_busy,
      .message = "The payment gateway answers slowly; nothing more was begun. Try again shortly.",
      .retry_after_s = 2};
}

bool has_lost_lease(const Context& context) {
  return context.lease->is_lost(context.clock.steady());
}

std::optional<domain::Money> amount_of(const ports::PaymentCommand& command,
                                       const domain::Payment& payment) {
  if (const auto* capture = std::get_if<ports::CaptureCommand>(&command)) return capture->amount;
  if (const auto* refund = std::get_if<ports::RefundCommand>(&command)) return refund->amount;
  if (std::holds_alternative<ports::ConfirmCommand>(command)) return payment.amount;
  return std::nullopt;
}

// What all calls begin with, once the subject's counter counts them.
GatewayCall begin(const Context& context, domain::CallId id, const ports::CommandFacts& facts,
                  const Counted& row, domain::GatewayRequest request, std::string requested_by,
                  base::Timestamp now) {
  const auto deadline = now + context.time_for_gateway(now);
  return {
      .id = id,
      .operation = facts.operation,
      .subject_id = row.subject,
      .refund_id = facts.refund_id,
      .gateway = row.gateway,
      .gateway_key = fmt::format("cobro-{}-{}-{}-{}", context.store.deployment(),
                                 row.subject.to_string(), to_string(facts.operation), row.counter),
      .request = std::move(request),
      .target = facts.target,
      .on_page = facts.on_page,
      .requested_by = std::move(requested_by),
      .sends = 1,
      .first_sent_at = now,
      .deadline = deadline,
      .instance_id = context.lease->instance(),
      .next_check_at = deadline + kRecoveryGrace,
      .created_at = now};
}

template <class Interface, class Command>
Made make(const Context& context, const Interface* gateway, Counted row, const Command& command,
          std::string requested_by, domain::Moment& moment) {
  if (gateway == nullptr) return std::unexpected(not_available());
  if (auto refusal = wrong_account(context, row.gateway))
    return std::unexpected(std::move(*refusal));
  if (has_lost_lease(context)) return std::unexpected(no_lease());
  if (!context.has_time(moment.now)) return std::unexpected(no_time());
  const auto id = moment.ids.next<domain::CallId>();
  COBRO_TRY_INTO(auto request, gateway->build(command, id));
  row.counter += 1;
  return begin(context, id, facts_of(command), row, std::move(request), std::move(requested_by),
               moment.now);
}

}  // namespace

Made make_call(const Context& context, domain::Books& books, const ports::PaymentCommand& command,
               std::string requested_by) {
  const auto& payment = books.payment();
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  const auto* gateway = context.gateways.find(payment.gateway);
  if (gateway == nullptr || !gateway->capabilities().remote)
    return std::unexpected(not_available());
  if (auto refusal = wrong_account(context, payment.gateway))
    return std::unexpected(std::move(*refusal));
  if (has_lost_lease(context)) return std::unexpected(no_lease());
  if (!context.has_time(books.now())) return std::unexpected(no_time());
  const auto id = books.ids().next<domain::CallId>();
  COBRO_TRY_INTO(auto request, gateway->build(command, payment, id));
  const auto facts = facts_of(command);
  auto counter = payment.calls + 1;
  auto call = begin(context, id, facts, {payment.gateway, payment.id.uuid, counter},
                    std::move(request), std::move(requested_by), books.now());
  call.amount = amount_of(command, payment);
  call.state_before = payment.state;
  books.note([&](domain::Payment& row) {
    row.calls = counter;
    if (facts.operation != domain::Operation::refund) row.pending_operation = facts.operation;
  });
  return call;
}

Made make_call(const Context& context, Counted row, const ports::MethodCommand& command,
               std::string requested_by, domain::Moment& moment) {
  const auto* gateway = context.gateways.find(row.gateway);
  return make(context, gateway ? gateway->saved_methods() : nullptr, row, command,
              std::move(requested_by), moment);
}

Made make_call(const Context& context, Counted row, const ports::SubscriptionCommand& command,
               std::string requested_by, domain::Moment& moment) {
  const auto* gateway = context.gateways.find(row.gateway);
  return make(context, gateway ? gateway->subscriptions() : nullptr, row, command,
              std::move(requested_by), moment);
}

void follow_end(const GatewayCall& call, base::Timestamp now, ports::Changes& changes) {
  changes.update(call);
  if (call.in_review)
    changes.resolve_reviews.push_back({call.id,
                                       call.status == CallStatus::accepted
                                           ? domain::ReviewOutcome::succeeded
                                           : domain::ReviewOutcome::failed,
                                       now});
  if (!call.record_key) return;
  if (call.status == CallStatus::not_executed) {
    changes.release_records.push_back(*call.record_key);
  } else {
    changes.complete_records.push_back({*call.record_key, now + kRecordLife});
  }
}

void end_call(GatewayCall& call, CallStatus status, std::optional<domain::Decline> decline,
              base::Timestamp now, ports::Changes& changes) {
  COBRO_CHECK(call.status == CallStatus::open && status != CallStatus::open);
  call.status = status;
  call.decline = std::move(decline);
  call.closed_at = now;
  follow_end(call, now, changes);
}

const GatewayCall* open_call_of(const ports::Loaded& loaded, base::Uuid subject) {
  for (const auto& call : loaded.open_calls)
    if (call.subject_id == subject && call.operation != domain::Operation::refund) return &call;
  return nullptr;
}

}  // namespace cobro::app
