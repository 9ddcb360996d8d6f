// Sessions that are paid on the gateway's own page (`checkout.page = "stripe"`): the object that
// is paid is made by paying there, so until then the page is all there is to ask, and to end.
#include <gtest/gtest.h>

#include "app/payments/checkout_terms.h"
#include "app/payments/payment_query.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::CheckoutStatus;
using domain::PaymentState;
using namespace std::chrono_literals;

constexpr const char* kGood = "4242424242424242";
constexpr const char* kDeclined = "4000000000000002";

class GatewayPages : public ::testing::Test {
 protected:
  explicit GatewayPages(WorldOptions options = {.split_writes = true}) : world(options) {
    world.context->settings.checkout_at_gateway = true;
  }

  domain::CheckoutSessionId id() { return domain::CheckoutSessionId{collected()}; }
  virtual base::Uuid collected() { return world.payment(1).id.uuid; }
  app::CheckoutView view() { return *run(world.clock, app::view_checkout(*world.context, id())); }
  app::CheckoutView refresh() {
    return *run(world.clock, app::refresh_checkout(*world.context, id()));
  }
  std::int64_t expire_after(base::Duration span) {
    world.advance(span);
    return run(world.clock, app::expire_checkouts(*world.context));
  }
  wire::Json session(const std::string& page) {
    return *wire::parse_json(world.sandbox_get("/v1/checkout/sessions/" + page));
  }
  std::string status_there(const std::string& page) {
    return session(page).string_at({"status"}).value_or("");
  }
  int pay_on(const std::string& page, const std::string& card = kGood) {
    return world
        .sandbox_post("/_sandbox/checkout/" + page,
                      "email=ana%40x.test&number=" + card + "&expiry=12%2F34&cvc=123")
        .status;
  }
  // What is on its way arrives.
  void settle() {
    world.advance(5s);
    world.work();
  }
  void cut_once(const std::string& ending, Cut cut) {
    world.wire.fate = [ending, cut, done = false](const ports::HttpRequest& request) mutable {
      if (done || !request.url.ends_with(ending)) return Cut::none;
      done = true;
      return cut;
    };
  }

  World world;
};

class PaymentPages : public GatewayPages {
 protected:
  using GatewayPages::GatewayPages;

  void open() {
    ASSERT_EQ(to_string(make_intent(world, {.checkout = terms()})),
              "1 requires_action 0.00/100.00");
  }
  std::string page() { return world.payment(1).gateway_checkout_id.value_or("none"); }
  std::string url() {
    const auto payment = world.payment(1);
    return payment.next_action ? payment.next_action->url.value_or("") : "";
  }
  void expect(CheckoutStatus status, PaymentState state, std::int64_t charged) {
    EXPECT_EQ(view().status, status);
    EXPECT_EQ(world.payment(1).state, state);
    EXPECT_EQ(world.sandbox_charged("pen"), charged);
    EXPECT_EQ(world.audit(), "");
  }
};
class PagesWithoutWebhooks : public PaymentPages {
 protected:
  PagesWithoutWebhooks() : PaymentPages({.split_writes = true, .deliver_webhooks = false}) {}
};

TEST_F(PaymentPages, the_customer_is_sent_there_and_pays) {
  open();
  EXPECT_EQ(url(), session(page()).string_at({"url"}));
  EXPECT_EQ(session(page()).int_at({"expires_at"}).value() + 300,
            view().session.expires_at.unix_seconds());
  EXPECT_FALSE(world.payment(1).gateway_payment_id.has_value());
  EXPECT_EQ(pay_on(page()), 303);
  settle();
  expect(CheckoutStatus::complete, PaymentState::succeeded, 10000);
  EXPECT_EQ(session(page()).string_at({"payment_intent"}), world.payment(1).gateway_payment_id);
  EXPECT_FALSE(world.payment(1).next_action.has_value());
}

