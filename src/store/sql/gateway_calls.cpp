#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// The request's bytes are among what never changes: they are sent again and again.
void put_fixed(Params& params, const domain::GatewayCall& call) {
  params.add(call.operation)
      .add(call.subject_id)
      .add(call.refund_id)
      .add(call.gateway)
      .add(call.gateway_key)
      .add(call.request.method)
      .add(call.request.path)
      .add(call.request.version)
      .add(call.request.body)
      .add(call.target)
      .add(call.on_page)
      .add(call.state_before)
      .add(call.requested_by)
      .add(call.created_at);
  put_money(params, call.amount);
}

void put_changing(Params& params, const domain::GatewayCall& call) {
  params.add(call.status)
      .add(call.unknown)
      .add(call.every_send_not_executed)
      .add(call.sends)
      .add(call.first_sent_at)
      .add(call.deadline)
      .add(call.next_check_at)
      .add(call.checks);
  put_decline(params, call.decline);
  params.add(call.record_key).add(call.closed_at).add(call.in_review).add(call.instance_id);
}

}  // namespace

const Table& gateway_calls() {
  static const Table table(
      "gateway_calls",
      {"operation", "subject_id", "refund_id", "gateway", "gateway_key", "request_method",
       "request_path", "request_version", "request_body", "target", "on_page", "state_before",
       "requested_by", "created_at", "currency", "amount"},
      {"status", "unknown", "every_send_not_executed", "sends", "first_sent_at", "deadline",
       "next_check_at", "checks", "decline_reason", "decline_code", "decline_message", "record_key",
       "closed_at", "in_review", "instance_id"});
  return table;
}

Statement insert(const domain::GatewayCall& call) {
  return insert_into(gateway_calls(), call, put_fixed, put_changing);
}

Statement update(const domain::GatewayCall& call) {
  return update_of(gateway_calls(), call, put_changing);
}

domain::GatewayCall read_call(Cells cells) {
  domain::GatewayCall call{};
  call.id = cells.id<domain::CallId>();
  call.operation = cells.enum_value<domain::Operation>("operation");
  call.subject_id = cells.uuid();
  call.refund_id = cells.opt_id<domain::RefundId>();
  call.gateway = cells.enum_value<domain::GatewayName>("gateway");
  call.gateway_key = cells.text();
  call.request.method = cells.text();
  call.request.path = cells.text();
  call.request.version = cells.text();
  call.request.body = cells.text();
  call.target = cells.opt_text();
  call.on_page = cells.flag();
  call.state_before = cells.enum_value<domain::PaymentState>("payment state");
  call.requested_by = cells.text();
  call.created_at = cells.time();
  call.amount = read_money(cells);
  call.status = cells.enum_value<domain::CallStatus>("status of a gateway call");
  call.unknown = cells.flag();
  call.every_send_not_executed = cells.flag();
  call.sends = cells.int64();
  call.first_sent_at = cells.time();
  call.deadline = cells.time();
  call.next_check_at = cells.time();
  call.checks = cells.int64();
  call.decline = read_decline(cells);
  call.record_key = cells.opt_text();
  call.closed_at = cells.opt_time();
  call.in_review = cells.flag();
  call.instance_id = cells.opt_id<domain::InstanceId>();
  call.version = cells.int64();
  return call;
}

}  // namespace cobro::store
