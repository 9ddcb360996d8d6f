// Stripe's Checkout Sessions: the requests that make and end one, and what one says.
#include <gtest/gtest.h>

#include "base/check.h"
#include "gateways/billing_fixtures.h"
#include "gateways/stripe/checkout.h"

namespace cobro::gateways {
namespace {

using namespace std::chrono_literals;
using domain::CheckoutStatus;
using domain::Operation;
using domain::RemoteState;
using fixtures::call_id;
using fixtures::payment;
using fixtures::read_event;
using fixtures::said;
using fixtures::stripe;
using fixtures::with;
using ports::AnswerKind;
using wire::Json;
using wire::JsonObject;

const auto kNow = base::Timestamp::from_unix_seconds(1'762'340'400);

ports::CheckoutPage page() {
  return {"https://shop.example/thanks?a=1", "https://shop.example/cart", kNow + 24h};
}

domain::Payment on_page() {
  auto made = payment();
  made.gateway_checkout_id = "cs_1";
  made.gateway_customer_id = "cus_1";
  made.state = domain::PaymentState::requires_action;
  return made;
}

// An open one for the payment of the fixtures.
Json session(const JsonObject& more = {}) {
  return with(fixtures::json(fmt::format(
                  R"({{"id":"cs_1","object":"checkout.session","mode":"payment","status":"open",
    "payment_status":"unpaid","amount_total":2990,"currency":"usd","payment_intent":null,
    "subscription":null,"customer":"cus_1","url":"https://checkout.stripe.com/c/pay/canary",
    "customer_details":{{"email":"canary@example.com"}},"client_secret":"cs_secret_canary",
    "metadata":{{"cobro_payment":"{}","cobro_attempt":"{}"}}}})",
                  fixtures::kPaymentId, fixtures::kAttemptId)),
              more);
}

ports::HttpResponse ok(const Json& body) {
  return {.status = 200, .headers = {}, .body = wire::to_text(body)};
}

TEST(StripeCheckout, makes_the_page_of_a_payment) {
  auto of = payment();
  of.gateway_customer_id = "cus_1";
  of.description = "Curso de fotografía";
  of.capture_method = domain::CaptureMethod::manual;
  const auto request = stripe().build(ports::CreateCommand{page()}, of, call_id()).value();
  EXPECT_EQ(request.path, "/v1/checkout/sessions");
  EXPECT_EQ(request.body,
            "mode=payment&success_url=https%3A%2F%2Fshop.example%2Fthanks%3Fa%3D1"
            "&cancel_url=https%3A%2F%2Fshop.example%2Fcart&expires_at=1762426500&customer=cus_1"
            "&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd"
            "&line_items[0][price_data][unit_amount]=2990"
            "&line_items[0][price_data][product_data][name]=Curso%20de%20fotograf%C3%ADa"
            "&payment_intent_data[description]=Curso%20de%20fotograf%C3%ADa"
            "&payment_intent_data[capture_method]=manual"
            "&metadata[cobro_payment]=01980000-0000-7000-8000-000000000001"
            "&payment_intent_data[metadata][cobro_payment]=01980000-0000-7000-8000-000000000001"
            "&metadata[cobro_attempt]=01980000-0000-7000-8000-000000000002"
            "&payment_intent_data[metadata][cobro_attempt]=01980000-0000-7000-8000-000000000002"
            "&expand[]=payment_intent.latest_charge");
}

TEST(StripeCheckout, makes_the_page_of_a_subscription) {
  const ports::CreateSubscriptionCommand command{.subscription = fixtures::subscription_id(),
                                                 .gateway_customer_id = "cus_1",
                                                 .gateway_price_id = "price_1",
                                                 .trial_days = 7,
                                                 .page = page()};
  const auto gateway = stripe();
  const auto request = fixtures::build(gateway, command).value();
  EXPECT_EQ(request.path, "/v1/checkout/sessions");
  EXPECT_EQ(request.body,
            "mode=subscription&success_url=https%3A%2F%2Fshop.example%2Fthanks%3Fa%3D1"
            "&cancel_url=https%3A%2F%2Fshop.example%2Fcart&expires_at=1762426500&customer=cus_1"
            "&line_items[0][price]=price_1&line_items[0][quantity]=1"
            "&subscription_data[trial_period_days]=7"
            "&metadata[cobro_subscription]=01980000-0000-7000-8000-000000000006"
            "&subscription_data[metadata][cobro_subscription]="
            "01980000-0000-7000-8000-000000000006"
            "&metadata[cobro_errand]=01980000-0000-7000-8000-000000000007"
            "&subscription_data[metadata][cobro_errand]=01980000-0000-7000-8000-000000000007");
}

