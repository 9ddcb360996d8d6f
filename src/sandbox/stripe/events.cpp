#include "sandbox/stripe/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;

constexpr std::int64_t kReachesBack = 30LL * 24 * 3600;

std::string quoted_or_null(std::string_view text) {
  if (text.empty()) return "null";
  std::string out;
  wire::append_json_string(text, out);
  return out;
}

Json shown(Account& account, const EventRecord& event) {
  auto json = wire::parse_json(event_body(event, account.database.pending_deliveries(event.seq)));
  COBRO_CHECK(json.has_value());
  return std::move(*json);
}

struct EventFilter {
  ListQuery query;
  std::vector<std::string> types;

  [[nodiscard]] bool matches(const EventRecord& event) const {
    if (event.created < query.created_from || event.created > query.created_to) return false;
    return types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string& type) {
             if (type.ends_with("*"))
               return event.type.starts_with(type.substr(0, type.size() - 1));
             return event.type == type;
           });
  }
};

// Walks from the cursor in pages until `limit` events match and one more is known of.
void collect(Account& account, const EventFilter& filter, std::int64_t after, std::int64_t before,
             bool oldest_first, std::vector<EventRecord>& into) {
  constexpr int kPage = 200;
  const auto wanted = static_cast<std::size_t>(filter.query.limit) + 1;
  while (into.size() < wanted) {
    auto page = account.database.list_events(after, before, kPage, oldest_first);
    for (auto& event : page) {
      (oldest_first ? after : before) = event.seq;
      if (into.size() < wanted && filter.matches(event)) into.push_back(std::move(event));
    }
    if (page.size() < kPage) return;
  }
}

}  // namespace

std::string event_body(const EventRecord& event, int pending_webhooks) {
  return fmt::format(
      R"({{"id":"{}","object":"event","api_version":"{}","created":{},"data":{},"livemode":false,)"
      R"("pending_webhooks":{},"request":{{"id":{},"idempotency_key":{}}},"type":"{}"}})",
      event.id, kAccountVersion, event.created, event.data, pending_webhooks,
      quoted_or_null(event.request_id), quoted_or_null(event.idempotency_key), event.type);
}

Answer retrieve_event(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  const auto event = call.account.database.find_event(call.id);
  if (!event) return std::unexpected(no_such(404, "event", call.id, "id"));
  return shown(call.account, *event);
}

Answer list_events(Call& call) {
  EventFilter filter{read_list_query(call.params, "event"), call.params.texts("types")};
  if (call.params.has("type") && call.params.has("types"))
    call.params.refuse(only_one_of("type", "types"));
  if (const auto type = call.params.non_empty("type")) filter.types.push_back(*type);
  call.params.not_yet({"delivery_success"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto& query = filter.query;
  query.created_from = std::max(query.created_from, call.account.unix_now() - kReachesBack);
  const bool oldest_first = query.ending_before.has_value();
  const auto& cursor = oldest_first ? query.ending_before : query.starting_after;
  std::int64_t bound = oldest_first ? 0 : INT64_MAX;
  if (cursor) {
    const auto event = call.account.database.find_event(*cursor);
    if (!event)
      return std::unexpected(
          no_such(400, "event", *cursor, oldest_first ? "ending_before" : "starting_after"));
    bound = event->seq;
  }
  std::vector<EventRecord> found;
  collect(call.account, filter, oldest_first ? bound : 0, oldest_first ? INT64_MAX : bound,
          oldest_first, found);
  const bool has_more = found.size() > static_cast<std::size_t>(query.limit);
  if (has_more) found.pop_back();
  if (oldest_first) std::reverse(found.begin(), found.end());
  wire::JsonArray data;
  for (const auto& event : found) data.push_back(shown(call.account, event));
  return list_object("/v1/events", std::move(data), has_more);
}

}  // namespace cobro::sandbox::stripe