TEST_F(PaymentPages, declined_there_it_may_be_paid_there_again_and_nowhere_else) {
  open();
  EXPECT_EQ(pay_on(page(), kDeclined), 402);
  settle();
  expect(CheckoutStatus::open, PaymentState::failed, 0);
  EXPECT_TRUE(app::page_url(world.payment(1)).has_value());
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "invalid_state");
  EXPECT_EQ(pay_on(page()), 303);
  settle();
  expect(CheckoutStatus::complete, PaymentState::succeeded, 10000);
}

TEST_F(PaymentPages, processing_says_what_there_is_to_do) {
  open();
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "1 requires_action 0.00/100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
}

TEST_F(PaymentPages, cancelled_here_nobody_pays_there) {
  open();
  EXPECT_EQ(to_string(world.cancel_payment(1)), "1 cancelled 0.00/100.00");
  EXPECT_EQ(status_there(page()), "expired");
  EXPECT_EQ(pay_on(page()), 410);
  expect(CheckoutStatus::expired, PaymentState::cancelled, 0);
}

TEST_F(PagesWithoutWebhooks, paid_there_it_cannot_be_cancelled_here) {
  open();
  EXPECT_EQ(pay_on(page()), 303);
  EXPECT_EQ(to_string(world.cancel_payment(1)), "refund_required");
  expect(CheckoutStatus::complete, PaymentState::succeeded, 10000);
}

TEST_F(PagesWithoutWebhooks, asking_tells_what_became_of_it) {
  open();
  EXPECT_EQ(pay_on(page(), kDeclined), 402);
  EXPECT_EQ(refresh().payment->state, PaymentState::failed);
  EXPECT_EQ(pay_on(page()), 303);
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  expect(CheckoutStatus::complete, PaymentState::succeeded, 10000);
}

TEST_F(PagesWithoutWebhooks, nobody_came_in_time) {
  open();
  // Stripe has closed it by itself, a little earlier.
  EXPECT_EQ(expire_after(24h), 1);
  EXPECT_EQ(status_there(page()), "expired");
  expect(CheckoutStatus::expired, PaymentState::cancelled, 0);
  EXPECT_EQ(expire_after(2h), 0);
}

TEST_F(PagesWithoutWebhooks, paid_in_the_last_minute_it_is_complete) {
  open();
  world.advance(23h);
  EXPECT_EQ(pay_on(page()), 303);
  expire_after(1h);
  expire_after(2h);
  expect(CheckoutStatus::complete, PaymentState::succeeded, 10000);
}

TEST_F(PaymentPages, refunded_like_any_other) {
  open();
  pay_on(page());
  settle();
  EXPECT_TRUE(world.refund(1, "40").has_value());
  EXPECT_EQ(world.standing(1), "succeeded 100.00, refunded 40.00");
  EXPECT_EQ(world.standing_there(1), world.standing(1));
}

TEST_F(PaymentPages, made_though_the_answer_was_lost) {
  cut_once("/v1/checkout/sessions", Cut::answer_lost);
  EXPECT_EQ(to_string(make_intent(world, {.checkout = terms()}, "k")), "outcome_unknown");
  world.advance(2min);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
  EXPECT_EQ(to_string(make_intent(world, {.checkout = terms()}, "k")),
            "1 requires_action 0.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/checkout/sessions"), 1);
}

// After Stripe has forgotten the key, the sessions made meanwhile are looked through.
TEST_F(PaymentPages, found_by_its_metadata_when_the_key_is_forgotten) {
  cut_once("/v1/checkout/sessions", Cut::answer_lost);
  EXPECT_EQ(to_string(make_intent(world, {.checkout = terms()})), "outcome_unknown");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  world.advance(13h);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
  EXPECT_EQ(url(), session(page()).string_at({"url"}));
  EXPECT_EQ(world.audit(), "");
}

