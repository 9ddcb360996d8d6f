#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {

// One field a line: names and values of ours hold no line break (RFC 9110 section 5.5).
std::string to_lines(const wire::Headers& headers) {
  std::string lines;
  for (const auto& header : headers) {
    COBRO_CHECK(header.name.find_first_of("\n:") == std::string::npos &&
                header.value.find('\n') == std::string::npos);
    lines.append(header.name).append(":").append(header.value).append("\n");
  }
  return lines;
}

wire::Headers from_lines(std::string_view lines) {
  wire::Headers headers;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    const auto colon = line.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos)
      fail_unreadable("stored header", line);
    headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
    lines.remove_prefix(end + 1);
  }
  return headers;
}

namespace {

void put_fixed(Params& params, const ports::IdempotencyRecord& record) {
  params.add(record.key).add(record.request_hash).add(record.created_at);
}

void put_changing(Params& params, const ports::IdempotencyRecord& record) {
  params.add(record.state).add(record.call_id);
  if (record.reply)
    params.add(std::int64_t{record.reply->status})
        .add(to_lines(record.reply->headers))
        .add(record.reply->body);
  else
    params.null(ParamType::number).null().null();
  params.add(record.expires_at);
}

}  // namespace

const Table& records() {
  static const Table table(
      "records", {"key", "request_hash", "created_at"},
      {"state", "call_id", "reply_status", "reply_headers", "reply_body", "expires_at"});
  return table;
}

Statement insert(const ports::IdempotencyRecord& record) {
  return insert_into(records(), record, put_fixed, put_changing);
}

Statement update(const ports::IdempotencyRecord& record) {
  return update_of(records(), record, put_changing);
}

ports::IdempotencyRecord read_record(Cells cells) {
  ports::IdempotencyRecord record;
  record.id = cells.id<domain::RecordId>();
  record.key = cells.text();
  record.request_hash = cells.text();
  record.created_at = cells.time();
  record.state = cells.enum_value<ports::RecordState>("record state");
  record.call_id = cells.opt_id<domain::CallId>();
  const auto status = cells.opt_int64();
  auto headers = cells.opt_text();
  auto body = cells.opt_text();
  if (status)
    record.reply = ports::StoredReply{static_cast<int>(*status), from_lines(headers.value_or("")),
                                      std::move(body).value_or("")};
  record.expires_at = cells.opt_time();
  record.version = cells.int64();
  return record;
}

}  // namespace cobro::store
