#include <fmt/format.h>

#include "store/sql/entities.h"
#include "store/sql/lists.h"

namespace cobro::store {
namespace {

std::vector<Param> due(base::Timestamp now, std::int64_t limit) {
  Params params;
  params.add(now).add(limit);
  return std::move(params).take();
}

}  // namespace

Statement due_calls(base::Timestamp now, std::int64_t limit) {
  static const std::string text =
      gateway_calls().select() +
      " WHERE status = 'open' AND next_check_at <= $1 ORDER BY next_check_at, id LIMIT $2";
  return {text, due(now, limit)};
}

std::vector<domain::GatewayCall> to_calls(std::span<const Rows> answers) {
  return read_all(answers[0], read_call);
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
  Params params;
  params.add(now).add(limit).add(until);
  return {interned(fmt::format("WITH due AS MATERIALIZED (SELECT id FROM webhooks"
                               " WHERE status IN ('pending', 'waiting') AND next_try_at <= $1"
                               " ORDER BY next_try_at, id LIMIT $2{})"
                               " UPDATE webhooks SET next_try_at = $3, version = version + 1"
                               " WHERE id IN (SELECT id FROM due) RETURNING {}",
                               traits.skip_locked, webhooks().columns())),
          std::move(params).take()};
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
        ports::SweepPoint point;
        point.gateway = cells.word<domain::GatewayName>("gateway");
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
