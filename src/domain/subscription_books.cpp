#include "domain/subscription_books.h"

#include "domain/words.h"

namespace cobro::domain {

namespace {

// Why the gateway moved it.
std::string reason_for(const Subscription& before, SubscriptionStatus after, const Author& author) {
  switch (after) {
    case SubscriptionStatus::active:
      if (before.status == SubscriptionStatus::trialing) return "trial_ended";
      return before.status == SubscriptionStatus::paused ? "resumed" : "payment_completed";
    case SubscriptionStatus::trialing:
      return "trial_started";
    case SubscriptionStatus::past_due:
    case SubscriptionStatus::unpaid:
    case SubscriptionStatus::incomplete_expired:
      return "payment_failed";
    case SubscriptionStatus::paused:
      return "paused";
    case SubscriptionStatus::incomplete:
      return "subscription_created";
    case SubscriptionStatus::cancelled:
      break;
  }
  if (author.operation == Operation::end_now) return "cancel_requested";
  if (is_to_end(before)) return "period_ended";
  const bool owed =
      before.status == SubscriptionStatus::past_due || before.status == SubscriptionStatus::unpaid;
  return owed ? "payment_failed" : "cancel_requested";
}

// The first payment and an end that was asked for are the author's doing; the rest is the
// gateway's.
std::string mover(SubscriptionStatus after, const Author& author) {
  const bool asked =
      author.operation == Operation::create_subscription ||
      (author.operation == Operation::end_now && after == SubscriptionStatus::cancelled);
  return asked ? author.changed_by : "gateway";
}

template <class T>
bool take(std::optional<T>& known, const std::optional<T>& told) {
  if (!told || known == told) return false;
  known = told;
  return true;
}

bool same(const std::optional<NextAction>& a, const std::optional<NextAction>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->type == b->type && a->url == b->url && a->client_secret == b->client_secret);
}

}  // namespace

Author author_of(const GatewayCall& call) {
  return {call.requested_by, call.operation};
}

SubscriptionBooks::SubscriptionBooks(Moment moment, Subscription subscription,
                                     std::vector<Plan> plans)
    : moment_(std::move(moment)), row_(std::move(subscription)), plans_(std::move(plans)) {}

void SubscriptionBooks::create(const std::string& changed_by) {
  changed_ = true;
  write_history(std::nullopt, "subscription_created", changed_by);
  write_event("subscription.created");
}

bool SubscriptionBooks::apply(const GatewaySubscription& snapshot, const Author& author) {
  if (is_terminal(row_.status) && row_.gateway_subscription_id) return false;
  const bool had_access = grants_access(row_);
  const bool renewed = row_.current_period_start && snapshot.current_period_start &&
                       *row_.current_period_start < *snapshot.current_period_start;
  bool changed = follow_facts(snapshot);
  if (follow_method(snapshot, author)) changed = true;
  const auto before = row_;
  if (follow_price(snapshot, author)) changed = true;
  if (follow_end(snapshot, author)) changed = true;
  if (snapshot.status && *snapshot.status != row_.status) {
    move_to(*snapshot.status, reason_for(before, *snapshot.status, author),
            mover(*snapshot.status, author));
    changed = true;
  }
  if (renewed) write_event("subscription.renewed");
  follow_access(had_access, before.gateway_price_id != row_.gateway_price_id);
  if (changed) {
    row_.updated_at = moment_.now;
    changed_ = true;
  }
  return changed;
}

bool SubscriptionBooks::apply(const GatewayCheckout& snapshot, const Author& author) {
  if (is_terminal(row_.status)) return false;
  bool changed = take(row_.gateway_checkout_id, std::optional(snapshot.gateway_checkout_id));
  if (!row_.gateway_subscription_id && snapshot.status == CheckoutStatus::expired) {
    const bool asked = author.operation == Operation::end_now;
    give_up(asked ? author.changed_by : "gateway", asked ? "cancel_requested" : "checkout_expired");
    return true;
  }
  if (!row_.gateway_subscription_id && snapshot.url) {
    const NextAction visit{"redirect_to_url", snapshot.url, std::nullopt};
    changed |= !same(row_.next_action, visit);
    row_.next_action = visit;
  }
  if (changed) row_.updated_at = moment_.now;
  changed_ = changed_ || changed;
  return changed;
}

