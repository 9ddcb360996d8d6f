#include "sandbox/stripe/test_clocks.h"

#include "base/check.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/scheduled_jobs.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonObject;

constexpr std::string_view kKind = "test_helpers.test_clock";
constexpr std::int64_t kKept = 30LL * 24 * 3600;
constexpr std::int64_t kFarthest = 5LL * 366 * 24 * 3600;

bool any_clocks(Account& account) {
  if (!account.has_test_clocks) account.has_test_clocks = !account.database.all(kKind).empty();
  return *account.has_test_clocks;
}

base::Timestamp time_of(const Document& clock) {
  return base::Timestamp::from_unix_seconds(clock.number("frozen_time"));
}

Account::ClockScope clock_scope_by(Account& account, const std::string& id) {
  const auto clock = id.empty() ? std::nullopt : account.database.find(kKind, id);
  return clock ? Account::ClockScope(account, id, time_of(*clock))
               : Account::ClockScope(account, {}, {});
}

}  // namespace

std::string test_clock_of(Account& account, const std::string& customer) {
  if (customer.empty() || !any_clocks(account)) return {};
  const auto found = account.database.find("customer", customer);
  return found ? found->text("test_clock") : std::string();
}

Account::ClockScope clock_scope_of(Account& account, const std::string& customer) {
  return clock_scope_by(account, test_clock_of(account, customer));
}

Account::ClockScope clock_scope_of(Call& call, std::string_view kind) {
  Account& account = call.account;
  if (!any_clocks(account)) return {account, {}, {}};
  const auto& form = call.params.tree();
  if (kind == "customer" && call.id.empty())
    return clock_scope_by(account,
                          form.string_at({"test_clock"}).value_or(account.options.test_clock));
  if (kind == "customer") return clock_scope_of(account, call.id);
  if (const auto object = call.id.empty() ? std::nullopt : account.database.find(kind, call.id))
    return clock_scope_of(account, object->text("customer"));
  if (const auto by = form.string_at({"subscription"}))
    if (const auto object = account.database.find("subscription", *by))
      return clock_scope_of(account, object->text("customer"));
  return clock_scope_of(account, form.string_at({"customer"}).value_or(""));
}

std::string read_test_clock(Account& account, Params& params) {
  const auto id = params.non_empty("test_clock").value_or("");
  if (!id.empty() && !account.database.find(kKind, id))
    params.refuse(no_such(400, "test_clock", id, "test_clock"));
  return id;
}

Answer create_test_clock(Call& call) {
  Account& account = call.account;
  const auto frozen = call.params.moment("frozen_time");
  if (!call.params.has("frozen_time")) call.params.refuse_missing("frozen_time");
  const auto name = call.params.non_empty("name");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  const auto now = account.unix_now();
  Document clock{JsonObject{{"id", account.new_id("clock_1")},
                            {"object", kKind},
                            {"created", now},
                            {"deletes_after", now + kKept},
                            {"frozen_time", *frozen},
                            {"livemode", false},
                            {"name", name ? Json(*name) : Json()},
                            {"status", "ready"},
                            {"status_details", JsonObject{}}},
                 JsonObject{}};
  account.database.insert(kKind, clock, {});
  account.has_test_clocks = true;
  account.emit(call.cause, "test_helpers.test_clock.created", clock.body);
  return std::move(clock.body);
}

Answer retrieve_test_clock(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto clock = call.account.database.find(kKind, call.id);
  if (!clock) return std::unexpected(no_such(404, "test_clock", call.id, "test_clock"));
  return std::move(clock->body);
}

Answer list_test_clocks(Call& call) {
  const auto query = read_list_query(call.params, kKind);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  return answer_list(call, query, "/v1/test_helpers/test_clocks");
}

Answer advance_test_clock(Call& call) {
  Account& account = call.account;
  auto clock = account.database.find(kKind, call.id);
  if (!clock) return std::unexpected(no_such(404, "test_clock", call.id, "test_clock"));
  const auto until = call.params.moment("frozen_time");
  if (!call.params.has("frozen_time")) call.params.refuse_missing("frozen_time");
  if (until && *until <= clock->number("frozen_time"))
    call.params.refuse(invalid_request(
        "Test clock time cannot be set to the past: `frozen_time` must be after the clock's "
        "current time.",
        "frozen_time"));
  if (until && *until > clock->number("frozen_time") + kFarthest)
    call.params.refuse(
        invalid_request("Test clocks advance by at most five years at a time.", "frozen_time"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (clock->text("status") == "advancing")
    return std::unexpected(
        invalid_request("Test clock advancement underway, cannot perform modifications.", {},
                        "test_clock_advancement_underway"));
  clock->body.set("status", "advancing");
  clock->body.set("status_details",
                  JsonObject{{"advancing", JsonObject{{"target_frozen_time", *until}}}});
  account.database.update(*clock);
  account.emit(call.cause, "test_helpers.test_clock.advancing", clock->body);
  account.schedule_in("advance_test_clock", clock->id(), base::Duration{0});
  return std::move(clock->body);
}

void run_test_clock(Account& account, std::string_view id) {
  auto clock = account.database.find(kKind, id);
  if (!clock) return;
  const auto target = clock->body.int_at({"status_details", "advancing", "target_frozen_time"});
  if (!target) return;
  const auto until = base::Timestamp::from_unix_seconds(*target);
  auto now = time_of(*clock);
  while (run_due_job_of(account, clock->id(), now, until)) continue;
  clock->body.set("frozen_time", *target);
  clock->body.set("status", "ready");
  clock->body.set("status_details", JsonObject{});
  account.database.update(*clock);
  const Account::ClockScope clock_scope(account, clock->id(), until);
  account.emit({}, "test_helpers.test_clock.ready", clock->body);
}

Answer delete_test_clock(Call& call) {
  Account& account = call.account;
  auto clock = account.database.find(kKind, call.id);
  if (!clock) return std::unexpected(no_such(404, "test_clock", call.id, "test_clock"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  {
    const Account::ClockScope clock_scope(account, call.id, time_of(*clock));
    for (auto& customer : account.database.all("customer"))
      if (customer.text("test_clock") == call.id) erase_customer(call, customer);
  }
  account.database.forget_jobs_of(call.id);
  account.database.erase(call.id);
  account.has_test_clocks.reset();
  account.emit(call.cause, "test_helpers.test_clock.deleted", clock->body);
  return JsonObject{{"id", call.id}, {"object", kKind}, {"deleted", true}};
}

}  // namespace cobro::sandbox::stripe