// Stripe lets nobody cancel the intent of an open session, nor confirm it.
TEST(StripeCheckout, ends_the_page_instead_of_the_intent_until_it_was_paid) {
  auto of = on_page();
  const auto cancel = [&] {
    return stripe().build(ports::CancelCommand{}, of, call_id()).value().path;
  };
  EXPECT_EQ(cancel(), "/v1/checkout/sessions/cs_1/expire");
  of.gateway_payment_id = "pi_1";
  of.state = domain::PaymentState::failed;
  EXPECT_EQ(cancel(), "/v1/checkout/sessions/cs_1/expire");
  EXPECT_THROW((void)stripe().build(ports::ConfirmCommand{}, of, call_id()), base::Bug);
  of.state = domain::PaymentState::authorized;
  EXPECT_EQ(cancel(), "/v1/payment_intents/pi_1/cancel");
  of.state = domain::PaymentState::cancelled;  // and held all the same
  EXPECT_EQ(cancel(), "/v1/payment_intents/pi_1/cancel");
  of.gateway_payment_id.reset();
  EXPECT_EQ(cancel(), "/v1/checkout/sessions/cs_1/expire");
  EXPECT_THROW((void)stripe().build(ports::CreateCommand{page()}, on_page(), call_id()), base::Bug);
}

TEST(StripeCheckout, looks_at_the_page_or_through_the_pages_made_meanwhile) {
  auto of = on_page();
  EXPECT_EQ(stripe().look_up_payment(of, kNow, kNow, false).path,
            "/v1/checkout/sessions/cs_1?expand%5B%5D=payment_intent.latest_charge");
  of.gateway_checkout_id.reset();
  const auto list = stripe().look_up_payment(of, kNow, kNow, true);
  EXPECT_TRUE(list.path.starts_with("/v1/checkout/sessions?customer=cus_1&limit=100&created"))
      << list.path;
  of.gateway_checkout_id = "cs_1";
  of.gateway_payment_id = "pi_1";
  of.state = domain::PaymentState::succeeded;
  EXPECT_TRUE(
      stripe().look_up_payment(of, kNow, kNow, false).path.starts_with("/v1/payment_intents/pi_1"));
  const auto page_of_list =
      ok(JsonObject{{"object", "list"}, {"has_more", true}, {"data", wire::JsonArray{session()}}});
  const auto found = stripe().parse_look_up(list, page_of_list);
  ASSERT_EQ(found.payments.size(), 1U);
  EXPECT_EQ(found.payments.front().gateway_checkout_id, "cs_1");
  ASSERT_TRUE(found.next_page);
  EXPECT_TRUE(found.next_page->path.ends_with("starting_after=cs_1")) << found.next_page->path;
}

TEST(StripeCheckout, an_open_page_is_for_the_customer_to_act_on) {
  const auto answer = stripe().parse(Operation::create, ok(session()));
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  const auto& snapshot = answer.payment.value();
  EXPECT_EQ(snapshot.state, RemoteState::requires_action);
  EXPECT_FALSE(snapshot.gateway_payment_id.has_value());
  EXPECT_EQ(snapshot.gateway_checkout_id, "cs_1");
  EXPECT_EQ(snapshot.amount, fixtures::money("29.90", "USD"));
  EXPECT_EQ(snapshot.next_action->type, "redirect_to_url");
  EXPECT_EQ(snapshot.next_action->url, "https://checkout.stripe.com/c/pay/canary");
  EXPECT_EQ(snapshot.our_payment->to_string(), fixtures::kPaymentId);
  EXPECT_EQ(snapshot.our_call, call_id());
  EXPECT_EQ(snapshot.redacted.find("canary"), std::string::npos) << snapshot.redacted;
}

TEST(StripeCheckout, says_what_its_intent_says) {
  struct Row {
    std::string_view status;
    std::string_view intent;
    RemoteState state;
  };
  const Row rows[] = {
      {"open", "requires_payment_method", RemoteState::requires_action},
      {"open", "requires_action", RemoteState::requires_action},
      {"open", "processing", RemoteState::processing},
      {"complete", "succeeded", RemoteState::succeeded},
      {"complete", "requires_capture", RemoteState::authorized},
      {"complete", "processing", RemoteState::processing},
      {"expired", "requires_payment_method", RemoteState::cancelled},
      {"expired", "canceled", RemoteState::cancelled},
      {"expired", "succeeded", RemoteState::succeeded},
      {"a_new_word", "succeeded", RemoteState::succeeded},
  };
  for (const auto& row : rows) {
    const auto snapshot = stripe::read_payment_page(
        session({{"status", row.status}, {"payment_intent", fixtures::intent(row.intent)}}));
    ASSERT_TRUE(snapshot) << row.status << row.intent;
    EXPECT_EQ(snapshot->state, row.state) << row.status << row.intent;
    EXPECT_EQ(snapshot->gateway_payment_id, "pi_1");
    EXPECT_FALSE(snapshot->client_secret.has_value());
    const bool to_act = row.state == RemoteState::requires_action;
    EXPECT_EQ(snapshot->next_action.has_value(), to_act) << row.status << row.intent;
  }
}

