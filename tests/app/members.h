// What members of a platform do, beside paying orders: save methods, subscribe, end, change.
// Replies are lines for a test to read.
#pragma once

#include "app/calls/recovery.h"
#include "app/methods/saved_methods.h"
#include "app/subscriptions/subscription_sync.h"
#include "app/subscriptions/subscriptions.h"
#include "domain/words.h"
#include "tests/app/world.h"

namespace cobro::testing {

inline constexpr const char* kBasic = "price_1Sb3k64dPtEGmLmpeAdxvmIu";
inline constexpr const char* kPro = "price_1Sb3k64dPtEGmLmpm5n5bbJH";
inline constexpr auto kStripe = domain::GatewayName::stripe;

class Members {
 public:
  explicit Members(World& world) : world_(world) {}

  app::Call call(const std::string& sub, const std::string& route, const std::string& key,
                 const std::string& body) const {
    app::Call call{.caller = {sub, app::Role::user, std::nullopt}, .idempotency = {}};
    if (!key.empty()) call.idempotency = app::Idempotency{sub + route + key, body};
    call.render_refusal = [](const domain::Refusal& refusal) {
      return line(402,
                  std::string(to_string(refusal.code)) + " " + refusal.decline_code.value_or(""));
    };
    return call;
  }

  // By our id, or by Stripe's.
  static app::SubscriptionRef ref(const std::string& id) {
    if (const auto ours = domain::SubscriptionId::parse(id)) return *ours;
    return ports::RemoteSubscriptionRef{kStripe, id};
  }
  base::Task<app::Answer> saving(std::string sub, std::string token, std::string key = "") {
    return app::save_method(*world_.context, call(sub, "methods", key, token),
                            {.gateway = kStripe, .payment_method = token}, render_method());
  }
  base::Task<app::Answer> removing(std::string sub, std::string method, std::string key = "") {
    return app::remove_method(*world_.context, call(sub, "remove" + method, key, ""),
                              {.gateway = kStripe, .method = method}, render_method());
  }
  base::Task<app::Answer> subscribing(std::string sub, std::string price,
                                      std::optional<std::string> method, int trial_days = 0,
                                      std::string key = "") {
    return app::subscribe(
        *world_.context, call(sub, "subscriptions", key, price + method.value_or("")),
        {.gateway = kStripe, .price_id = price, .payment_method = method, .trial_days = trial_days},
        render_subscription());
  }
  base::Task<app::Answer> ending(std::string sub, std::string id, bool immediate,
                                 std::string key = "") {
    return app::end_subscription(*world_.context, call(sub, "end" + id, key, ""),
                                 {.subscription = ref(id), .immediate = immediate},
                                 render_subscription());
  }
  base::Task<app::Answer> resuming(std::string sub, std::string id, std::string key = "") {
    return app::resume_subscription(*world_.context, call(sub, "resume" + id, key, ""), ref(id),
                                    render_subscription());
  }
  base::Task<app::Answer> paying_with(std::string sub, std::string id, std::string method,
                                      std::string key = "") {
    return app::set_subscription_method(*world_.context, call(sub, "method" + id, key, method),
                                        {.subscription = ref(id), .payment_method = method},
                                        render_subscription());
  }
  base::Task<app::Answer> making_default(std::string sub, std::string method,
                                         std::string key = "") {
    return app::set_default_method(*world_.context, call(sub, "default" + method, key, ""),
                                   {.gateway = kStripe, .method = method}, render_method());
  }
  base::Task<app::Answer> changing(std::string sub, std::string id, std::string price, bool dry_run,
                                   std::string key = "", std::optional<base::Timestamp> at = {}) {
    return app::change_plan(
        *world_.context, call(sub, "change" + id, key, price),
        {.subscription = ref(id), .price_id = price, .dry_run = dry_run, .at = at},
        [](const domain::Subscription& row, const domain::Proration& proration) {
          return line(200, row.plan_code.value_or("?") + " credit " +
                               proration.credit.to_decimal() + " charge " +
                               proration.charge.to_decimal());
        });
  }

  // The reply's line, or the refusal's word.
  std::string now(base::Task<app::Answer> task) { return text(run(world_.clock, std::move(task))); }
  static std::string text(const app::Answer& answer) {
    return answer ? std::to_string(answer->status) + " " + answer->body
                  : std::string(to_string(answer.error().code));
  }

  domain::Subscription only(const std::string& sub) {
    const auto listed = run(world_.clock, world_.store->list_subscriptions(
                                              {.user_id = sub, .statuses = {}}, {.after = {}}));
    return listed.items.empty() ? throw std::runtime_error("no subscription")
                                : listed.items.front();
  }
  std::string status(const std::string& sub) { return std::string(to_string(only(sub).status)); }
  // Oldest first: "incomplete subscription_created user, active payment_completed user".
  std::string history(const std::string& sub) {
    const auto listed =
        run(world_.clock, world_.store->list_status_changes(only(sub).id, {.limit = 100}));
    std::string all;
    for (auto i = listed.items.rbegin(); i != listed.items.rend(); ++i) {
      if (!all.empty()) all += ", ";
      all += std::string(to_string(i->after)) + " " + i->reason + " " + i->changed_by;
    }
    return all;
  }
  std::vector<domain::Payment> payments(const std::string& sub) {
    return run(world_.clock, world_.store->list_payments(
                                 {.user_id = sub, .order_id = {}, .kind = {}, .words = {}},
                                 {.limit = 100, .after = {}}))
        .items;
  }
  bool has_access(const std::string& sub) {
    return run(world_.clock,
               world_.store->list_entitlements({.user_id = sub, .active = true}, {.after = {}}))
               .total == 1;
  }
  app::SavedMethods saved(const std::string& sub) {
    return run(world_.clock, app::list_methods(*world_.context, {.sub = sub}, kStripe));
  }

 private:
  static app::StoredReply line(int status, std::string text) {
    return {status, {}, std::move(text)};
  }
  static app::RenderMethod render_method() {
    return [](const domain::PaymentMethod& method, bool is_default) {
      return line(200, std::string(to_string(method.status)) + " " + method.last4.value_or("?") +
                           (is_default ? " default" : ""));
    };
  }
  static app::RenderSubscription render_subscription() {
    return [](const domain::Subscription& row) {
      std::string text(to_string(row.status));
      if (row.cancel_at_period_end)
        text += " ending";
      else if (row.cancel_at)
        text += " ending on a day";
      if (row.next_action) text += " next:" + row.next_action->type;
      return line(200, text);
    };
  }

  World& world_;
};

}  // namespace cobro::testing
