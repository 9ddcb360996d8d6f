#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateways/billing_fixtures.h"
#include "gateways/stripe/prices.h"

namespace cobro::gateways {
namespace {

using domain::BillingCycle;
using domain::InvoiceStatus;
using domain::RemoteState;
using domain::SubscriptionStatus;
using fixtures::acacia_invoice;
using fixtures::acacia_subscription;
using fixtures::answer;
using fixtures::basil_invoice;
using fixtures::basil_subscription;
using fixtures::intent;
using fixtures::json;
using fixtures::money;
using fixtures::setup_intent;
using fixtures::stripe;
using testing::HasSubstr;
using testing::Not;

std::optional<domain::GatewaySubscription> subscription(const wire::Json& object) {
  const auto gateway = stripe();
  return gateway.subscriptions()->parse_subscription(answer(200, object));
}

std::optional<domain::GatewayInvoice> invoice(const wire::Json& object) {
  const auto gateway = stripe();
  return gateway.subscriptions()->parse_invoice(answer(200, object));
}

std::optional<domain::GatewayPrice> price(const wire::JsonObject& more = {}) {
  return stripe::read_price(fixtures::price(more));
}

wire::Json paid_by(const wire::Json& payment_intent) {
  return json(R"({"object":"list","data":[{"is_default":true,"status":"open",
      "payment":{"type":"payment_intent","payment_intent":)" +
              wire::to_text(payment_intent) + "}}]}");
}

TEST(StripePreview, is_read_alike_in_both_api_shapes) {
  const auto preview = [](std::string_view of_one, std::string_view of_other) {
    const auto gateway = stripe();
    return gateway.subscriptions()->parse_preview(
        answer(200, json(fmt::format(R"({{"id":"upcoming_in_1","object":"invoice","lines":{{"data":[
          {{"amount":-950,"currency":"usd","period":{{"start":1000,"end":2000}},{}}},
          {{"amount":4900,"currency":"usd","period":{{"start":2000,"end":3000}},{}}}]}}}})",
                                     of_one, of_other))));
  };
  for (const auto& snapshot :
       {preview(R"("proration":true)", R"("proration":false)"),
        preview(R"("parent":{"invoice_item_details":{"proration":true}})",
                R"("parent":{"subscription_item_details":{"proration":false}})"),
        preview(R"("parent":{"invoice_item_details":null,
                  "subscription_item_details":{"proration":true}})",
                R"("parent":null)")}) {
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->lines.size(), 2U);
    EXPECT_EQ(snapshot->lines[0].amount.to_string(), "-9.50 USD");
    EXPECT_TRUE(snapshot->lines[0].proration);
    EXPECT_EQ(snapshot->lines[0].start.unix_seconds(), 1000);
    EXPECT_EQ(snapshot->lines[0].end.unix_seconds(), 2000);
    EXPECT_EQ(snapshot->lines[1].amount.to_string(), "49.00 USD");
    EXPECT_FALSE(snapshot->lines[1].proration);
  }
}

