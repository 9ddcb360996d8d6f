#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// The request's bytes are among what never changes: they are sent again and again.
void put_fixed(Params& params, const domain::Attempt& attempt) {
  params.add(attempt.payment_id)
      .add(attempt.refund_id)
      .add(attempt.operation)
      .add(attempt.gateway)
      .add(attempt.gateway_key)
      .add(attempt.request.method)
      .add(attempt.request.path)
      .add(attempt.request.version)
      .add(attempt.request.body)
      .add(attempt.state_before)
      .add(attempt.created_at);
  put_money(params, attempt.amount);
}

void put_changing(Params& params, const domain::Attempt& attempt) {
  params.add(attempt.status)
      .add(attempt.unknown)
      .add(attempt.every_send_not_executed)
      .add(attempt.sends)
      .add(attempt.first_sent_at)
      .add(attempt.deadline)
      .add(attempt.next_check_at)
      .add(attempt.checks);
  put_decline(params, attempt.decline);
  params.add(attempt.record_key).add(attempt.closed_at).add(attempt.in_review);
}

}  // namespace

const Table& attempts() {
  static const Table table(
      "attempts",
      {"payment_id", "refund_id", "operation", "gateway", "gateway_key", "request_method",
       "request_path", "request_version", "request_body", "state_before", "created_at", "currency",
       "amount"},
      {"status", "unknown", "every_send_not_executed", "sends", "first_sent_at", "deadline",
       "next_check_at", "checks", "decline_reason", "decline_code", "decline_message", "record_key",
       "closed_at", "in_review"});
  return table;
}

Statement insert(const domain::Attempt& attempt) {
  return insert_into(attempts(), attempt, put_fixed, put_changing);
}

Statement update(const domain::Attempt& attempt) {
  return update_of(attempts(), attempt, put_changing);
}

domain::Attempt read_attempt(Cells cells) {
  domain::Attempt attempt;
  attempt.id = cells.id<domain::AttemptId>();
  attempt.payment_id = cells.id<domain::PaymentId>();
  attempt.refund_id = cells.opt_id<domain::RefundId>();
  attempt.operation = cells.word<domain::Operation>("operation");
  attempt.gateway = cells.word<domain::GatewayName>("gateway");
  attempt.gateway_key = cells.text();
  attempt.request.method = cells.text();
  attempt.request.path = cells.text();
  attempt.request.version = cells.text();
  attempt.request.body = cells.text();
  attempt.state_before = cells.word<domain::PaymentState>("payment state");
  attempt.created_at = cells.time();
  attempt.amount = read_money(cells);
  attempt.status = cells.word<domain::AttemptStatus>("attempt status");
  attempt.unknown = cells.flag();
  attempt.every_send_not_executed = cells.flag();
  attempt.sends = cells.int64();
  attempt.first_sent_at = cells.time();
  attempt.deadline = cells.time();
  attempt.next_check_at = cells.time();
  attempt.checks = cells.int64();
  attempt.decline = read_decline(cells);
  attempt.record_key = cells.opt_text();
  attempt.closed_at = cells.opt_time();
  attempt.in_review = cells.flag();
  attempt.version = cells.int64();
  return attempt;
}

}  // namespace cobro::store
