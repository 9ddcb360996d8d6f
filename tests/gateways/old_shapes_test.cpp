#include "gateways/old_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateways/stripe/invoices.h"
#include "gateways/stripe/prices.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/subscriptions.h"

namespace cobro::gateways {
namespace {

using domain::RemoteState;
using fixtures::answer;
using fixtures::json;
using fixtures::money;
using fixtures::read_event;
using fixtures::said;
using fixtures::stripe;
using wire::JsonNull;
using wire::JsonObject;

TEST(StripeOldShapes, an_intent_with_sources_and_a_list_of_charges) {
  const auto paid = said<ports::PaymentEnded>(
      read_event("payment_intent.succeeded", old_shapes::intent("succeeded")));
  ASSERT_TRUE(paid);
  EXPECT_EQ(paid->payment.captured, money("29.90", "USD"));
  EXPECT_EQ(paid->payment.charge_id, "ch_2");
  const auto waiting = stripe::read_payment(old_shapes::intent("requires_source_action"));
  EXPECT_EQ(waiting->state, RemoteState::requires_action);
  EXPECT_EQ(waiting->next_action->type, "redirect_to_url");
  EXPECT_EQ(waiting->next_action->url, "https://hooks.stripe.com/3d");
  EXPECT_EQ(stripe::read_payment(old_shapes::intent("requires_source"))->state,
            RemoteState::unconfirmed);
  const auto failed = old_shapes::intent("requires_source", {{"last_payment_error", json("{}")}});
  EXPECT_EQ(stripe::read_payment(failed)->state, RemoteState::declined);
}

TEST(StripeOldShapes, a_refund_and_a_dispute_that_name_their_intent_by_the_charge) {
  const auto charge = json(R"({"id":"ch_1","object":"charge","payment_intent":"pi_1"})");
  const auto refunded = said<ports::RefundEnded>(read_event(
      "charge.refund.updated", fixtures::refund("succeeded", {{"payment_intent", JsonNull{}},
                                                              {"charge", charge},
                                                              {"metadata", JsonNull{}}})));
  ASSERT_TRUE(refunded);
  EXPECT_EQ(refunded->refund.gateway_payment_id, "pi_1");
  const auto disputed =
      said<ports::DisputeMoved>(read_event("charge.dispute.created", old_shapes::dispute()));
  ASSERT_TRUE(disputed);
  EXPECT_EQ(disputed->dispute.gateway_payment_id, "pi_1");
  EXPECT_EQ(disputed->dispute.movements, 1);
  EXPECT_EQ(disputed->dispute.withdrawn_amount, money("29.90", "USD"));
  const auto closed = said<ports::DisputeMoved>(
      read_event("charge.dispute.closed", old_shapes::dispute({{"status", "charge_refunded"}})));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->dispute.status, domain::DisputeStatus::closed);
}

TEST(StripeOldShapes, a_refund_and_a_dispute_that_name_only_a_charge_are_fetched) {
  for (const auto& none : {JsonObject{{"payment_intent", JsonNull{}}}, JsonObject{}}) {
    auto refund = json(R"({"id":"re_1","object":"refund","amount":1000,"currency":"usd",
      "status":"succeeded","charge":"ch_1","metadata":{}})");
    for (const auto* type : {"charge.refund.updated", "refund.created"}) {
      const auto changed =
          said<ports::RefundsChanged>(read_event(type, fixtures::with(refund, none)));
      ASSERT_TRUE(changed) << type;
      EXPECT_TRUE(changed->payment.is_by_charge_alone());
      EXPECT_EQ(changed->payment.gateway_charge_id, "ch_1");
    }
    const auto dispute = fixtures::with(
        old_shapes::dispute({{"charge", "ch_1"}, {"balance_transaction", "txn_1"}}), none);
    const auto moved = said<ports::DisputesChanged>(read_event("charge.dispute.created", dispute));
    ASSERT_TRUE(moved);
    EXPECT_TRUE(moved->payment.is_by_charge_alone());
    EXPECT_EQ(moved->payment.gateway_charge_id, "ch_1");
  }
  const auto of_none = json(R"({"id":"re_1","object":"refund","amount":1000,"currency":"usd",
    "status":"succeeded","charge":null})");
  const auto asked = said<ports::RefundsChanged>(read_event("refund.updated", of_none));
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->payment.gateway_charge_id, "re_1") << "by its own id";
}

