#include "store/sql/entities.h"

namespace cobro::store {
namespace {

// As with an attempt, the request's bytes never change.
void put_fixed(Params& params, const domain::Errand& errand) {
  params.add(errand.operation)
      .add(errand.subject_id)
      .add(errand.gateway)
      .add(errand.gateway_key)
      .add(errand.request.method)
      .add(errand.request.path)
      .add(errand.request.version)
      .add(errand.request.body)
      .add(errand.requested_by)
      .add(errand.created_at);
}

void put_changing(Params& params, const domain::Errand& errand) {
  params.add(errand.status)
      .add(errand.unknown)
      .add(errand.every_send_not_executed)
      .add(errand.sends)
      .add(errand.first_sent_at)
      .add(errand.deadline)
      .add(errand.next_check_at)
      .add(errand.checks);
  put_decline(params, errand.decline);
  params.add(errand.record_key).add(errand.closed_at);
}

}  // namespace

const Table& errands() {
  static const Table table(
      "errands",
      {"operation", "subject_id", "gateway", "gateway_key", "request_method", "request_path",
       "request_version", "request_body", "requested_by", "created_at"},
      {"status", "unknown", "every_send_not_executed", "sends", "first_sent_at", "deadline",
       "next_check_at", "checks", "decline_reason", "decline_code", "decline_message", "record_key",
       "closed_at"});
  return table;
}

Statement insert(const domain::Errand& errand) {
  return insert_into(errands(), errand, put_fixed, put_changing);
}

Statement update(const domain::Errand& errand) {
  return update_of(errands(), errand, put_changing);
}

domain::Errand read_errand(Cells cells) {
  domain::Errand errand;
  errand.id = cells.id<domain::ErrandId>();
  errand.operation = cells.word<domain::ErrandOperation>("errand operation");
  errand.subject_id = cells.uuid();
  errand.gateway = cells.word<domain::GatewayName>("gateway");
  errand.gateway_key = cells.text();
  errand.request.method = cells.text();
  errand.request.path = cells.text();
  errand.request.version = cells.text();
  errand.request.body = cells.text();
  errand.requested_by = cells.text();
  errand.created_at = cells.time();
  errand.status = cells.word<domain::AttemptStatus>("errand status");
  errand.unknown = cells.flag();
  errand.every_send_not_executed = cells.flag();
  errand.sends = cells.int64();
  errand.first_sent_at = cells.time();
  errand.deadline = cells.time();
  errand.next_check_at = cells.time();
  errand.checks = cells.int64();
  errand.decline = read_decline(cells);
  errand.record_key = cells.opt_text();
  errand.closed_at = cells.opt_time();
  errand.version = cells.int64();
  return errand;
}

}  // namespace cobro::store