TEST_F(PaymentPages, never_made_it_is_given_up) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/checkout/sessions") ? Cut::request_lost : Cut::none;
  };
  EXPECT_EQ(to_string(make_intent(world, {.checkout = terms()})), "outcome_unknown");
  world.advance(13h);
  world.work();
  world.advance(12h);
  world.work();
  expect(CheckoutStatus::expired, PaymentState::cancelled, 0);
}

class SubscriptionPages : public GatewayPages {
 protected:
  using GatewayPages::GatewayPages;

  app::Answer subscribing(const std::string& key = "", int trial_days = 0) {
    const app::RenderSubscription render = [](const domain::Subscription& row) {
      return ports::StoredReply{200, {}, std::string(domain::to_string(row.status))};
    };
    return run(
        world.clock,
        app::subscribe(
            *world.context, members.call("ana", "pages", key, ""),
            {.gateway = kStripe, .price_id = kBasic, .trial_days = trial_days, .checkout = terms()},
            render));
  }
  std::string end(bool immediate = false, const std::string& key = "") {
    const app::RenderSubscription render = [](const domain::Subscription& row) {
      return ports::StoredReply{200, {}, std::string(domain::to_string(row.status))};
    };
    return to_string(
        run(world.clock,
            app::end_subscription(*world.context, members.call("ana", "end", key, ""),
                                  {.subscription = members.only("ana").id, .immediate = immediate},
                                  render)));
  }
  void open(int trial_days = 0) { ASSERT_EQ(to_string(subscribing("", trial_days)), "incomplete"); }
  base::Uuid collected() override { return members.only("ana").id.uuid; }
  std::string page() { return members.only("ana").gateway_checkout_id.value_or("none"); }
  void expect(CheckoutStatus status, const std::string& subscription, bool access) {
    EXPECT_EQ(view().status, status);
    EXPECT_EQ(members.status("ana"), subscription);
    EXPECT_EQ(members.has_access("ana"), access);
    EXPECT_EQ(world.audit(), "");
  }

  Members members{world};
};
class SubscriptionsWithoutWebhooks : public SubscriptionPages {
 protected:
  SubscriptionsWithoutWebhooks()
      : SubscriptionPages({.split_writes = true, .deliver_webhooks = false}) {}

  base::Task<app::Answer> given_up() {
    co_await app::end_incomplete(*world.context, members.only("ana").id);
    co_return app::StoredReply{};
  }
  // A second from now.
  base::Task<app::Answer> paying(std::string path) {
    co_await world.clock.sleep(1s);
    co_await world.posting(std::move(path), "email=ana%40x.test&number=" + std::string(kGood) +
                                                "&expiry=12%2F34&cvc=123");
    co_return app::StoredReply{};
  }
};

TEST_F(SubscriptionPages, paid_there_it_is_active) {
  open();
  EXPECT_EQ(app::page_url(members.only("ana")), session(page()).string_at({"url"}));
  EXPECT_EQ(pay_on(page()), 303);
  settle();
  expect(CheckoutStatus::complete, "active", true);
  ASSERT_EQ(members.payments("ana").size(), 1U);
  EXPECT_EQ(members.payments("ana").front().state, PaymentState::succeeded);
  EXPECT_FALSE(members.only("ana").next_action.has_value());
}

TEST_F(SubscriptionPages, a_trial_begins_there) {
  open(7);
  EXPECT_EQ(pay_on(page()), 303);
  settle();
  expect(CheckoutStatus::complete, "trialing", true);
}

TEST_F(SubscriptionsWithoutWebhooks, asking_tells_that_it_was_paid) {
  open();
  EXPECT_EQ(refresh().status, CheckoutStatus::open);
  EXPECT_EQ(pay_on(page(), kDeclined), 402);
  EXPECT_EQ(refresh().status, CheckoutStatus::open);
  EXPECT_EQ(pay_on(page()), 303);
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  expect(CheckoutStatus::complete, "active", true);
}