TEST(StripeOldShapes, a_charge_in_whole_tells_our_payment_too) {
  const auto charge =
      json(fmt::format(R"({{"id":"ch_1","object":"charge","metadata":{{"cobro_payment":"{}"}}}})",
                       fixtures::kPaymentId));
  const auto moved = said<ports::DisputesChanged>(
      read_event("charge.dispute.updated", old_shapes::dispute({{"charge", charge}})));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->payment.our_payment, domain::PaymentId::parse(fixtures::kPaymentId));
  EXPECT_FALSE(moved->payment.is_by_charge_alone());
}

TEST(StripeOldShapes, a_dispute_whose_money_is_told_by_an_id_is_fetched) {
  for (const auto& more :
       {JsonObject{{"balance_transaction", "txn_1"}},
        JsonObject{{"balance_transactions", wire::JsonArray{"txn_1", "txn_2"}}}}) {
    const auto moved = said<ports::DisputesChanged>(
        read_event("charge.dispute.funds_withdrawn", old_shapes::dispute(more)));
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->payment.gateway_payment_id, "pi_1");
  }
  EXPECT_TRUE(said<ports::DisputeMoved>(read_event(
      "charge.dispute.created", old_shapes::dispute({{"balance_transaction", JsonNull{}}}))));
}

TEST(StripeOldShapes, a_charge_that_was_made_before_there_were_intents_is_asked_about) {
  const auto charge = json(R"({"id":"ch_1","object":"charge","amount_refunded":1000,
    "currency":"usd","metadata":{}})");
  const auto changed = said<ports::RefundsChanged>(read_event("charge.refunded", charge));
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->payment.is_by_charge_alone());
  EXPECT_EQ(changed->payment.gateway_charge_id, "ch_1");
}

TEST(StripeOldShapes, a_charge_tells_its_payment) {
  EXPECT_EQ(stripe().charge("ch_1").path, "/v1/charges/ch_1");
  const auto ours = stripe().parse_charge(answer(200, old_shapes::charge()));
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->gateway_payment_id, "pi_1");
  EXPECT_EQ(ours->our_payment, domain::PaymentId::parse(fixtures::kPaymentId));
  const auto theirs = stripe().parse_charge(answer(
      200, old_shapes::charge({{"payment_intent", JsonNull{}}, {"metadata", JsonObject{}}})));
  ASSERT_TRUE(theirs);
  EXPECT_FALSE(theirs->gateway_payment_id || theirs->our_payment);
  const auto missing = json(R"({"error":{"type":"invalid_request_error","code":"resource_missing",
    "param":"charge","message":"No such charge: 'ch_1'"}})");
  const auto gone = stripe().parse_charge(answer(404, missing));
  ASSERT_TRUE(gone);
  EXPECT_FALSE(gone->gateway_payment_id);
  EXPECT_FALSE(stripe().parse_charge(answer(500, json("{}"))));
  EXPECT_FALSE(stripe().parse_charge(answer(200, json(R"({"object":"refund"})"))));
}

