#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/sql/entities.h"
#include "store/sql/lists.h"

namespace cobro::store {
namespace {

std::vector<Param> due(base::Timestamp now, std::int64_t limit) {
  Params params;
  params.add(now).add(limit);
  return std::move(params).take();
}

// A steady clock begins anew with the machine: what was renewed far in the future was renewed
// before that. A database's calendar that is set back by less ends no lease.
constexpr std::int64_t kSetBack = 60'000'000;
std::string over_at(std::string_view clock) {
  return fmt::format("(i.lease_until <= {0} OR i.renewed_at > {0} + {1})", clock, kSetBack);
}

// A text of which each database has its own, made once.
class PerDatabase {
 public:
  explicit PerDatabase(std::string (*make)(const SqlTraits&))
      : sqlite_(make(kSqliteTraits)), postgres_(make(kPostgresTraits)) {}
  [[nodiscard]] std::string_view of(const SqlTraits& traits) const {
    return &traits == &kPostgresTraits ? postgres_ : sqlite_;
  }

 private:
  std::string sqlite_, postgres_;
};

}  // namespace

Statement purge_leases(const SqlTraits& traits) {
  static const PerDatabase text([](const SqlTraits& own) {
    return fmt::format(
        "DELETE FROM instances WHERE id IN (SELECT i.id FROM instances i WHERE {} AND"
        " NOT EXISTS (SELECT 1 FROM gateway_calls c"
        " WHERE c.status = 'open' AND c.instance_id = i.id))",
        over_at(own.lease_clock));
  });
  return {text.of(traits), {}};
}

Statement begin_lease(const SqlTraits& traits, domain::InstanceId instance, base::Timestamp now,
                      base::Duration span) {
  static const PerDatabase text([](const SqlTraits& own) {
    return fmt::format(
        "INSERT INTO instances (id, started_at, renewed_at, lease_until)"
        " VALUES ($1, $2, {0}, {0} + $3) ON CONFLICT (id) DO NOTHING RETURNING id",
        own.lease_clock);
  });
  return {text.of(traits), params_of(instance, now, std::int64_t{span.count()})};
}

Statement renew_lease(const SqlTraits& traits, domain::InstanceId instance, base::Duration span) {
  static const PerDatabase text([](const SqlTraits& own) {
    return fmt::format(
        "UPDATE instances SET renewed_at = {0}, lease_until = {0} + $2"
        " WHERE id = $1 AND lease_until > {0} RETURNING id",
        own.lease_clock);
  });
  return {text.of(traits), params_of(instance, std::int64_t{span.count()})};
}

Statement end_lease(domain::InstanceId instance) {
  return {"UPDATE instances SET lease_until = 0 WHERE id = $1 RETURNING id", params_of(instance)};
}

// Two plain looks, each by an index of its own. As one statement, UNION and IN made SQLite open a
// temporary table at every look, found something or not.
std::vector<Statement> plan_due_calls(const SqlTraits& traits, base::Timestamp now,
                                      std::int64_t limit) {
  static const std::string waited = gateway_calls().select() +
                                    " WHERE status = 'open' AND next_check_at <= $1"
                                    " ORDER BY next_check_at LIMIT $2";
  static const PerDatabase left_behind([](const SqlTraits& own) {
    return fmt::format(
        "SELECT {} FROM instances i JOIN gateway_calls c ON c.instance_id = i.id"
        " WHERE c.status = 'open' AND {} ORDER BY c.next_check_at LIMIT $1",
        gateway_calls().columns_of("c"), over_at(own.lease_clock));
  });
  return {{waited, due(now, limit)}, {left_behind.of(traits), params_of(limit)}};
}

std::vector<domain::GatewayCall> to_calls(std::span<const Rows> answers, std::int64_t limit) {
  auto calls = read_all(answers[0], read_call);
  std::ranges::move(read_all(answers[1], read_call), std::back_inserter(calls));
  const auto age = [](const domain::GatewayCall& call) {
    return std::pair(call.next_check_at, call.id);
  };
  std::ranges::sort(calls, {}, age);
  const auto twice = std::ranges::unique(calls, {}, &domain::GatewayCall::id);
  calls.erase(twice.begin(), twice.end());
  if (std::cmp_greater(calls.size(), limit))
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(limit), calls.end());
  return calls;
}

