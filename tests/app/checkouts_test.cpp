// Hosted checkout: what the page is shown, what asking the gateway tells it, and the end of
// sessions that nobody paid.
#include <gtest/gtest.h>

#include "app/payments/payment_query.h"
#include "app/subscriptions/subscriptions.h"
#include "tests/app/buyer.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::CheckoutStatus;
using domain::PaymentState;
using namespace std::chrono_literals;

class Checkouts : public ::testing::Test {
 protected:
  World world{{.split_writes = true, .deliver_webhooks = false}};

  void open(const std::string& method = "") {
    Intent intent{.checkout = terms()};
    if (!method.empty()) intent.method = method;
    ASSERT_EQ(to_string(make_intent(world, intent)), "1 pending 0.00/100.00");
  }
  domain::CheckoutSessionId id() { return domain::CheckoutSessionId{world.payment(1).id.uuid}; }
  app::CheckoutView view() { return *run(world.clock, app::view_checkout(*world.context, id())); }
  app::CheckoutView refresh() {
    return *run(world.clock, app::refresh_checkout(*world.context, id()));
  }
  std::int64_t expire_after(base::Duration span) {
    world.advance(span);
    return run(world.clock, app::expire_checkouts(*world.context));
  }
  std::string status_there() {
    const auto body = world.sandbox_get("/v1/payment_intents/" +
                                        world.payment(1).gateway_payment_id.value_or("none"));
    return wire::parse_json(body)->string_at({"status"}).value_or("");
  }
  void expect_expired() {
    EXPECT_EQ(view().session.status, CheckoutStatus::expired);
    EXPECT_EQ(view().status, CheckoutStatus::expired);
    EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
    EXPECT_EQ(status_there(), "canceled");
    EXPECT_EQ(world.audit(), "");
  }
  void expect_complete() {
    EXPECT_EQ(view().session.status, CheckoutStatus::complete);
    EXPECT_EQ(view().status, CheckoutStatus::complete);
    EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
    EXPECT_EQ(world.audit(), "");
  }
  void cut_cancellation(Cut cut) {
    world.wire.fate = [cut, done = false](const ports::HttpRequest& request) mutable {
      if (done || !request.url.ends_with("/cancel")) return Cut::none;
      done = true;
      return cut;
    };
  }
};

TEST_F(Checkouts, an_open_session_shows_its_payment) {
  open();
  const auto shown = view();
  EXPECT_EQ(shown.status, CheckoutStatus::open);
  EXPECT_EQ(shown.session.success_url, "https://shop.test/payments/success");
  ASSERT_TRUE(shown.payment.has_value());
  EXPECT_TRUE(shown.payment->client_secret.has_value());
  EXPECT_FALSE(shown.subscription.has_value());
}

TEST_F(Checkouts, a_session_that_does_not_exist_is_not_found) {
  const domain::CheckoutSessionId other{
      domain::PaymentId::parse("0192f0c1-2345-7abc-8def-0123456789ab")->uuid};
  for (auto* look : {&app::view_checkout, &app::refresh_checkout}) {
    const auto found = run(world.clock, look(*world.context, other));
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, domain::RefusalCode::not_found);
  }
  // A payment without a page has none either.
  make_intent(world);
  EXPECT_FALSE(run(world.clock, app::view_checkout(*world.context, id())).has_value());
}

TEST_F(Checkouts, asking_tells_what_became_of_it_without_webhooks) {
  open();
  pay_in_browser(world, 1);
  EXPECT_EQ(view().status, CheckoutStatus::open);
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  expect_complete();
}

TEST_F(Checkouts, a_gateway_that_does_not_answer_leaves_it_as_it_stands) {
  open();
  pay_in_browser(world, 1);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  EXPECT_EQ(refresh().status, CheckoutStatus::open);
  world.wire.fate = {};
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
}