TEST(StripeOldShapes, a_refund_or_dispute_that_names_no_charge_tells_its_payment_itself) {
  EXPECT_EQ(stripe().charge("re_1").path, "/v1/refunds/re_1?expand%5B%5D=charge");
  EXPECT_EQ(stripe().charge("pyr_1").path, "/v1/refunds/pyr_1?expand%5B%5D=charge");
  EXPECT_EQ(stripe().charge("du_1").path, "/v1/disputes/du_1?expand%5B%5D=charge");
  EXPECT_EQ(stripe().charge("dp_1").path, "/v1/disputes/dp_1?expand%5B%5D=charge");
  for (const auto* object : {"refund", "dispute"}) {
    const auto by_itself = stripe().parse_charge(answer(
        200, json(fmt::format(R"({{"id":"x_1","object":"{}","payment_intent":"pi_1"}})", object))));
    ASSERT_TRUE(by_itself);
    EXPECT_EQ(by_itself->gateway_payment_id, "pi_1");
    const auto by_charge = stripe().parse_charge(answer(
        200, json(fmt::format(
                 R"({{"id":"x_1","object":"{}","charge":{{"id":"ch_1","payment_intent":"pi_1"}}}})",
                 object))));
    ASSERT_TRUE(by_charge);
    EXPECT_EQ(by_charge->gateway_payment_id, "pi_1");
    EXPECT_FALSE(by_charge->gateway_charge_id);
  }
}

TEST(StripeOldShapes, events_of_subscriptions_and_invoices_name_them) {
  const auto changed = said<ports::SubscriptionChanged>(
      read_event("customer.subscription.updated", old_shapes::subscription()));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->subscription.gateway_subscription_id, "sub_1");
  EXPECT_TRUE(changed->subscription.our_subscription);
  for (const auto& invoice :
       {old_shapes::invoice(), old_shapes::invoice({{"charge", "ch_1"}}),
        old_shapes::invoice({{"subscription", old_shapes::subscription()}})}) {
    const auto paid = said<ports::InvoiceChanged>(read_event("invoice.payment_succeeded", invoice));
    ASSERT_TRUE(paid);
    EXPECT_EQ(paid->gateway_invoice_id, "in_1");
    EXPECT_EQ(paid->subscription.gateway_subscription_id, "sub_1");
  }
}

TEST(StripeOldShapes, a_charge_that_holds_its_refunds) {
  const auto changed =
      said<ports::RefundsChanged>(read_event("charge.refunded", old_shapes::charge()));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1");
}