void SubscriptionBooks::give_up(const std::string& changed_by, const std::string& reason) {
  if (row_.status != SubscriptionStatus::incomplete) return;
  row_.next_action.reset();
  move_to(SubscriptionStatus::incomplete_expired, reason, changed_by);
  row_.ended_at = moment_.now;
  row_.updated_at = moment_.now;
}

bool SubscriptionBooks::end_as_gone() {
  if (is_terminal(row_.status)) return false;
  const bool had_access = grants_access(row_);
  row_.next_action.reset();
  row_.cancel_at_period_end = false;
  if (!row_.cancelled_at) row_.cancelled_at = moment_.now;
  row_.ended_at = moment_.now;
  row_.updated_at = moment_.now;
  move_to(row_.status == SubscriptionStatus::incomplete ? SubscriptionStatus::incomplete_expired
                                                        : SubscriptionStatus::cancelled,
          "gone", "gateway");
  follow_access(had_access, false);
  return true;
}

void SubscriptionBooks::warn_of_trial_end() {
  write_event("subscription.trial_will_end");
}

void SubscriptionBooks::move_to(SubscriptionStatus status, std::string reason,
                                std::string changed_by) {
  const auto before = row_.status;
  row_.status = status;
  changed_ = true;
  write_history(before, std::move(reason), std::move(changed_by));
  write_event("subscription." + std::string(to_string(status)));
}

void SubscriptionBooks::write_history(std::optional<SubscriptionStatus> before, std::string reason,
                                      std::string changed_by) {
  result_.status_changes.push_back({.id = ids().next<StatusChangeId>(),
                                    .subscription_id = row_.id,
                                    .before = before,
                                    .after = row_.status,
                                    .reason = std::move(reason),
                                    .changed_by = std::move(changed_by),
                                    .created_at = moment_.now});
}

void SubscriptionBooks::write_event(const std::string& type) {
  EventPayload payload;
  payload.add("subscriptionId", row_.id.to_string())
      .add("userId", row_.user_id)
      .add("status", to_string(row_.status))
      .add("gateway", to_string(row_.gateway))
      .add_or_null("gatewaySubscriptionId", row_.gateway_subscription_id)
      .add_or_null("plan", row_.plan_code)
      .add("priceId", row_.gateway_price_id);
  if (row_.price) payload.add("amount", *row_.price).add("currency", row_.price->currency().code());
  if (row_.current_period_end) payload.add("currentPeriodEnd", *row_.current_period_end);
  if (row_.trial_end) payload.add("trialEnd", *row_.trial_end);
  if (row_.cancel_at) payload.add("cancelAt", *row_.cancel_at);
  row_.event_sequence += 1;
  changed_ = true;
  result_.events.push_back({ids().next<EventId>(), Aggregate::subscription, row_.id.uuid,
                            row_.event_sequence, type, payload.text(), moment_.now});
}

bool SubscriptionBooks::follow_facts(const GatewaySubscription& snapshot) {
  const auto& invoice = snapshot.latest_invoice_id;
  const bool other_invoice = invoice && invoice != row_.latest_invoice_id;
  bool changed =
      take(row_.gateway_subscription_id, std::optional(snapshot.gateway_subscription_id));
  changed |= take(row_.gateway_item_id, snapshot.gateway_item_id);
  changed |= take(row_.current_period_start, snapshot.current_period_start);
  changed |= take(row_.current_period_end, snapshot.current_period_end);
  changed |= take(row_.trial_end, snapshot.trial_end);
  changed |= take(row_.ended_at, snapshot.ended_at);
  changed |= take(row_.latest_invoice_id, snapshot.latest_invoice_id);
  const bool told = !snapshot.action_unseen || other_invoice;
  if (told && !same(row_.next_action, snapshot.next_action)) {
    row_.next_action = snapshot.next_action;
    changed = true;
  }
  return take(row_.client_secret, snapshot.client_secret) || changed;
}

