#include "sandbox/stripe/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sandbox/stripe/webhook_endpoints.h"

namespace cobro::sandbox::stripe {

std::string Account::chance(std::size_t count) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(count, '\0');
  random_.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  for (char& letter : text)
    letter = kAlphabet[static_cast<std::uint8_t>(letter) % kAlphabet.size()];
  return text;
}

std::string Account::new_id(std::string_view beginning) {
  constexpr std::size_t kLength = 24;
  const auto given = beginning.size() - beginning.find('_') - 1;
  return std::string(beginning) + chance(kLength - given);
}

void Account::emit(const Cause& cause, std::string_view type, const wire::Json& object,
                   const wire::JsonObject& previous_attributes) {
  EventRecord event{0,
                    new_id("evt_1"),
                    std::string(type),
                    unix_now(),
                    cause.request_id,
                    cause.idempotency_key,
                    R"({"object":)"};
  wire::append_text(object, event.data);
  if (!previous_attributes.empty()) {
    event.data += R"(,"previous_attributes":)";
    wire::append_text(previous_attributes, event.data);
  }
  event.data += "}";
  const auto seq = database.append(event);
  deliver(seq, type);
  constexpr int kTrimEvery = 1024;
  if (++events_since_trim_ % kTrimEvery == 0) database.trim_events(options.events_kept);
}

base::Duration Account::part_of(base::Duration span) {
  std::array<std::uint8_t, 4> bytes{};
  random_.fill(bytes);
  const std::int64_t drawn = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
  constexpr std::int64_t kAll = 1 << 24;
  return span / kAll * drawn + span % kAll * drawn / kAll;
}

void Account::deliver(std::int64_t event, std::string_view type) {
  const auto targets = webhook_targets(*this, type);
  if (targets.empty()) return;
  auto due = real_now();
  int copies = 1;
  if (const auto rule = faults.strike_webhook(type)) {
    if (rule->fault == Fault::webhook_duplicated) copies = 2;
    if (rule->fault == Fault::webhook_late) due = due + rule->delay;
    if (rule->fault == Fault::webhook_reordered) due = due + part_of(rule->delay);
    if (rule->fault == Fault::webhook_withheld) due = kWithheld;
  }
  for (const auto& target : targets)
    for (int copy = 0; copy < copies; ++copy) database.add_delivery(event, target, due);
  work_waiting_ = true;
}

void Account::schedule_in(std::string_view job, std::string_view object, base::Duration wait) {
  database.schedule({std::string(job), std::string(object), real_now() + wait, {}});
  work_waiting_ = true;
}

void Account::schedule_at(std::string_view job, std::string_view object,
                          std::int64_t unix_seconds) {
  database.schedule({std::string(job), std::string(object),
                     base::Timestamp::from_unix_seconds(unix_seconds),
                     clock_scope_ ? clock_scope_->clock : ""});
  work_waiting_ = true;
}

Account::ClockScope::ClockScope(Account& account, std::string clock_id, base::Timestamp at)
    : clock(std::move(clock_id)), now(at), account_(account), outer_(account.clock_scope_) {
  if (!clock.empty()) account_.clock_scope_ = this;
}

Account::ClockScope::~ClockScope() {
  account_.clock_scope_ = outer_;
}

namespace {

// limit, starting_after, ending_before.
ListQuery read_page(Params& params, std::string_view kind) {
  ListQuery query;
  query.kind = kind;
  if (const auto limit = params.integer("limit")) {
    if (*limit < 1 || *limit > 100)
      params.refuse(invalid_request("This value must be between 1 and 100 (inclusive).", "limit",
                                    "parameter_invalid_integer"));
    else
      query.limit = static_cast<int>(*limit);
  }
  query.starting_after = params.non_empty("starting_after");
  query.ending_before = params.non_empty("ending_before");
  if (query.starting_after && query.ending_before)
    params.refuse(only_one_of("ending_before", "starting_after"));
  return query;
}

}  // namespace

ListQuery read_list_query(Params& params, std::string_view kind) {
  ListQuery query = read_page(params, kind);
  const wire::Json* created = params.tree().find("created");
  if (created && created->as_string()) {
    query.created_from = query.created_to = params.integer("created").value_or(0);
  } else if (Params* range = params.group("created")) {
    if (const auto from = range->integer("gte")) query.created_from = *from;
    if (const auto above = range->integer("gt"); above && *above < INT64_MAX)
      query.created_from = *above + 1;
    if (const auto to = range->integer("lte")) query.created_to = *to;
    if (const auto below = range->integer("lt"); below && *below > INT64_MIN)
      query.created_to = *below - 1;
  }
  return query;
}

wire::Json list_object(std::string_view url, wire::JsonArray data, bool has_more) {
  wire::JsonObject list;
  list.emplace_back("object", "list");
  list.emplace_back("data", std::move(data));
  list.emplace_back("has_more", has_more);
  list.emplace_back("url", url);
  return list;
}

namespace {

ApiError unknown_cursor(const ListQuery& query) {
  const bool after = query.starting_after.has_value();
  return no_such(400, query.kind, *(after ? query.starting_after : query.ending_before),
                 after ? "starting_after" : "ending_before");
}

}  // namespace

Answer answer_list(Call& call, const ListQuery& query, std::string_view url) {
  auto page = call.account.database.list(query);
  if (!page) return std::unexpected(unknown_cursor(query));
  return list_object(url, std::move(page->items), page->has_more);
}

Answer answer_page(Call& call, const wire::JsonArray& all, std::string_view url) {
  const auto query = read_page(call.params, "line_item");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  const auto& cursor = query.ending_before ? query.ending_before : query.starting_after;
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& one) { return one.string_at({"id"}) == cursor; });
  if (cursor && at == all.end()) return std::unexpected(unknown_cursor(query));
  auto from = cursor && query.starting_after ? at + 1 : all.begin();
  auto to = query.ending_before ? at : all.end();
  const bool has_more = to - from > query.limit;
  if (query.ending_before)
    from = to - std::min<std::ptrdiff_t>(query.limit, to - from);
  else
    to = from + std::min<std::ptrdiff_t>(query.limit, to - from);
  return list_object(url, {from, to}, has_more);
}

Answer answer_list_of(Call& call, ListQuery query, std::string_view url,
                      const std::function<bool(const wire::Json&)>& matches) {
  constexpr int kPage = 100;
  const auto wanted = static_cast<std::size_t>(query.limit);
  const bool backwards = query.ending_before.has_value();
  query.limit = kPage;
  wire::JsonArray found;
  for (bool more = true; more && found.size() <= wanted;) {
    auto page = call.account.database.list(query);
    if (!page) return std::unexpected(unknown_cursor(query));
    more = page->has_more;
    if (page->items.empty()) break;
    auto& cursor = backwards ? query.ending_before : query.starting_after;
    cursor = (backwards ? page->items.front() : page->items.back()).string_at({"id"});
    if (backwards) std::reverse(page->items.begin(), page->items.end());
    for (auto& item : page->items)
      if (found.size() <= wanted && matches(item)) found.push_back(std::move(item));
  }
  const bool has_more = found.size() > wanted;
  if (has_more) found.pop_back();
  if (backwards) std::reverse(found.begin(), found.end());
  return list_object(url, std::move(found), has_more);
}

}  // namespace cobro::sandbox::stripe