TEST_F(SubscriptionsWithoutWebhooks, nobody_came_in_time) {
  open();
  EXPECT_EQ(expire_after(24h), 1);
  expect(CheckoutStatus::expired, "incomplete_expired", false);
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, incomplete_expired checkout_expired gateway");
}

TEST_F(SubscriptionPages, ended_here_nobody_pays_there) {
  open();
  EXPECT_EQ(end(), "incomplete_expired");
  EXPECT_EQ(status_there(page()), "expired");
  EXPECT_EQ(pay_on(page()), 410);
  expect(CheckoutStatus::expired, "incomplete_expired", false);
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, incomplete_expired cancel_requested user");
}

// The page refuses to be ended; the subscription that it made is ended like any other.
TEST_F(SubscriptionsWithoutWebhooks, paid_there_before_it_was_ended_here) {
  open();
  EXPECT_EQ(pay_on(page()), 303);
  EXPECT_EQ(end(false, "k"), "active");
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
  expect(CheckoutStatus::complete, "active", true);
  EXPECT_EQ(members.payments("ana").size(), 1U);
  const auto sent = world.wire.sent.size();
  EXPECT_EQ(end(false, "k"), "active");
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(SubscriptionsWithoutWebhooks, paid_there_before_it_was_ended_here_at_once) {
  open();
  EXPECT_EQ(pay_on(page()), 303);
  EXPECT_EQ(end(true), "cancelled");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(members.payments("ana").size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(SubscriptionsWithoutWebhooks, whose_page_nobody_answers_about_is_not_known_to_have_ended) {
  open();
  EXPECT_EQ(pay_on(page()), 303);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(end(), "outcome_unknown");
  world.wire.fate = nullptr;
  world.advance(5min);
  world.work();
  EXPECT_EQ(end(), "active");
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
}

// Who gives up what nobody paid does not end what somebody pays in the same moment.
TEST_F(SubscriptionsWithoutWebhooks, paid_there_while_it_is_given_up_goes_on) {
  open();
  world.wire.fate = [done = false](const ports::HttpRequest& request) mutable {
    const bool first = !done && request.method == "GET";
    done = done || first;
    return first ? Cut::answer_slow : Cut::none;
  };
  const auto path = "/_sandbox/checkout/" + page();
  std::vector<base::Task<app::Answer>> acts;
  acts.push_back(given_up());
  acts.push_back(paying(path));
  world.all(std::move(acts));
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  expect(CheckoutStatus::complete, "active", true);
}

TEST_F(SubscriptionPages, made_though_the_answer_was_lost) {
  cut_once("/v1/checkout/sessions", Cut::answer_lost);
  EXPECT_EQ(to_string(subscribing("k")), "outcome_unknown");
  world.advance(2min);
  world.work();
  EXPECT_EQ(to_string(subscribing("k")), "incomplete");
  EXPECT_EQ(world.sandbox_count("/v1/checkout/sessions"), 1);
  EXPECT_EQ(pay_on(page()), 303);
  settle();
  expect(CheckoutStatus::complete, "active", true);
}

TEST_F(SubscriptionPages, found_by_its_metadata_when_the_key_is_forgotten) {
  cut_once("/v1/checkout/sessions", Cut::answer_lost);
  EXPECT_EQ(to_string(subscribing()), "outcome_unknown");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  world.advance(13h);
  world.work();
  EXPECT_EQ(app::page_url(members.only("ana")), session(page()).string_at({"url"}));
  EXPECT_EQ(members.status("ana"), "incomplete");
}

// Paid before we learned of the page.
TEST_F(SubscriptionPages, a_webhook_overtakes_the_answer) {
  cut_once("/v1/checkout/sessions", Cut::answer_lost);
  EXPECT_EQ(to_string(subscribing("k")), "outcome_unknown");
  const auto list = wire::parse_json(world.sandbox_get("/v1/checkout/sessions"));
  EXPECT_EQ(pay_on(*list->at({"data"})->as_array()->front().string_at({"id"})), 303);
  settle();
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(to_string(subscribing("k")), "active");
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