TEST(StripePreview, tells_what_was_there_before_the_change) {
  const auto gateway = stripe();
  const auto preview = gateway.subscriptions()->parse_preview(answer(200, json(R"({
      "id":"upcoming_in_1","object":"invoice","lines":{"data":[
        {"amount":-950,"currency":"usd","period":{"start":1000,"end":2000},
         "parent":{"type":"invoice_item_details","subscription_item_details":null,
                   "invoice_item_details":{"invoice_item":"ii_1","proration":true}}},
        {"amount":-2450,"currency":"usd","period":{"start":1000,"end":2000},
         "parent":{"type":"subscription_item_details","invoice_item_details":null,
                   "subscription_item_details":{"proration":true}}}]}})")));
  ASSERT_TRUE(preview && preview->lines.size() == 2U);
  EXPECT_TRUE(preview->lines[0].waiting);
  EXPECT_FALSE(preview->lines[1].waiting);
  EXPECT_TRUE(preview->lines[0].proration && preview->lines[1].proration);
}

// Asking again would say the same: it is no silence.
TEST(StripePreview, of_no_whole_amount_of_its_currency_is_refused_for_good) {
  const auto gateway = stripe();
  const auto preview = [&](std::string_view line) {
    return gateway.subscriptions()->parse_preview(
        answer(200, json(fmt::format(R"({{"id":"upcoming_in_1","object":"invoice","lines":{{"data":[
          {{"amount":100000,"currency":"isk","period":{{"start":1000,"end":2000}}}},
          {{{},"period":{{"start":2000,"end":3000}}}}]}}}})",
                                     line))));
  };
  EXPECT_TRUE(preview(R"("amount":-70900,"currency":"isk")"));
  for (const auto* line :
       {R"("amount":-70939,"currency":"isk")", R"("amount":1,"currency":"ugx")",
        R"("amount":9999999999999,"currency":"usd")", R"("amount":100,"currency":"xxx")"}) {
    const auto refused = preview(line);
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, domain::RefusalCode::currency_not_supported) << line;
    EXPECT_FALSE(refused.error().retry_after_s) << line;
  }
  EXPECT_NE(preview(R"("amount":-70939,"currency":"isk")").error().message.find("-70939 isk"),
            std::string::npos);
  EXPECT_EQ(preview(R"("amount":"100","currency":"usd")").error().code,
            domain::RefusalCode::gateway_busy);
}

TEST(StripePreview, a_refusal_says_what_of_the_change_is_wrong) {
  const auto gateway = stripe();
  const auto refusal = [&](int status, const std::string& body) {
    return gateway.subscriptions()->parse_preview(answer(status, json(body))).error();
  };
  const auto price = refusal(400, R"({"error":{"type":"invalid_request_error",
      "code":"resource_missing","message":"No such price: 'price_9'",
      "param":"subscription_details[items][0][price]"}})");
  EXPECT_EQ(price.code, domain::RefusalCode::validation_failed);
  EXPECT_EQ(price.details[0].field, "price_id");
  const auto date = refusal(400, R"({"error":{"type":"invalid_request_error",
      "message":"Invalid proration_date: it must be within the current billing period.",
      "param":"subscription_details[proration_date]"}})");
  EXPECT_EQ(date.code, domain::RefusalCode::validation_failed);
  EXPECT_EQ(date.details[0].field, "proration_date");
  // What Stripe reads no moment from is named by its parameter alone.
  const auto far = refusal(400, R"({"error":{"type":"invalid_request_error",
      "code":"parameter_invalid_integer","message":"Invalid timestamp: must be an integer.",
      "param":"subscription_details[proration_date]"}})");
  EXPECT_EQ(far.code, domain::RefusalCode::validation_failed);
  EXPECT_EQ(far.details[0].field, "proration_date");
  EXPECT_EQ(refusal(404, R"({"error":{"type":"invalid_request_error",
      "code":"resource_missing","message":"No such subscription","param":"subscription"}})")
                .code,
            domain::RefusalCode::gateway_refused);
  EXPECT_EQ(refusal(429, R"({"error":{"type":"invalid_request_error","code":"rate_limit"}})").code,
            domain::RefusalCode::gateway_busy);
  EXPECT_EQ(refusal(500, "{}").code, domain::RefusalCode::gateway_busy);
  EXPECT_EQ(refusal(200, "{}").code, domain::RefusalCode::gateway_busy);
}

