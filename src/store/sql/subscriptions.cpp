#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Subscription& subscription) {
  params.add(subscription.user_id)
      .add(subscription.tenant_id)
      .add(subscription.gateway)
      .add(subscription.customer_id)
      .add(subscription.created_at);
}

void put_changing(Params& params, const domain::Subscription& subscription) {
  params.add(subscription.gateway_customer_id)
      .add(subscription.plan_id)
      .add(subscription.plan_code)
      .add(subscription.gateway_price_id)
      .add(subscription.gateway_subscription_id)
      .add(subscription.gateway_item_id)
      .add(subscription.gateway_payment_method_id)
      .add(subscription.status);
  put_money(params, subscription.price);
  params.add(subscription.billing_cycle)
      .add(subscription.interval_count)
      .add(subscription.trial_days)
      .add(subscription.current_period_start)
      .add(subscription.current_period_end)
      .add(subscription.trial_end)
      .add(subscription.cancel_at_period_end)
      .add(subscription.cancelled_at)
      .add(subscription.ended_at);
  put_next_action(params, subscription.next_action);
  params.add(subscription.client_secret)
      .add(subscription.latest_invoice_id)
      .json(subscription.metadata)
      .add(subscription.calls)
      .add(subscription.event_sequence)
      .add(subscription.updated_at)
      .add(subscription.gateway_checkout_id)
      .add(subscription.cancel_at);
}

}  // namespace

const Table& plans() {
  static const Table table(
      "plans", {},
      {"code", "name", "currency", "price", "billing_cycle", "interval_count", "trial_days",
       "features", "gateway_price_id", "created_at", "updated_at"});
  return table;
}

domain::Plan read_plan(Cells cells) {
  const auto id = cells.id<domain::PlanId>();
  auto code = cells.text();
  auto name = cells.text();
  const auto currency = cells.currency();
  domain::Plan plan{.id = id,
                    .code = std::move(code),
                    .name = std::move(name),
                    .price = cells.money(currency),
                    .billing_cycle = cells.enum_value<domain::BillingCycle>("billing cycle"),
                    .interval_count = cells.int64(),
                    .trial_days = cells.int64(),
                    .features = cells.text(),
                    .gateway_price_id = cells.opt_text()};
  plan.created_at = cells.time();
  plan.updated_at = cells.time();
  plan.version = cells.int64();
  return plan;
}

const Table& subscriptions() {
  static const Table table("subscriptions",
                           {"user_id", "tenant_id", "gateway", "customer_id", "created_at"},
                           {"gateway_customer_id",
                            "plan_id",
                            "plan_code",
                            "gateway_price_id",
                            "gateway_subscription_id",
                            "gateway_item_id",
                            "gateway_payment_method_id",
                            "status",
                            "currency",
                            "price",
                            "billing_cycle",
                            "interval_count",
                            "trial_days",
                            "current_period_start",
                            "current_period_end",
                            "trial_end",
                            "cancel_at_period_end",
                            "cancelled_at",
                            "ended_at",
                            "action_type",
                            "action_url",
                            "action_client_secret",
                            "client_secret",
                            "latest_invoice_id",
                            "metadata",
                            "calls",
                            "event_sequence",
                            "updated_at",
                            "gateway_checkout_id",
                            "cancel_at"});
  return table;
}

Statement insert(const domain::Subscription& subscription) {
  return insert_into(subscriptions(), subscription, put_fixed, put_changing);
}

Statement update(const domain::Subscription& subscription) {
  return update_of(subscriptions(), subscription, put_changing);
}

domain::Subscription read_subscription(Cells cells) {
  domain::Subscription subscription{};
  subscription.id = cells.id<domain::SubscriptionId>();
  subscription.user_id = cells.text();
  subscription.tenant_id = cells.opt_text();
  subscription.gateway = cells.enum_value<domain::GatewayName>("gateway");
  subscription.customer_id = cells.id<domain::CustomerId>();
  subscription.created_at = cells.time();
  subscription.gateway_customer_id = cells.text();
  subscription.plan_id = cells.opt_id<domain::PlanId>();
  subscription.plan_code = cells.opt_text();
  subscription.gateway_price_id = cells.text();
  subscription.gateway_subscription_id = cells.opt_text();
  subscription.gateway_item_id = cells.opt_text();
  subscription.gateway_payment_method_id = cells.opt_text();
  subscription.status = cells.enum_value<domain::SubscriptionStatus>("subscription status");
  subscription.price = read_money(cells);
  subscription.billing_cycle = cells.opt_enum<domain::BillingCycle>("billing cycle");
  subscription.interval_count = cells.int64();
  subscription.trial_days = cells.int64();
  subscription.current_period_start = cells.opt_time();
  subscription.current_period_end = cells.opt_time();
  subscription.trial_end = cells.opt_time();
  subscription.cancel_at_period_end = cells.flag();
  subscription.cancelled_at = cells.opt_time();
  subscription.ended_at = cells.opt_time();
  subscription.next_action = read_next_action(cells);
  subscription.client_secret = cells.opt_text();
  subscription.latest_invoice_id = cells.opt_text();
  subscription.metadata = cells.text();
  subscription.calls = cells.int64();
  subscription.event_sequence = cells.int64();
  subscription.updated_at = cells.time();
  subscription.gateway_checkout_id = cells.opt_text();
  subscription.cancel_at = cells.opt_time();
  subscription.version = cells.int64();
  return subscription;
}

const Table& status_changes() {
  static const Table table(
      "subscription_status_changes",
      {"subscription_id", "status_before", "status_after", "reason", "changed_by", "created_at"},
      {});
  return table;
}

Statement insert(const domain::StatusChange& change) {
  return {status_changes().insert(),
          params_of(change.id, change.subscription_id, change.before, change.after, change.reason,
                    change.changed_by, change.created_at)};
}

domain::StatusChange read_status_change(Cells cells) {
  domain::StatusChange change;
  change.id = cells.id<domain::StatusChangeId>();
  change.subscription_id = cells.id<domain::SubscriptionId>();
  change.before = cells.opt_enum<domain::SubscriptionStatus>("subscription status");
  change.after = cells.enum_value<domain::SubscriptionStatus>("subscription status");
  change.reason = cells.text();
  change.changed_by = cells.text();
  change.created_at = cells.time();
  return change;
}

}  // namespace cobro::store
