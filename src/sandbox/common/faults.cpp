#include "sandbox/common/faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.h"

namespace cobro::sandbox {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

struct Name {
  std::string_view text;
  Fault fault;
};
constexpr std::array kNames = {
    Name{"request_lost", Fault::request_lost},
    Name{"request_unanswered", Fault::request_unanswered},
    Name{"request_reset", Fault::request_reset},
    Name{"request_late", Fault::request_late},
    Name{"slow", Fault::slow},
    Name{"error_before", Fault::error_before},
    Name{"refused", Fault::refused},
    Name{"rate_limited", Fault::rate_limited},
    Name{"lock_timeout", Fault::lock_timeout},
    Name{"answer_lost", Fault::answer_lost},
    Name{"answer_unanswered", Fault::answer_unanswered},
    Name{"answer_reset", Fault::answer_reset},
    Name{"answer_truncated", Fault::answer_truncated},
    Name{"answer_late", Fault::answer_late},
    Name{"error_after", Fault::error_after},
    Name{"error_kept", Fault::error_kept},
    Name{"insufficient_balance", Fault::insufficient_balance},
    Name{"webhook_duplicated", Fault::webhook_duplicated},
    Name{"webhook_late", Fault::webhook_late},
    Name{"webhook_reordered", Fault::webhook_reordered},
    Name{"webhook_withheld", Fault::webhook_withheld},
};

constexpr std::int64_t kDefaultDelayMs = 2000;
constexpr std::int64_t kLongestDelayMs = 7LL * 24 * 3600 * 1000;

std::string_view name_of(Fault fault) {
  return kNames.at(static_cast<std::size_t>(fault)).text;
}

std::optional<Fault> read_fault(Params& params) {
  const auto text = params.required("fault");
  for (const auto& name : kNames)
    if (name.text == text) return name.fault;
  std::array<std::string_view, kNames.size()> all;
  std::ranges::transform(kNames, all.begin(), &Name::text);
  params.refuse(invalid_request(
      fmt::format("Invalid fault: must be one of {}", fmt::join(all, ", ")), "fault"));
  return std::nullopt;
}

std::int64_t read_within(Params& params, std::string_view name, std::int64_t fallback,
                         std::int64_t from, std::int64_t to) {
  const auto value = params.integer(name).value_or(fallback);
  if (value < from || value > to)
    params.refuse(invalid_request(
        fmt::format("Invalid {}: must be between {} and {}", name, from, to), std::string(name)));
  return value;
}

// The statuses that an error of the fault may have, and the one that it has unless told.
struct Statuses {
  int usual;
  int least;
};
Statuses statuses_of(const FaultRule& rule) {
  if (rule.fault == Fault::rate_limited || rule.fault == Fault::lock_timeout) return {429, 400};
  if (rule.fault == Fault::refused) return {rule.error.type == "card_error" ? 402 : 400, 400};
  return {500, 500};
}

constexpr auto kWords =
    std::to_array<std::string_view>({"type", "code", "decline_code", "param", "message"});

// What makes no sense for the fault is a mistake: it would silently match nothing.
void check_fit(Params& params, Fault fault) {
  const bool webhook = is_webhook_fault(fault);
  for (const std::string_view name : {"method", "path", "operation", "status", "should_retry"})
    if ((webhook || is_work_fault(fault)) && params.has(name))
      params.refuse(
          invalid_request(webhook ? fmt::format("{} says nothing about a webhook; use event", name)
                                  : fmt::format("{} says nothing about this fault", name),
                          std::string(name)));
  for (const std::string_view name : kWords)
    if (fault != Fault::refused && params.has(name))
      params.refuse(
          invalid_request(fmt::format("{} is for the fault refused", name), std::string(name)));
  if (!webhook && params.has("event"))
    params.refuse(invalid_request("event is for the faults of webhooks", "event"));
}

ErrorWords read_words(Params& params) {
  const auto word = [&](std::string_view name) { return params.non_empty(name).value_or(""); };
  return {.type = word("type"),
          .code = word("code"),
          .decline_code = word("decline_code"),
          .param = word("param"),
          .message = word("message")};
}

std::optional<FaultRule> read_rule(Params& params) {
  FaultRule rule;
  const auto fault = read_fault(params);
  rule.fault = fault.value_or(rule.fault);
  if (fault) check_fit(params, *fault);
  rule.method = base::to_upper(params.non_empty("method").value_or(""));
  rule.path = params.non_empty("path").value_or("");
  rule.operation = params.non_empty("operation").value_or("");
  rule.event = params.non_empty("event").value_or("");
  rule.skip = read_within(params, "skip", 0, 0, INT64_MAX);
  rule.percent = read_within(params, "percent", 100, 1, 100);
  rule.times = params.positive("times");
  rule.delay = std::chrono::milliseconds(
      read_within(params, "delay_ms", kDefaultDelayMs, 0, kLongestDelayMs));
  rule.error = read_words(params);
  const auto statuses = statuses_of(rule);
  rule.status =
      static_cast<int>(read_within(params, "status", statuses.usual, statuses.least, 599));
  rule.should_retry = params.boolean("should_retry");
  return params.done() ? std::nullopt : std::optional(std::move(rule));
}

Json tree_of(std::string_view text) {
  Json tree{JsonObject{}};
  for (const auto piece : base::split(text, ',')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos)
      tree.set("fault", piece);
    else
      tree.set(piece.substr(0, equals), piece.substr(equals + 1));
  }
  return tree;
}