TEST(StripeSubscription, is_read_alike_in_both_api_shapes) {
  const wire::JsonObject more = {{"trial_end", 1'762'426'800},
                                 {"cancel_at", 1'762'340'700},
                                 {"cancel_at_period_end", true},
                                 {"canceled_at", 1'762'340'500},
                                 {"ended_at", 1'762'340'600}};
  for (const auto& object :
       {basil_subscription("active", more), acacia_subscription("active", more)}) {
    const auto snapshot = subscription(object);
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->gateway_subscription_id, "sub_1");
    EXPECT_EQ(snapshot->status, SubscriptionStatus::active);
    EXPECT_EQ(snapshot->gateway_customer_id, "cus_1");
    EXPECT_EQ(snapshot->gateway_item_id, "si_1");
    EXPECT_EQ(snapshot->cancel_at->unix_seconds(), 1'762'340'700);
    EXPECT_EQ(snapshot->price->gateway_price_id, "price_1");
    EXPECT_EQ(snapshot->price->amount, money("29.90", "USD"));
    EXPECT_EQ(snapshot->gateway_payment_method_id, "pm_1");
    EXPECT_EQ(snapshot->current_period_start, base::Timestamp::from_unix_seconds(1'762'340'400));
    EXPECT_EQ(snapshot->current_period_end, base::Timestamp::from_unix_seconds(1'764'932'400));
    EXPECT_EQ(snapshot->trial_end, base::Timestamp::from_unix_seconds(1'762'426'800));
    EXPECT_TRUE(snapshot->cancel_at_period_end);
    EXPECT_EQ(snapshot->cancelled_at, base::Timestamp::from_unix_seconds(1'762'340'500));
    EXPECT_EQ(snapshot->ended_at, base::Timestamp::from_unix_seconds(1'762'340'600));
    EXPECT_EQ(snapshot->latest_invoice_id, "in_1");
    EXPECT_EQ(snapshot->our_subscription->to_string(), fixtures::kSubscriptionId);
    EXPECT_EQ(snapshot->our_call->to_string(), fixtures::kOtherCallId);
    EXPECT_FALSE(snapshot->next_action || snapshot->client_secret);
  }
}

TEST(StripeSubscription, believes_the_item_where_both_shapes_differ) {
  const auto snapshot =
      subscription(basil_subscription("active", {{"current_period_end", 1'999'999'999}}));
  EXPECT_EQ(snapshot->current_period_end, base::Timestamp::from_unix_seconds(1'764'932'400));
}

TEST(StripeSubscription, has_a_word_of_ours_for_every_status) {
  using enum SubscriptionStatus;
  const std::pair<std::string_view, SubscriptionStatus> rows[] = {
      {"incomplete", incomplete}, {"incomplete_expired", incomplete_expired},
      {"trialing", trialing},     {"active", active},
      {"past_due", past_due},     {"canceled", cancelled},
      {"unpaid", unpaid},         {"paused", paused}};
  for (const auto& [word, status] : rows)
    EXPECT_EQ(subscription(basil_subscription(word))->status, status) << word;
  EXPECT_FALSE(subscription(basil_subscription("a_new_word"))->status);
}

TEST(StripeSubscription, tolerates_what_is_missing_or_of_another_kind) {
  const auto snapshot = subscription(json(R"({"id":"sub_1","object":"subscription",
    "customer":{"id":"cus_1","object":"customer"},"status":7,"items":{"data":[]},"metadata":null,
    "cancel_at_period_end":"yes","canceled_at":-1,"ended_at":99999999999999,"trial_end":"soon",
    "default_payment_method":{"id":"pm_2"},"latest_invoice":{"id":"in_2"},
    "pending_setup_intent":"seti_1"})"));
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->gateway_customer_id, "cus_1");
  EXPECT_EQ(snapshot->gateway_payment_method_id, "pm_2");
  EXPECT_EQ(snapshot->latest_invoice_id, "in_2");
  EXPECT_FALSE(snapshot->status || snapshot->price || snapshot->gateway_item_id ||
               snapshot->cancelled_at || snapshot->ended_at || snapshot->trial_end ||
               snapshot->current_period_end);
  EXPECT_FALSE(snapshot->cancel_at_period_end);
}

TEST(StripeSubscription, costs_its_price_times_its_quantity) {
  const auto cost = [](const wire::Json& quantity) {
    return subscription(fixtures::subscription(
                            "active", {{"items", fixtures::items({{"quantity", quantity}})}}))
        ->price->amount;
  };
  EXPECT_EQ(cost(wire::JsonNull{}), money("29.90", "USD"));
  EXPECT_EQ(cost(3), money("89.70", "USD"));
  EXPECT_FALSE(cost(0));
  EXPECT_FALSE(cost(std::int64_t{9'000'000'000'000'000}));
}

TEST(StripeSubscription, hands_out_the_secret_of_its_first_payment) {
  for (const auto& open :
       {basil_invoice("open"),
        acacia_invoice("open", {{"payment_intent", intent("requires_payment_method")}}),
        basil_invoice("open", {{"payments", paid_by(intent("requires_payment_method"))}})})
    EXPECT_EQ(
        subscription(basil_subscription("incomplete", {{"latest_invoice", open}}))->client_secret,
        "pi_1_secret_canary");
}

TEST(StripeSubscription, leaves_an_incomplete_one_of_which_only_the_secret_shows_to_stripe_js) {
  const wire::JsonObject open = {{"latest_invoice", basil_invoice("open")}};
  const auto incomplete = subscription(basil_subscription("incomplete", open));
  EXPECT_EQ(incomplete->next_action->type, "use_stripe_sdk");
  EXPECT_EQ(incomplete->next_action->client_secret, "pi_1_secret_canary");
  EXPECT_FALSE(incomplete->next_action->url);
  const auto past_due = subscription(basil_subscription("past_due", open));
  EXPECT_EQ(past_due->client_secret, "pi_1_secret_canary");
  EXPECT_FALSE(past_due->next_action);
  EXPECT_FALSE(incomplete->action_unseen);
  EXPECT_TRUE(past_due->action_unseen) << "it may wait for a card as well";
}

TEST(StripeSubscription, tells_whether_it_has_seen_what_its_open_invoice_waits_for) {
  const auto unseen = [](std::string_view status, const wire::Json& invoice) {
    return subscription(basil_subscription(status, {{"latest_invoice", invoice}}))->action_unseen;
  };
  for (const std::string_view word : {"requires_action", "requires_payment_method", "processing"})
    EXPECT_FALSE(unseen("past_due", basil_invoice("open", {{"payments", paid_by(intent(word))}})));
  EXPECT_FALSE(unseen("active", basil_invoice("paid")));
  EXPECT_FALSE(unseen("canceled", basil_invoice("open")));
  EXPECT_TRUE(unseen("active", basil_invoice("open")));
}

TEST(StripeSubscription, hands_out_the_next_action_of_an_intent_that_shows) {
  const auto action = json(R"({"type":"redirect_to_url",
                               "redirect_to_url":{"url":"https://hooks.stripe.com/3ds"}})");
  const auto waiting = intent("requires_action", {{"next_action", action}});
  for (const auto& open : {basil_invoice("open", {{"payments", paid_by(waiting)}}),
                           acacia_invoice("open", {{"payment_intent", waiting}})}) {
    const auto snapshot =
        subscription(basil_subscription("incomplete", {{"latest_invoice", open}}));
    EXPECT_EQ(snapshot->next_action->type, "redirect_to_url");
    EXPECT_EQ(snapshot->next_action->url, "https://hooks.stripe.com/3ds");
    EXPECT_EQ(snapshot->next_action->client_secret, "pi_1_secret_canary");
  }
  const auto failed =
      basil_invoice("open", {{"payments", paid_by(intent("requires_payment_method"))}});
  EXPECT_FALSE(
      subscription(basil_subscription("incomplete", {{"latest_invoice", failed}}))->next_action);
}

TEST(StripeSubscription, asks_to_set_up_a_method_during_a_trial) {
  const auto during = [](std::string_view status) {
    return subscription(
        basil_subscription("trialing", {{"latest_invoice", basil_invoice("paid")},
                                        {"pending_setup_intent", setup_intent(status)}}));
  };
  EXPECT_EQ(during("requires_payment_method")->client_secret, "seti_1_secret_canary");
  EXPECT_FALSE(during("requires_payment_method")->next_action);
  EXPECT_EQ(during("requires_action")->next_action->type, "use_stripe_sdk");
  EXPECT_EQ(during("requires_action")->next_action->client_secret, "seti_1_secret_canary");
  EXPECT_FALSE(during("succeeded")->client_secret);
}

TEST(StripeSubscription, asks_for_nothing_when_nothing_can_be_paid_any_more) {
  for (const std::string_view closed : {"paid", "void", "uncollectible"}) {
    const auto snapshot =
        subscription(basil_subscription("active", {{"latest_invoice", basil_invoice(closed)}}));
    EXPECT_FALSE(snapshot->client_secret || snapshot->next_action) << closed;
  }
  for (const std::string_view ended : {"canceled", "incomplete_expired"}) {
    const auto snapshot =
        subscription(basil_subscription(ended, {{"latest_invoice", basil_invoice("open")}}));
    EXPECT_FALSE(snapshot->client_secret || snapshot->next_action) << ended;
  }
  const auto paying = basil_invoice("open", {{"payments", paid_by(intent("processing"))}});
  EXPECT_FALSE(
      subscription(basil_subscription("incomplete", {{"latest_invoice", paying}}))->client_secret);
}

TEST(StripeSubscription, keeps_only_harmless_fields) {
  for (const auto& object :
       {basil_subscription(
            "incomplete",
            {{"latest_invoice",
              basil_invoice("open", {{"payments", paid_by(intent("requires_action"))}})},
             {"pending_setup_intent", setup_intent("requires_action")}}),
        acacia_subscription(
            "incomplete", {{"latest_invoice",
                            acacia_invoice("open", {{"payment_intent", intent("succeeded")}})}})}) {
    const auto kept = subscription(object)->redacted;
    EXPECT_THAT(kept, Not(HasSubstr("canary")));
    EXPECT_THAT(kept, Not(HasSubstr("secret")));
    EXPECT_THAT(kept, Not(HasSubstr("metadata")));
    EXPECT_EQ(json(kept).string_at({"id"}), "sub_1");
    EXPECT_EQ(json(kept).string_at({"latest_invoice", "status"}), "open");
    EXPECT_EQ(json(kept).string_at({"item", "price", "id"}), "price_1");
  }
}

TEST(StripeInvoice, is_read_alike_in_both_api_shapes) {
  const auto paid = intent(
      "succeeded",
      {{"amount_received", 2990}, {"latest_charge", "ch_1"}, {"metadata", wire::JsonObject{}}});
  for (const auto& object : {basil_invoice("paid", {{"payments", paid_by(paid)}}),
                             acacia_invoice("paid", {{"payment_intent", paid}})}) {
    const auto snapshot = invoice(object);
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->gateway_invoice_id, "in_1");
    EXPECT_EQ(snapshot->gateway_subscription_id, "sub_1");
    EXPECT_EQ(snapshot->status, InvoiceStatus::paid);
    EXPECT_EQ(snapshot->amount_due, money("29.90", "USD"));
    EXPECT_EQ(snapshot->our_subscription->to_string(), fixtures::kSubscriptionId);
    ASSERT_TRUE(snapshot->payment);
    EXPECT_EQ(snapshot->payment->gateway_payment_id, "pi_1");
    EXPECT_EQ(snapshot->payment->state, RemoteState::succeeded);
    EXPECT_EQ(snapshot->payment->captured, money("29.90", "USD"));
    EXPECT_EQ(snapshot->payment->charge_id, "ch_1");
    EXPECT_FALSE(snapshot->payment->our_payment);
    EXPECT_EQ(snapshot->payment->client_secret, "pi_1_secret_canary");
  }
}

TEST(StripeInvoice, tells_when_it_was_paid_by_its_charge_or_else_by_itself) {
  const auto transitions = json(R"({"paid_at":1769900000})");
  const auto charged = [](wire::Json charge) {
    return intent("succeeded", {{"amount_received", 2990}, {"latest_charge", std::move(charge)}});
  };
  const auto told = [&](wire::Json charge, const wire::Json& when) {
    return invoice(basil_invoice("paid", {{"payments", paid_by(charged(std::move(charge)))},
                                          {"status_transitions", when}}))
        ->payment->charged_at;
  };
  const auto expanded = json(R"({"id":"ch_1","object":"charge","created":1769800000})");
  EXPECT_EQ(told(expanded, transitions), base::Timestamp::from_unix_seconds(1769800000));
  EXPECT_EQ(told("ch_1", transitions), base::Timestamp::from_unix_seconds(1769900000));
  EXPECT_EQ(told("ch_1", wire::JsonNull{}), std::nullopt);
}

TEST(StripeInvoice, that_is_paid_with_an_amount_that_cannot_be_read_says_it_in_stripes_words) {
  const auto unread = [](std::string_view status, std::string_view of_intent,
                         const wire::Json& amount, std::string_view currency) {
    return domain::unread_money(*invoice(basil_invoice(
        status, {{"payments", paid_by(intent(of_intent, {{"amount", amount},
                                                         {"amount_received", amount},
                                                         {"currency", currency}}))}})));
  };
  EXPECT_EQ(unread("paid", "succeeded", 70939, "isk"), "70939 isk");
  EXPECT_EQ(unread("open", "succeeded", 70939, "ugx"), "70939 ugx");
  EXPECT_EQ(unread("paid", "succeeded", 100, "xxx"), "100 xxx");
  EXPECT_EQ(unread("paid", "succeeded", "70939", "isk"), "no number isk");
  EXPECT_EQ(unread("paid", "succeeded", 70900, "isk"), std::nullopt);
  EXPECT_EQ(unread("open", "requires_payment_method", 70939, "isk"), std::nullopt);
  EXPECT_EQ(domain::unread_money(*invoice(basil_invoice("paid"))), std::nullopt)
      << "its payment is not shown";
}

TEST(StripeInvoice, names_the_intent_of_which_only_the_id_shows) {
  for (const auto& object : {basil_invoice("open"), acacia_invoice("open")}) {
    const auto snapshot = invoice(object);
    EXPECT_EQ(snapshot->payment->gateway_payment_id, "pi_1");
    EXPECT_EQ(snapshot->payment->state, RemoteState::unrecognized);
    EXPECT_FALSE(snapshot->payment->amount);
  }
}

TEST(StripeInvoice, speaks_of_the_payment_that_paid_it_else_of_the_default_one) {
  const auto of = [](std::string_view first, std::string_view second, std::string_view third) {
    const auto payment = [](std::string_view id, std::string_view more) {
      return fmt::format(R"({{{},"payment":{{"type":"payment_intent","payment_intent":"pi_{}"}}}})",
                         more, id);
    };
    const auto list =
        json("{\"data\":[{\"payment\":{\"type\":\"charge\",\"charge\":\"ch_9\"}}," +
             payment("1", first) + "," + payment("2", second) + "," + payment("3", third) + "]}");
    return invoice(basil_invoice("open", {{"payments", list}}))->payment->gateway_payment_id;
  };
  EXPECT_EQ(
      of(R"("status":"canceled")", R"("status":"open","is_default":true)", R"("status":"paid")"),
      "pi_3");
  EXPECT_EQ(of(R"("status":"open")", R"("status":"open","is_default":true)", R"("status":"open")"),
            "pi_2");
  EXPECT_EQ(of(R"("status":"canceled")", R"("status":"open")", R"("status":"open")"), "pi_2");
}

TEST(StripeInvoice, may_have_no_payment_no_subscription_and_no_readable_words) {
  const auto snapshot = invoice(json(R"({"id":"in_1","object":"invoice","status":"a_new_word",
    "amount_due":-5,"currency":"usd","parent":null,"payments":{"data":[]}})"));
  ASSERT_TRUE(snapshot);
  EXPECT_FALSE(snapshot->status || snapshot->payment || snapshot->gateway_subscription_id ||
               snapshot->our_subscription || snapshot->amount_due);
  const auto malformed = invoice(json(R"({"id":"in_1","object":"invoice","parent":7,
    "subscription":"../x","payment_intent":"a b","payments":[]})"));
  EXPECT_FALSE(malformed->payment || malformed->gateway_subscription_id);
}

TEST(StripeInvoice, has_a_word_of_ours_for_every_status) {
  using enum InvoiceStatus;
  const std::pair<std::string_view, InvoiceStatus> rows[] = {{"draft", draft},
                                                             {"open", open},
                                                             {"paid", paid},
                                                             {"uncollectible", uncollectible},
                                                             {"void", voided}};
  for (const auto& [word, status] : rows)
    EXPECT_EQ(invoice(basil_invoice(word))->status, status) << word;
}

TEST(StripePrice, is_an_amount_for_every_so_many_days_weeks_months_or_years) {
  const std::pair<std::string_view, BillingCycle> rows[] = {{"day", BillingCycle::daily},
                                                            {"week", BillingCycle::weekly},
                                                            {"month", BillingCycle::monthly},
                                                            {"year", BillingCycle::yearly}};
  for (const auto& [word, cycle] : rows) {
    const auto snapshot =
        price({{"recurring", wire::JsonObject{{"interval", word}, {"interval_count", 3}}}});
    EXPECT_EQ(snapshot->billing_cycle, cycle);
    EXPECT_EQ(snapshot->interval_count, 3);
  }
  EXPECT_EQ(price()->amount, money("29.90", "USD"));
  EXPECT_EQ(price({{"currency", "jpy"}})->amount, money("2990", "JPY"));
}

TEST(StripePrice, may_be_one_that_we_cannot_read) {
  EXPECT_FALSE(price({{"unit_amount", wire::JsonNull{}}})->amount);
  EXPECT_FALSE(price({{"currency", "xyz"}})->amount);
  EXPECT_FALSE(price({{"recurring", wire::JsonNull{}}})->billing_cycle);
  EXPECT_FALSE(price({{"recurring", json(R"({"interval":"a_new_word"})")}})->billing_cycle);
  EXPECT_EQ(price({{"id", "gold.monthly"}})->gateway_price_id, "gold.monthly");
  EXPECT_FALSE(price({{"id", ""}}));
  EXPECT_FALSE(price({{"object", "product"}}));
}

TEST(StripeBillingReads, tell_nothing_when_the_answer_tells_nothing) {
  const auto gateway = stripe();
  const auto* billing = gateway.subscriptions();
  const ports::HttpResponse answers[] = {
      {404, {}, R"({"error":{"code":"resource_missing"}})"},
      {500, {}, "{}"},
      {302, {}, ""},
      {200, {}, ""},
      {200, {}, "[]"},
      {200, {}, "{}"},
      {200, {}, R"({"object":"list","data":[]})"},
      answer(429, basil_subscription("active")),
      answer(200, json(R"({"id":"../x","object":"subscription","customer":"cus_1"})")),
      answer(200, json(R"({"id":"sub_1","object":"subscription"})")),
      answer(200, json(R"({"id":"in 1","object":"invoice"})"))};
  for (const auto& response : answers) {
    EXPECT_FALSE(billing->parse_subscription(response)) << response.body;
    EXPECT_FALSE(billing->parse_invoice(response)) << response.body;
  }
}

}  // namespace
}  // namespace cobro::gateways