TEST(StripeCheckout, without_an_intent_its_own_word_counts) {
  const std::pair<std::string_view, RemoteState> rows[] = {
      {"expired", RemoteState::cancelled},
      {"complete", RemoteState::unrecognized},
      {"a_new_word", RemoteState::unrecognized}};
  for (const auto& [status, state] : rows)
    EXPECT_EQ(stripe::read_payment_page(session({{"status", status}}))->state, state) << status;
  EXPECT_EQ(stripe().parse(Operation::cancel, ok(session({{"status", "expired"}}))).kind,
            AnswerKind::accepted);
  EXPECT_EQ(stripe().parse(Operation::cancel, ok(session())).kind, AnswerKind::unknown);
  EXPECT_FALSE(stripe::read_payment_page(session({{"id", "../x"}})));
  EXPECT_FALSE(stripe::read_payment_page(session({{"object", "else"}})));
}

TEST(StripeCheckout, an_address_that_is_none_is_not_passed_on) {
  const auto snapshot = stripe::read_payment_page(session({{"url", "javascript:canary"}}));
  EXPECT_FALSE(snapshot->next_action->url.has_value());
}

// Refused without a word of its own: only the session can tell why.
TEST(StripeCheckout, an_end_that_is_refused_settles_nothing) {
  const ports::HttpResponse refused{
      .status = 400,
      .headers = {},
      .body = R"({"error":{"type":"invalid_request_error","message":"Only Checkout Sessions with a
 status in [\"open\"] can be expired."}})"};
  EXPECT_EQ(stripe().parse(Operation::cancel, refused).kind, AnswerKind::unknown);
  const auto gateway = stripe();
  EXPECT_EQ(gateway.subscriptions()->parse(domain::Operation::end_now, refused).kind,
            AnswerKind::unknown);
}

TEST(StripeCheckout, tells_of_the_subscription_that_it_makes) {
  const auto gateway = stripe();
  const auto& billing = *gateway.subscriptions();
  const JsonObject ours{{"cobro_subscription", fixtures::kSubscriptionId}};
  const auto open = session({{"metadata", ours}});
  const auto made =
      session({{"metadata", ours}, {"status", "complete"}, {"subscription", "sub_1"}});
  const auto ended = session({{"metadata", ours}, {"status", "expired"}});
  using enum domain::Operation;
  EXPECT_EQ(billing.parse(create_subscription, ok(open)).kind, AnswerKind::accepted);
  EXPECT_EQ(billing.parse(end_now, ok(open)).kind, AnswerKind::unknown);
  EXPECT_EQ(billing.parse(end_now, ok(made)).kind, AnswerKind::unknown);
  EXPECT_EQ(billing.parse(end_now, ok(ended)).kind, AnswerKind::accepted);
  const auto snapshot = billing.parse_checkout(ok(made)).value();
  EXPECT_EQ(snapshot.status, CheckoutStatus::complete);
  EXPECT_EQ(snapshot.gateway_subscription_id, "sub_1");
  EXPECT_EQ(snapshot.our_subscription, fixtures::subscription_id());
  EXPECT_EQ(billing.parse_checkout(ok(open))->url, "https://checkout.stripe.com/c/pay/canary");
}

TEST(StripeCheckout, an_event_of_a_session_of_ours_is_looked_into) {
  for (const std::string_view type :
       {"checkout.session.completed", "checkout.session.expired",
        "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"}) {
    const auto paid =
        said<ports::PaymentChanged>(read_event(type, session({{"status", "complete"}})));
    ASSERT_TRUE(paid) << type;
    EXPECT_EQ(paid->payment.our_payment->to_string(), fixtures::kPaymentId);
    const auto subscribed = said<ports::SubscriptionChanged>(read_event(
        type, session({{"metadata", JsonObject{{"cobro_subscription", fixtures::kSubscriptionId}}},
                       {"subscription", "sub_1"}})));
    ASSERT_TRUE(subscribed) << type;
    EXPECT_EQ(subscribed->subscription.gateway_subscription_id, "sub_1");
    EXPECT_EQ(subscribed->subscription.our_subscription, fixtures::subscription_id());
    const auto nobodys = session({{"metadata", JsonObject{}}});
    EXPECT_TRUE(fixtures::says_nothing(read_event(type, nobodys))) << type;
  }
}

}  // namespace
}  // namespace cobro::gateways