bool matches_event(std::string_view pattern, std::string_view type) {
  if (!pattern.ends_with('*')) return pattern.empty() || pattern == type;
  return type.starts_with(pattern.substr(0, pattern.size() - 1));
}

Json text_or_nothing(const std::string& value) {
  return value.empty() ? Json(JsonNull{}) : Json(value);
}

void add_words(const ErrorWords& error, JsonObject& json) {
  json.emplace_back("type", text_or_nothing(error.type));
  json.emplace_back("code", text_or_nothing(error.code));
  json.emplace_back("decline_code", text_or_nothing(error.decline_code));
  json.emplace_back("param", text_or_nothing(error.param));
  json.emplace_back("message", text_or_nothing(error.message));
}

}  // namespace

bool is_webhook_fault(Fault fault) {
  return fault >= Fault::webhook_duplicated;
}

bool is_work_fault(Fault fault) {
  return fault == Fault::insufficient_balance;
}

bool Faults::strikes(FaultRule& rule) {
  if (rule.times && rule.struck >= *rule.times) return false;
  if (++rule.seen <= rule.skip) return false;
  if (rule.percent < 100) {
    std::array<std::uint8_t, 4> bytes{};
    random_.fill(bytes);
    const std::uint32_t drawn = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
    if (drawn % 100 >= static_cast<std::uint64_t>(rule.percent)) return false;
  }
  ++rule.struck;
  return true;
}

std::optional<FaultRule> Faults::strike_request(std::string_view method, std::string_view path,
                                                std::string_view operation) {
  for (auto& rule : rules_) {
    const bool matches = !is_webhook_fault(rule.fault) && !is_work_fault(rule.fault) &&
                         (rule.method.empty() || rule.method == method) &&
                         path.starts_with(rule.path) &&
                         (rule.operation.empty() || rule.operation == operation);
    if (matches && strikes(rule)) return rule;
  }
  return std::nullopt;
}

std::optional<FaultRule> Faults::strike_webhook(std::string_view event_type) {
  for (auto& rule : rules_)
    if (is_webhook_fault(rule.fault) && matches_event(rule.event, event_type) && strikes(rule))
      return rule;
  return std::nullopt;
}

bool Faults::strike_work(Fault fault) {
  return std::ranges::any_of(rules_,
                             [&](FaultRule& rule) { return rule.fault == fault && strikes(rule); });
}

std::optional<FaultRule> Faults::add(Params& params) {
  auto rule = read_rule(params);
  if (!rule) return std::nullopt;
  rule->id = fmt::format("fault_{}", ++last_id_);
  return rules_.emplace_back(std::move(*rule));
}

void Faults::add(std::string_view text) {
  Params params(tree_of(text));
  if (!add(params))
    throw std::runtime_error(fmt::format("the fault \"{}\": {}", text, params.done()->message));
}

std::string mistake_in_fault(std::string_view text) {
  Params params(tree_of(text));
  return read_rule(params) ? "" : params.done()->message;
}

bool Faults::remove(std::string_view id) {
  return std::erase_if(rules_, [&](const FaultRule& rule) { return rule.id == id; }) > 0;
}

Json to_json(const FaultRule& rule) {
  JsonObject json{{"id", rule.id}, {"fault", name_of(rule.fault)}};
  if (is_webhook_fault(rule.fault)) {
    json.emplace_back("event", text_or_nothing(rule.event));
  } else if (!is_work_fault(rule.fault)) {
    json.emplace_back("method", text_or_nothing(rule.method));
    json.emplace_back("path", text_or_nothing(rule.path));
    json.emplace_back("operation", text_or_nothing(rule.operation));
    json.emplace_back("status", rule.status);
    json.emplace_back("should_retry", rule.should_retry ? Json(*rule.should_retry) : Json());
    if (rule.fault == Fault::refused) add_words(rule.error, json);
  }
  json.emplace_back("skip", rule.skip);
  json.emplace_back("percent", rule.percent);
  json.emplace_back("times", rule.times ? Json(*rule.times) : Json());
  json.emplace_back("delay_ms", std::int64_t{rule.delay / std::chrono::milliseconds(1)});
  json.emplace_back("seen", rule.seen);
  json.emplace_back("struck", rule.struck);
  return json;
}

}  // namespace cobro::sandbox