TEST_F(Checkouts, what_is_decided_is_not_asked_about_again) {
  open();
  pay_in_browser(world, 1);
  refresh();
  const auto sent = world.wire.sent.size();
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(Checkouts, nothing_is_done_before_its_time) {
  open();
  EXPECT_EQ(expire_after(23h), 0);
  EXPECT_EQ(status_there(), "requires_payment_method");
}

TEST_F(Checkouts, nobody_paid_and_it_is_cancelled_at_the_gateway) {
  open();
  EXPECT_EQ(expire_after(24h), 1);
  expect_expired();
  EXPECT_EQ(expire_after(2h), 0);
}

TEST_F(Checkouts, declined_in_the_browser_it_is_cancelled_too) {
  open();
  pay_in_browser(world, 1, "4000000000000002");
  refresh();
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  expire_after(24h);
  expect_expired();
}

TEST_F(Checkouts, what_a_person_must_decide_is_not_cancelled) {
  open();
  auto payment = world.payment(1);
  payment.conflicted = true;
  payment.gateway_payment_id.reset();  // so that nothing there would be in the way
  world.force(ports::Changes().update(payment));
  EXPECT_EQ(expire_after(24h), 1);
  EXPECT_EQ(view().session.status, CheckoutStatus::open) << "it is looked at again later";
  EXPECT_EQ(world.payment(1).state, PaymentState::pending);
}

TEST_F(Checkouts, paid_in_time_it_is_complete) {
  open();
  pay_in_browser(world, 1);
  run(world.clock, app::query_payment(*world.context, world.payment(1).id));
  EXPECT_EQ(expire_after(24h), 1);
  expect_complete();
}

TEST_F(Checkouts, paid_though_nobody_told_us_it_is_complete_and_nothing_is_lost) {
  open();
  pay_in_browser(world, 1);
  EXPECT_EQ(expire_after(24h), 1);
  expect_complete();
  EXPECT_EQ(world.sandbox_charged("pen"), 10'000);
}

TEST_F(Checkouts, while_something_is_open_it_is_looked_at_again_later) {
  open("pm_card_visa");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/confirm") ? Cut::answer_lost : Cut::none;
  };
  world.advance(24h - 5s);
  EXPECT_EQ(to_string(process_intent(world, 1)), "outcome_unknown");
  EXPECT_EQ(expire_after(5s), 1);
  EXPECT_EQ(view().session.status, CheckoutStatus::open);
  EXPECT_EQ(status_there(), "succeeded");
  EXPECT_EQ(expire_after(1min), 0) << "not before an hour is over";
  world.wire.fate = {};
  world.advance(2min);
  world.work();
  EXPECT_EQ(expire_after(1h), 1);
  expect_complete();
}

TEST_F(Checkouts, the_lost_answer_of_its_cancellation_is_made_good) {
  open();
  cut_cancellation(Cut::answer_lost);
  EXPECT_EQ(expire_after(24h), 1);
  EXPECT_EQ(view().session.status, CheckoutStatus::open);
  EXPECT_EQ(view().status, CheckoutStatus::expired) << "nobody may pay it any more";
  world.advance(2min);
  world.work();
  EXPECT_EQ(expire_after(5min), 1);
  expect_expired();
}

TEST_F(Checkouts, an_intent_that_was_never_made_ends_its_session) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/payment_intents") ? Cut::throttled : Cut::none;
  };
  make_intent(world, {.checkout = terms()});
  EXPECT_EQ(view().status, CheckoutStatus::expired);
  EXPECT_EQ(expire_after(24h), 1);
  EXPECT_EQ(view().session.status, CheckoutStatus::expired);
}

TEST_F(Checkouts, an_authorized_payment_is_complete_and_stays_held) {
  make_intent(world, {.capture = domain::CaptureMethod::manual, .checkout = terms()});
  pay_in_browser(world, 1);
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  expire_after(24h);
  EXPECT_EQ(world.payment(1).state, PaymentState::authorized);
}

TEST_F(Checkouts, two_instances_expire_one_session_once) {
  open();
  world.advance(24h);
  base::TaskGroup group{[](std::string_view, std::exception_ptr) { FAIL(); }};
  const auto expiring = [](app::Context& context) -> base::Task<void> {
    (void)co_await app::expire_checkouts(context);
  };
  group.spawn("one", expiring(*world.context));
  group.spawn("other", expiring(*world.context));
  for (int i = 0; i < 2000 && world.clock.step(); ++i)
    if (group.running() == 0) break;
  expect_expired();
  int cancels = 0;
  for (const auto& request : world.wire.sent) cancels += request.url.ends_with("/cancel") ? 1 : 0;
  EXPECT_EQ(cancels, 1);
}

// ---- subscriptions ------------------------------------------------------------------------

class SubscriptionCheckouts : public ::testing::Test {
 protected:
  World world{{.split_writes = true, .deliver_webhooks = false}};
  domain::SubscriptionId id{};

  void SetUp() override {
    const app::RenderSubscription render = [&](const domain::Subscription& made) {
      id = made.id;
      return ports::StoredReply{200, {}, "made"};
    };
    const auto plans = run(world.clock, world.context->store.plans());
    auto made = run(world.clock, app::subscribe(*world.context, user_call(),
                                                {.gateway = domain::GatewayName::stripe,
                                                 .price_id = *plans.front().gateway_price_id,
                                                 .checkout = terms()},
                                                render));
    ASSERT_EQ(to_string(made), "made");
  }
  domain::CheckoutSessionId session() { return domain::CheckoutSessionId{id.uuid}; }
  app::CheckoutView view() {
    return *run(world.clock, app::view_checkout(*world.context, session()));
  }
  app::CheckoutView refresh() {
    return *run(world.clock, app::refresh_checkout(*world.context, session()));
  }
  ports::HttpResponse pay() {
    const auto secret = view().subscription->client_secret.value_or("");
    const auto intent = secret.substr(0, secret.find("_secret"));
    return world.sandbox_post("/v1/payment_intents/" + intent + "/confirm",
                              "payment_method=pm_card_visa");
  }
};

TEST_F(SubscriptionCheckouts, is_open_until_its_first_invoice_is_paid) {
  EXPECT_EQ(view().status, CheckoutStatus::open);
  EXPECT_FALSE(view().payment.has_value());
  EXPECT_EQ(pay().status, 200);
  EXPECT_EQ(refresh().status, CheckoutStatus::complete);
  EXPECT_EQ(view().session.status, CheckoutStatus::complete) << "whatever becomes of it later";
  EXPECT_EQ(world.audit(), "");
}

TEST_F(SubscriptionCheckouts, that_nobody_paid_ends_at_the_gateway) {
  world.advance(24h);
  EXPECT_EQ(run(world.clock, app::expire_checkouts(*world.context)), 1);
  EXPECT_EQ(view().session.status, CheckoutStatus::expired);
  EXPECT_TRUE(is_terminal(view().subscription->status));
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