TEST(StripeOldShapes, a_subscription_to_a_plan) {
  for (const auto& more : {JsonObject{}, JsonObject{{"items", JsonNull{}}}}) {
    const auto snapshot = stripe::read_subscription(old_shapes::subscription(more));
    ASSERT_TRUE(snapshot && snapshot->price);
    EXPECT_EQ(snapshot->price->gateway_price_id, "gold");
    EXPECT_EQ(snapshot->price->amount, money("29.90", "USD")) << "two of it";
    EXPECT_EQ(snapshot->price->billing_cycle, domain::BillingCycle::monthly);
    EXPECT_EQ(snapshot->price->interval_count, 3);
    EXPECT_EQ(snapshot->gateway_payment_method_id, "card_1");
    EXPECT_EQ(snapshot->current_period_end, base::Timestamp::from_unix_seconds(1'764'932'400));
    EXPECT_TRUE(snapshot->cancel_at_period_end);
  }
}

TEST(StripeOldShapes, an_invoice_without_a_status) {
  const auto paid = stripe::read_invoice(old_shapes::invoice());
  EXPECT_EQ(paid->status, domain::InvoiceStatus::paid);
  ASSERT_TRUE(paid->payment);
  EXPECT_EQ(paid->payment->gateway_payment_id, "pi_1");
  const auto given_up =
      stripe::read_invoice(old_shapes::invoice({{"paid", false}, {"forgiven", true}}));
  EXPECT_EQ(given_up->status, domain::InvoiceStatus::uncollectible);
  EXPECT_FALSE(stripe::read_invoice(old_shapes::invoice({{"paid", false}}))->status);
}

TEST(StripeOldShapes, an_event_whose_time_is_a_text_is_kept) {
  const auto thin = stripe().read_event(fixtures::hook(
      R"({"id":"evt_test_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found",)"
      R"("created":"2025-11-05T11:00:00.000Z","related_object":{"id":"mtr_1"}})"));
  ASSERT_TRUE(thin);
  EXPECT_EQ(thin->event_id, "evt_test_1");
  EXPECT_TRUE(fixtures::says_nothing(*thin));
}

TEST(StripeReaders, tell_the_day_on_which_a_subscription_is_to_end) {
  const auto snapshot = stripe::read_subscription(
      fixtures::basil_subscription("active", {{"cancel_at", 1'764'000'000}}));
  EXPECT_EQ(snapshot->cancel_at, base::Timestamp::from_unix_seconds(1'764'000'000));
  EXPECT_FALSE(snapshot->cancel_at_period_end);
  EXPECT_FALSE(stripe::read_subscription(fixtures::basil_subscription("active"))->cancel_at);
  const auto resumed = [](const JsonObject& more) {
    return fixtures::stripe().subscriptions()->parse(
        domain::Operation::resume, answer(200, fixtures::basil_subscription("active", more)));
  };
  EXPECT_EQ(resumed({}).kind, ports::AnswerKind::accepted);
  EXPECT_EQ(resumed({{"cancel_at", 1'764'000'000}}).kind, ports::AnswerKind::not_executed);
}

TEST(StripeReaders, take_no_amount_that_is_longer_than_any_of_ours) {
  const auto most = fixtures::intent("succeeded", {{"amount", 999'999'999'999}});
  EXPECT_EQ(stripe::read_payment(most)->amount->minor(), 999'999'999'999);
  const auto more = fixtures::intent("succeeded", {{"amount", 1'000'000'000'000}});
  EXPECT_FALSE(stripe::read_payment(more)->amount);
  const auto many = fixtures::basil_subscription(
      "active", {{"items", fixtures::items({{"quantity", 1'000'000'000'000}})}});
  EXPECT_FALSE(stripe::read_subscription(many)->price->amount);
}

TEST(StripeReaders, keep_nothing_that_a_database_refuses) {
  const auto odd = json(R"({"code":"a\u0000b","decline_code":"x","message":"y\u0000"})");
  const auto snapshot = stripe::read_payment(
      fixtures::intent("requires_payment_method", {{"last_payment_error", odd},
                                                   {"cancellation_reason", json(R"("\u0000")")},
                                                   {"created", wire::JsonNumber{"1e999999"}}}));
  EXPECT_EQ(snapshot->decline->code, "ab");
  EXPECT_EQ(snapshot->decline->message, "y");
  EXPECT_THAT(snapshot->redacted, testing::Not(testing::HasSubstr("u0000")));
  EXPECT_THAT(snapshot->redacted, testing::Not(testing::HasSubstr("e999")));
  const auto wordy = json(R"({"message":")" + std::string(499, 'a') + R"(ñ"})");
  EXPECT_EQ(stripe::read_decline(wordy).message, std::string(499, 'a'));
}

TEST(StripeReaders, read_a_price_of_fractions_only_where_it_is_whole) {
  const auto whole =
      fixtures::price({{"unit_amount", JsonNull{}}, {"unit_amount_decimal", "2990"}});
  EXPECT_EQ(stripe::read_price(whole)->amount, money("29.90", "USD"));
  const auto part = fixtures::price({{"unit_amount", JsonNull{}}, {"unit_amount_decimal", "0.5"}});
  EXPECT_FALSE(stripe::read_price(part)->amount);
  for (const std::int64_t count : {0L, -1L, 4'000'000'000'000L}) {
    const auto odd = stripe::read_price(fixtures::price(
        {{"recurring", JsonObject{{"interval", "month"}, {"interval_count", count}}}}));
    EXPECT_FALSE(odd->billing_cycle) << count;
    EXPECT_EQ(odd->interval_count, 1);
  }
}

TEST(StripeReaders, know_the_intent_of_a_page_that_shows_only_its_id) {
  const auto session = json(R"({"id":"cs_1","object":"checkout.session","status":"complete",
    "amount_total":2990,"currency":"usd","payment_intent":"pi_1","metadata":null})");
  const auto got = stripe().parse(domain::Operation::create, answer(200, session));
  ASSERT_TRUE(got.payment);
  EXPECT_EQ(got.payment->gateway_payment_id, "pi_1");
}

}  // namespace
}  // namespace cobro::gateways
