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