Statement due_checkouts(base::Timestamp now, std::int64_t limit) {
  static const std::string text =
      checkout_sessions().select() +
      " WHERE status = 'open' AND next_check_at <= $1 ORDER BY next_check_at, id LIMIT $2";
  return {text, due(now, limit)};
}

std::vector<domain::CheckoutSession> to_checkouts(std::span<const Rows> answers) {
  return read_all(answers[0], read_checkout);
}

Statement due_orders(base::Timestamp now, std::int64_t limit) {
  return {
      "SELECT id FROM orders WHERE status = 'pending' AND expiry_check_at <= $1"
      " ORDER BY expiry_check_at, id LIMIT $2",
      due(now, limit)};
}

std::vector<domain::OrderId> to_order_ids(std::span<const Rows> answers) {
  return read_all(answers[0], +[](Cells cells) { return cells.id<domain::OrderId>(); });
}

// Materialized, or PostgreSQL might look for the rows again for each that it updates, and lock
// more than it takes.
Statement claim_webhooks(const SqlTraits& traits, base::Timestamp now, base::Timestamp until,
                         std::int64_t limit) {
  static const PerDatabase text([](const SqlTraits& own) {
    return fmt::format(
        "WITH due AS MATERIALIZED (SELECT id FROM webhooks"
        " WHERE status IN ('pending', 'waiting') AND next_try_at <= $1"
        " ORDER BY next_try_at, id LIMIT $2{})"
        " UPDATE webhooks SET next_try_at = $3, version = version + 1"
        " WHERE id IN (SELECT id FROM due) RETURNING {}",
        own.skip_locked, webhooks().columns());
  });
  return {text.of(traits), params_of(now, limit, until)};
}

std::vector<ports::StoredWebhook> to_webhooks(std::span<const Rows> answers) {
  return read_all(answers[0], read_webhook);
}

// Parameters stand in the order of their first use, which is how SQLite counts them.
Statement claim_sweep(const ports::SweepClaim& claim) {
  return {
      "INSERT INTO sweep_points (gateway, list, leased_until) VALUES ($1, $2, $3)"
      " ON CONFLICT (gateway, list) DO UPDATE SET leased_until = $3"
      " WHERE sweep_points.leased_until <= $4 AND (sweep_points.walked_to IS NULL"
      " OR sweep_points.walking_to IS NOT NULL OR sweep_points.walked_to <= $5)"
      " RETURNING gateway, list, walked_to, walking_to, next_page, leased_until",
      params_of(claim.gateway, claim.list, claim.until, claim.now, claim.walked_before)};
}

Statement keep_sweep(const ports::SweepPoint& point, base::Timestamp until) {
  return {
      "UPDATE sweep_points SET walked_to = $1, walking_to = $2, next_page = $3, leased_until = $4"
      " WHERE gateway = $5 AND list = $6 AND leased_until = $7 RETURNING list",
      params_of(point.walked_to, point.walking_to, point.next_page, until, point.gateway,
                point.list, point.leased_until)};
}

std::optional<ports::SweepPoint> to_sweep_point(std::span<const Rows> answers) {
  return read_first(
      answers[0], +[](Cells cells) {
        ports::SweepPoint point{};
        point.gateway = cells.enum_value<domain::GatewayName>("gateway");
        point.list = cells.text();
        point.walked_to = cells.opt_time();
        point.walking_to = cells.opt_time();
        point.next_page = cells.opt_text();
        point.leased_until = cells.time();
        return point;
      });
}

Statement purge_records(base::Timestamp now, std::int64_t limit) {
  return {
      "DELETE FROM records WHERE state <> 'open' AND id IN (SELECT id FROM records"
      " WHERE state <> 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2)"
      " RETURNING id",
      due(now, limit)};
}

Statement touch_deployment(base::Timestamp now) {
  Params params;
  params.add(now);
  return {"UPDATE deployment SET pinged_at = $1 WHERE one = 1", std::move(params).take(),
          Touches::one};
}

}  // namespace cobro::store