bool SubscriptionBooks::follow_price(const GatewaySubscription& snapshot, const Author& author) {
  if (!snapshot.price) return false;
  const bool other = row_.gateway_price_id != snapshot.price->gateway_price_id;
  bool changed = take(row_.price, snapshot.price->amount);
  changed |= take(row_.billing_cycle, snapshot.price->billing_cycle);
  if (row_.interval_count != snapshot.price->interval_count) {
    row_.interval_count = snapshot.price->interval_count;
    changed = true;
  }
  if (!other) return changed;
  row_.gateway_price_id = snapshot.price->gateway_price_id;
  row_.plan_id.reset();
  row_.plan_code.reset();
  for (const auto& plan : plans_) {
    if (plan.gateway_price_id != row_.gateway_price_id) continue;
    row_.plan_id = plan.id;
    row_.plan_code = plan.code;
  }
  const bool asked = author.operation == Operation::change_plan;
  write_history(row_.status, "plan_changed", asked ? author.changed_by : "gateway");
  write_event("subscription.plan_changed");
  return true;
}

bool SubscriptionBooks::follow_method(const GatewaySubscription& snapshot, const Author& author) {
  // Without one of its own it is paid with the customer's default.
  if (!snapshot.gateway_payment_method_id && !snapshot.has_no_method) return false;
  if (row_.gateway_payment_method_id == snapshot.gateway_payment_method_id) return false;
  const bool had_one = row_.gateway_payment_method_id.has_value();
  row_.gateway_payment_method_id = snapshot.gateway_payment_method_id;
  // The one that it was paid with on a page is no change.
  const bool asked = author.operation == Operation::set_method;
  if (!had_one && !asked) return true;
  write_history(row_.status, "payment_method_changed", asked ? author.changed_by : "gateway");
  write_event("subscription.payment_method_changed");
  return true;
}

// The gateway may say that it is to end as a flag, as a day, or as both.
bool SubscriptionBooks::follow_end(const GatewaySubscription& snapshot, const Author& author) {
  const bool ended = snapshot.status && is_terminal(*snapshot.status);
  const bool was_to_end = is_to_end(row_);
  // The day of an end with the period moves with the period, and nobody asked for that.
  const bool with_period = row_.cancel_at_period_end && snapshot.cancel_at_period_end;
  const bool other_day =
      !with_period && row_.cancel_at && snapshot.cancel_at && row_.cancel_at != snapshot.cancel_at;
  bool changed = row_.cancelled_at != snapshot.cancelled_at ||
                 row_.cancel_at_period_end != snapshot.cancel_at_period_end ||
                 row_.cancel_at != snapshot.cancel_at;
  row_.cancelled_at = snapshot.cancelled_at;
  if (ended) return changed;
  row_.cancel_at_period_end = snapshot.cancel_at_period_end;
  row_.cancel_at = snapshot.cancel_at;
  const bool to_end = is_to_end(row_);
  if (was_to_end == to_end && !(to_end && other_day)) return changed;
  const auto asked = to_end ? Operation::end_at_period_end : Operation::resume;
  const auto by = author.operation == asked ? author.changed_by : "gateway";
  write_history(row_.status, to_end ? "cancel_requested" : "resumed", by);
  write_event(to_end ? "subscription.cancel_requested" : "subscription.resumed");
  return true;
}

void SubscriptionBooks::follow_access(bool had_access, bool other_plan) {
  const bool granted = grants_access(row_);
  if (granted == had_access && !(granted && other_plan)) return;
  result_.entitlements.push_back(entitlement_of(row_, granted, moment_.now, ids()));
  write_event(granted ? "entitlement.granted" : "entitlement.revoked");
}

}  // namespace cobro::domain
