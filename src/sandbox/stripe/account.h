// The one test account: its memory, its clock and chance, and the log of its events. The
// resources (payment_intents.h, refunds.h, …) are plain functions over it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/random.h"
#include "sandbox/common/database.h"
#include "sandbox/common/faults.h"
#include "sandbox/common/params.h"
#include "sandbox/stripe/stripe.h"

namespace cobro::sandbox::stripe {

// What an unversioned request and every event is written in.
constexpr std::string_view kAccountVersion = "2026-10-28.endive";
constexpr std::string_view kVersionWithoutMethodTypes = "2026-09-30";
constexpr std::string_view kVersionWithPeriodsOnItems = "2025-03-31";
constexpr std::string_view kVersionWithAutomaticMethods = "2023-08-16";

// The request that made something happen; empty when Stripe did it by itself.
struct Cause {
  std::string request_id;
  std::string idempotency_key;
};

// An enabled endpoint made through the API.
struct WebhookEndpoint {
  std::string id;
  WebhookTarget target;
  std::vector<std::string> events;  // types, or "*"
};

class Account {
 public:
  Account(const StripeOptions& options, ports::Clock& clock, ports::Random& random)
      : options(options),
        database(options.database),
        faults(random),
        clock_(clock),
        random_(random) {}

  // What objects are dated with: real time, or the test clock's (test_clocks.h) whose objects
  // are being worked on.
  [[nodiscard]] base::Timestamp now() const {
    return clock_scope_ ? clock_scope_->now : clock_.now();
  }
  [[nodiscard]] std::int64_t unix_now() const { return now().unix_seconds(); }
  [[nodiscard]] base::Timestamp real_now() const { return clock_.now(); }
  // `count` letters and digits.
  std::string chance(std::size_t count);
  // "pi_3" begins an id with 24 characters behind the underscore.
  std::string new_id(std::string_view beginning);

  // Writes an event with `object` as it is now, and a delivery to each webhook target that
  // listens to it.
  void emit(const Cause& cause, std::string_view type, const wire::Json& object,
            const wire::JsonObject& previous_attributes = {});
  // Has the job done to the object later in real time (scheduled_jobs.h).
  void schedule_in(std::string_view job, std::string_view object, base::Duration wait);
  // The same at that second of the clock that `now` is of.
  void schedule_at(std::string_view job, std::string_view object, std::int64_t unix_seconds);
  // There are deliveries or scheduled jobs that the webhook dispatcher does not know of.
  void note_work() { work_waiting_ = true; }
  // Whether deliveries or scheduled jobs were added since the last time it was asked.
  bool take_work_waiting() { return std::exchange(work_waiting_, false); }

  const StripeOptions& options;
  Database database;
  Faults faults;
  // As they are stored; emptied by whoever changes one.
  std::optional<std::vector<WebhookEndpoint>> endpoints;
  // Whether there are test clocks; emptied by whoever makes or deletes one.
  std::optional<bool> has_test_clocks;

  // While it lives, `now` is a test clock's. May be nested; does nothing for "".
  class ClockScope {
   public:
    ClockScope(Account& account, std::string clock, base::Timestamp now);
    ClockScope(const ClockScope&) = delete;
    ClockScope& operator=(const ClockScope&) = delete;
    ~ClockScope();

    std::string clock;
    base::Timestamp now;

   private:
    Account& account_;
    ClockScope* outer_;
  };

 private:
  ports::Clock& clock_;
  ports::Random& random_;
  void deliver(std::int64_t event, std::string_view type);
  base::Duration part_of(base::Duration span);

  int events_since_trim_ = 0;
  bool work_waiting_ = false;
  ClockScope* clock_scope_ = nullptr;
};

// One API request under way. `executing` marks the point from which its answer is kept
// under its idempotency key (GATEWAYS §1.2): after validation.
struct Call {
  Account& account;
  Cause cause;
  std::string version;
  std::string id;  // from the path, where the route has one
  Params params;
  bool publishable = false;  // by a browser's key
  bool executing = false;

  // Dated versions order as text.
  [[nodiscard]] bool version_is_at_least(std::string_view date) const {
    return std::string_view(version).substr(0, date.size()) >= date;
  }
};

// Reads limit, starting_after, ending_before and created into a list query.
ListQuery read_list_query(Params& params, std::string_view kind);
// `{"object": "list", …}`, or the 400 of an unknown cursor.
Answer answer_list(Call& call, const ListQuery& query, std::string_view url);
// The same of those that match.
Answer answer_list_of(Call& call, ListQuery query, std::string_view url,
                      const std::function<bool(const wire::Json&)>& matches);
// A page of `all`, which an object holds in the order that lists show.
Answer answer_page(Call& call, const wire::JsonArray& all, std::string_view url);
wire::Json list_object(std::string_view url, wire::JsonArray data, bool has_more);

}  // namespace cobro::sandbox::stripe
