#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Payment& payment) {
  params.add(payment.number)
      .add(payment.kind)
      .add(payment.order_id)
      .add(payment.user_id)
      .add(payment.tenant_id)
      .add(payment.created_at)
      .add(payment.course_id);
}

void put_overpayment(Params& params, const std::optional<domain::Overpayment>& overpayment) {
  if (!overpayment) {
    const std::int64_t none = 0;
    params.null(ParamType::id).null().null(ParamType::number).add(none).add(none).add(none);
    return;
  }
  params.add(overpayment->id)
      .add(overpayment->reason)
      .add(overpayment->created_at)
      .add(overpayment->amount.minor())
      .add(overpayment->refunded.minor())
      .add(overpayment->refunding.minor());
}

std::optional<domain::Overpayment> read_overpayment(Cells& cells, domain::Currency currency) {
  const auto id = cells.opt_id<domain::OverpaymentId>();
  const auto reason = cells.opt_enum<domain::OverpaymentReason>("overpayment reason");
  const auto created_at = cells.opt_time();
  const auto amount = cells.money(currency);
  const auto refunded = cells.money(currency);
  const auto refunding = cells.money(currency);
  if (!id || !reason || !created_at) return std::nullopt;
  return domain::Overpayment{*id, *reason, amount, refunded, refunding, *created_at};
}

void put_changing(Params& params, const domain::Payment& payment) {
  params.add(payment.gateway)
      .add(payment.capture_method)
      .add(payment.state)
      .add(payment.amount.currency().code())
      .add(payment.amount.minor())
      .add(payment.captured.minor())
      .add(payment.refunded.minor())
      .add(payment.refunding.minor())
      .add(payment.description)
      .json(payment.metadata)
      .add(payment.gateway_payment_id)
      .add(payment.gateway_charge_id)
      .json(payment.gateway_response);
  put_decline(params, payment.decline);
  put_next_action(params, payment.next_action);
  params.add(payment.pending_operation)
      .add(payment.conflicted)
      .add(payment.calls)
      .add(payment.event_sequence)
      .add(payment.updated_at)
      .add(payment.processed_at);
  put_overpayment(params, payment.overpayment);
  params.add(payment.subscription_id)
      .add(payment.gateway_customer_id)
      .add(payment.gateway_payment_method_id)
      .add(payment.gateway_invoice_id)
      .add(payment.client_secret)
      .add(payment.disputed.minor())
      .add(payment.dispute_status)
      .add(payment.gateway_checkout_id);
}

}  // namespace

const Table& payments() {
  static const Table table(
      "payments", {"number", "kind", "order_id", "user_id", "tenant_id", "created_at", "course_id"},
      {"gateway",
       "capture_method",
       "state",
       "currency",
       "amount",
       "captured",
       "refunded",
       "refunding",
       "description",
       "metadata",
       "gateway_payment_id",
       "gateway_charge_id",
       "gateway_response",
       "decline_reason",
       "decline_code",
       "decline_message",
       "action_type",
       "action_url",
       "action_client_secret",
       "pending_operation",
       "conflicted",
       "calls",
       "event_sequence",
       "updated_at",
       "processed_at",
       "overpayment_id",
       "overpayment_reason",
       "overpaid_at",
       "overpaid",
       "overpaid_refunded",
       "overpaid_refunding",
       "subscription_id",
       "gateway_customer_id",
       "gateway_payment_method_id",
       "gateway_invoice_id",
       "client_secret",
       "disputed",
       "dispute_status",
       "gateway_checkout_id"});
  return table;
}

void put_decline(Params& params, const std::optional<domain::Decline>& decline) {
  if (decline)
    params.add(decline->code).add(decline->decline_code).add(decline->message);
  else
    params.null().null().null();
}

std::optional<domain::Decline> read_decline(Cells& cells) {
  auto code = cells.opt_text();
  auto decline_code = cells.opt_text();
  auto message = cells.opt_text();
  if (!code) return std::nullopt;
  return domain::Decline{std::move(*code), std::move(decline_code),
                         std::move(message).value_or("")};
}

void put_next_action(Params& params, const std::optional<domain::NextAction>& action) {
  if (action)
    params.add(action->type).add(action->url).add(action->client_secret);
  else
    params.null().null().null();
}

std::optional<domain::NextAction> read_next_action(Cells& cells) {
  auto type = cells.opt_text();
  auto url = cells.opt_text();
  auto secret = cells.opt_text();
  if (!type) return std::nullopt;
  return domain::NextAction{std::move(*type), std::move(url), std::move(secret)};
}

void put_money(Params& params, const std::optional<domain::Money>& amount) {
  if (amount)
    params.add(amount->currency().code()).add(amount->minor());
  else
    params.null().null(ParamType::number);
}

std::optional<domain::Money> read_money(Cells& cells) {
  const auto currency = cells.opt([&] { return cells.currency(); });
  const auto minor = cells.opt_int64();
  if (!currency || !minor) return std::nullopt;
  return domain::Money(*minor, *currency);
}

Statement insert(const domain::Payment& payment) {
  return insert_into(payments(), payment, put_fixed, put_changing);
}

Statement update(const domain::Payment& payment) {
  return update_of(payments(), payment, put_changing);
}

domain::Payment read_payment(Cells& cells) {
  const auto id = cells.id<domain::PaymentId>();
  const auto number = cells.int64();
  const auto kind = cells.enum_value<domain::PaymentKind>("payment kind");
  const auto order = cells.opt_id<domain::OrderId>();
  auto user = cells.text();
  auto tenant = cells.opt_text();
  const auto created_at = cells.time();
  auto course = cells.opt_text();
  const auto gateway = cells.enum_value<domain::GatewayName>("gateway");
  const auto capture = cells.enum_value<domain::CaptureMethod>("capture method");
  const auto state = cells.enum_value<domain::PaymentState>("payment state");
  const auto currency = cells.currency();
  domain::Payment payment{.id = id,
                          .number = number,
                          .kind = kind,
                          .order_id = order,
                          .course_id = std::move(course),
                          .user_id = std::move(user),
                          .tenant_id = std::move(tenant),
                          .gateway = gateway,
                          .capture_method = capture,
                          .state = state,
                          .amount = cells.money(currency),
                          .captured = cells.money(currency),
                          .refunded = cells.money(currency),
                          .refunding = cells.money(currency),
                          .disputed = domain::Money::zero(currency),
                          .description = cells.opt_text(),
                          .metadata = cells.text(),
                          .gateway_payment_id = cells.opt_text(),
                          .gateway_charge_id = cells.opt_text(),
                          .gateway_response = cells.opt_text(),
                          .decline = read_decline(cells),
                          .next_action = read_next_action(cells),
                          .pending_operation = cells.opt_enum<domain::Operation>("operation"),
                          .created_at = created_at};
  payment.conflicted = cells.flag();
  payment.calls = cells.int64();
  payment.event_sequence = cells.int64();
  payment.updated_at = cells.time();
  payment.processed_at = cells.opt_time();
  payment.overpayment = read_overpayment(cells, currency);
  payment.subscription_id = cells.opt_id<domain::SubscriptionId>();
  payment.gateway_customer_id = cells.opt_text();
  payment.gateway_payment_method_id = cells.opt_text();
  payment.gateway_invoice_id = cells.opt_text();
  payment.client_secret = cells.opt_text();
  payment.disputed = cells.money(currency);
  payment.dispute_status = cells.opt_enum<domain::DisputeStatus>("dispute status");
  payment.gateway_checkout_id = cells.opt_text();
  payment.version = cells.int64();
  return payment;
}

}  // namespace cobro::store
