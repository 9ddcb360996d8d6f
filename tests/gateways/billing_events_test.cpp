#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateways/billing_fixtures.h"

namespace cobro::gateways {
namespace {

using domain::DisputeStage;
using domain::DisputeStatus;
using fixtures::acacia_invoice;
using fixtures::acacia_subscription;
using fixtures::basil_invoice;
using fixtures::basil_subscription;
using fixtures::dispute;
using fixtures::json;
using fixtures::money;
using fixtures::read_event;
using fixtures::said;
using fixtures::says_nothing;

TEST(StripeBillingEvent, fetches_the_subscription) {
  for (const std::string_view type :
       {"customer.subscription.created", "customer.subscription.updated",
        "customer.subscription.deleted", "customer.subscription.paused",
        "customer.subscription.resumed", "customer.subscription.trial_will_end"})
    for (const auto& object : {basil_subscription("active"), acacia_subscription("canceled")}) {
      const auto changed = said<ports::SubscriptionChanged>(read_event(type, object));
      ASSERT_TRUE(changed) << type;
      EXPECT_EQ(changed->subscription.gateway_subscription_id, "sub_1");
      EXPECT_EQ(changed->subscription.our_subscription->to_string(), fixtures::kSubscriptionId);
      EXPECT_EQ(changed->trial_ends_soon, type.ends_with("trial_will_end")) << type;
    }
  const auto theirs = said<ports::SubscriptionChanged>(
      read_event("customer.subscription.updated",
                 basil_subscription("active", {{"metadata", wire::JsonObject{}}})));
  ASSERT_TRUE(theirs);
  EXPECT_FALSE(theirs->subscription.our_subscription);
  EXPECT_TRUE(says_nothing(read_event("customer.subscription.updated", json("{}"))));
}

TEST(StripeBillingEvent, fetches_the_invoice_that_may_say_something_new) {
  for (const std::string_view type :
       {"invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
        "invoice.payment_action_required", "invoice.finalized", "invoice.voided", "invoice.updated",
        "invoice.marked_uncollectible"})
    for (const auto& object : {basil_invoice("open"), acacia_invoice("open")}) {
      const auto changed = said<ports::InvoiceChanged>(read_event(type, object));
      ASSERT_TRUE(changed) << type;
      EXPECT_EQ(changed->gateway_invoice_id, "in_1");
      EXPECT_EQ(changed->subscription.gateway_subscription_id, "sub_1");
      EXPECT_EQ(changed->subscription.our_subscription->to_string(), fixtures::kSubscriptionId);
    }
  for (const std::string_view type :
       {"invoice.created", "invoice.upcoming", "invoice.sent", "invoice_payment.paid"})
    EXPECT_TRUE(says_nothing(read_event(type, basil_invoice("draft")))) << type;
}

TEST(StripeBillingEvent, has_nothing_to_fetch_of_an_invoice_without_a_subscription) {
  for (const auto& object : {basil_invoice("paid", {{"parent", wire::JsonNull{}}}),
                             acacia_invoice("paid", {{"subscription", wire::JsonNull{}},
                                                     {"subscription_details", wire::JsonNull{}}}),
                             basil_invoice("paid", {{"id", wire::JsonNull{}}}), json("{}")})
    EXPECT_TRUE(says_nothing(read_event("invoice.paid", object))) << wire::to_text(object);
}

TEST(StripeBillingEvent, finds_ours_in_an_expanded_subscription) {
  const auto changed = said<ports::InvoiceChanged>(read_event(
      "invoice.paid", acacia_invoice("paid", {{"subscription", acacia_subscription("active")},
                                              {"subscription_details", wire::JsonNull{}}})));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->subscription.gateway_subscription_id, "sub_1");
  EXPECT_EQ(changed->subscription.our_subscription->to_string(), fixtures::kSubscriptionId);
}

constexpr std::string_view kDisputeEvents[] = {
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"};

std::optional<domain::GatewayDispute> dispute_in(std::string_view type, const wire::Json& object) {
  auto moved = said<ports::DisputeMoved>(read_event(type, object));
  return moved ? std::optional(std::move(moved->dispute)) : std::nullopt;
}

TEST(StripeDisputeEvent, tells_stage_and_status) {
  struct Row {
    std::string_view word;
    DisputeStage stage;
    std::optional<DisputeStatus> status;
  };
  using enum DisputeStatus;
  const Row rows[] = {
      {"warning_needs_response", DisputeStage::inquiry, needs_response},
      {"warning_under_review", DisputeStage::inquiry, under_review},
      {"warning_closed", DisputeStage::inquiry, closed},
      {"needs_response", DisputeStage::chargeback, needs_response},
      {"under_review", DisputeStage::chargeback, under_review},
      {"won", DisputeStage::chargeback, won},
      {"lost", DisputeStage::chargeback, lost},
      {"prevented", DisputeStage::chargeback, prevented},
      {"a_new_word", DisputeStage::chargeback, std::nullopt},
      {"warning_a_new_word", DisputeStage::inquiry, std::nullopt},
  };
  for (const auto type : kDisputeEvents)
    for (const auto& row : rows) {
      const auto taken = json(R"([{"amount":-2990,"currency":"usd"}])");
      const auto moved = dispute_in(type, dispute(row.word, {{"balance_transactions", taken}}));
      ASSERT_TRUE(moved) << type << row.word;
      EXPECT_EQ(moved->stage, row.stage) << row.word;
      EXPECT_EQ(moved->status, row.status) << row.word;
      EXPECT_EQ(moved->gateway_payment_id, "pi_1");
    }
}

TEST(StripeDisputeEvent, reads_what_a_dispute_says) {
  const auto moved = dispute_in("charge.dispute.created", dispute("needs_response"));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->gateway_dispute_id, "du_1");
  EXPECT_EQ(moved->gateway_payment_id, "pi_1");
  EXPECT_EQ(moved->amount, money("29.90", "USD"));
  EXPECT_EQ(moved->reason, "fraudulent");
  EXPECT_EQ(moved->evidence_due_by, base::Timestamp::from_unix_seconds(1'762'945'200));
  const auto kept = json(moved->redacted);
  EXPECT_EQ(kept.string_at({"id"}), "du_1");
  EXPECT_EQ(kept.int_at({"evidence_details", "due_by"}), 1'762'945'200);
  EXPECT_THAT(moved->redacted, testing::Not(testing::HasSubstr("canary")));
}

struct MoneyRow {
  std::string_view type;
  std::string_view moved;
  std::int64_t movements;
  bool withdrawn;
  std::optional<std::string_view> amount = {};
};

void expect(const std::vector<MoneyRow>& rows) {
  for (const auto& row : rows) {
    const auto moved =
        dispute_in(row.type, dispute("under_review", {{"balance_transactions", json(row.moved)}}));
    const auto name = testing::Message() << row.type << row.moved;
    ASSERT_TRUE(moved) << name;
    EXPECT_EQ(moved->movements, row.movements) << name;
    EXPECT_EQ(moved->withdrawn, row.withdrawn) << name;
    const auto& amount = moved->withdrawn_amount;
    EXPECT_EQ(amount ? std::optional(amount->to_string()) : std::nullopt,
              row.amount ? std::optional(std::string(*row.amount)) : std::nullopt)
        << name;
  }
}

TEST(StripeDisputeEvent, knows_where_the_money_is_from_the_sum_of_its_lines) {
  constexpr std::string_view kClosed = "charge.dispute.closed";
  expect({
      {kClosed, "[]", 0, false},
      {kClosed, "null", 0, false},
      {kClosed, R"([{"amount":0,"currency":"usd"}])", 0, false},
      {kClosed, R"([{"amount":-2990,"currency":"usd"}])", 1, true, "29.90 USD"},
      {kClosed, R"([{"amount":-1000,"currency":"usd"},{"amount":-1990,"currency":"usd"}])", 2, true,
       "29.90 USD"},
      {kClosed, R"([{"amount":-2990,"currency":"usd"},{"amount":2990,"currency":"usd"}])", 2, false,
       "0.00 USD"},
      {kClosed, R"([{"amount":2990,"currency":"usd"},{"amount":-2990,"currency":"usd"}])", 2, false,
       "0.00 USD"},
      {kClosed, R"([{"amount":-2990,"currency":"usd"},{"amount":2990,"currency":"usd"},
                    {"amount":-2990,"currency":"usd"}])",
       3, true, "29.90 USD"},
      {kClosed, R"([{"amount":-2990,"currency":"usd"},{"amount":1000,"currency":"usd"}])", 2, true,
       "19.90 USD"},
      {kClosed, R"([{"amount":-2990,"currency":"usd"},{"amount":3000,"currency":"usd"}])", 2, false,
       "0.00 USD"},
      {kClosed, R"([{"amount":-2990,"currency":"usd","fee":1500},
                    {"amount":-1500,"currency":"usd","type":"stripe_fee"},
                    {"amount":-1500,"currency":"usd","reporting_category":"fee"}])",
       1, true, "29.90 USD"},
      {kClosed, R"({"object":"list","data":[{"amount":-2990,"currency":"usd"}]})", 1, true,
       "29.90 USD"},
  });
}

TEST(StripeDisputeEvent, takes_most_of_a_sum_in_another_currency_for_all_of_it) {
  constexpr std::string_view kClosed = "charge.dispute.closed";
  expect({
      {kClosed, R"([{"amount":-2800,"currency":"eur"}])", 1, true, "28.00 EUR"},
      {kClosed, R"([{"amount":-2800,"currency":"eur"},{"amount":2790,"currency":"eur"}])", 2, false,
       "0.10 EUR"},
      {kClosed, R"([{"amount":-2800,"currency":"eur"},{"amount":-2990,"currency":"usd"}])", 2,
       true},
      {kClosed, R"([{"amount":-9223372036854775807,"currency":"usd"},
                    {"amount":-9223372036854775807,"currency":"usd"}])",
       2, true},
      {kClosed, R"([{"amount":-9223372036854775808,"currency":"usd"}])", 0, false},
  });
}

TEST(StripeDisputeEvent, believes_its_type_where_the_list_is_behind) {
  expect({
      {"charge.dispute.created", "[]", 0, false},
      {"charge.dispute.funds_withdrawn", "[]", 1, true, "29.90 USD"},
      {"charge.dispute.funds_withdrawn", R"([{"amount":-1000,"currency":"usd"}])", 1, true,
       "10.00 USD"},
      {"charge.dispute.funds_reinstated", "[]", 2, false},
      {"charge.dispute.funds_reinstated", R"([{"amount":-2990,"currency":"usd"}])", 2, false},
      {"charge.dispute.funds_reinstated",
       R"([{"amount":-2990,"currency":"usd"},{"amount":2990,"currency":"usd"}])", 2, false,
       "0.00 USD"},
      {"charge.dispute.updated", R"([{"amount":2990,"currency":"usd"}])", 2, false, "0.00 USD"},
  });
}

TEST(StripeDisputeEvent, is_nothing_without_an_id) {
  for (const auto type : kDisputeEvents)
    for (const auto& object :
         {dispute("won", {{"id", "../x"}}), dispute("won", {{"object", "charge"}}), json("{}")})
      EXPECT_TRUE(says_nothing(read_event(type, object))) << type << wire::to_text(object);
}

TEST(StripeDisputeEvent, names_itself_where_it_names_no_payment) {
  for (const auto type : kDisputeEvents) {
    const auto changed = said<ports::DisputesChanged>(read_event(
        type,
        dispute("won", {{"payment_intent", wire::JsonNull{}}, {"charge", wire::JsonNull{}}})));
    ASSERT_TRUE(changed) << type;
    EXPECT_EQ(changed->payment.gateway_charge_id, "du_1");
  }
}

TEST(StripeDisputeEvent, tolerates_what_cannot_be_read) {
  const auto moved =
      dispute_in("charge.dispute.updated",
                 dispute("under_review", {{"reason", 7}, {"evidence_details", "x"}}));
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->evidence_due_by);
  EXPECT_EQ(moved->reason, "general");
}

// Money that an event tells in part is told by the dispute itself.
TEST(StripeDisputeEvent, is_fetched_where_its_money_cannot_be_read) {
  const auto taken = json(R"([{"amount":-2990,"currency":"usd"}])");
  const auto with_lines = [&](std::string_view word, std::string_view lines) {
    return dispute(word, {{"balance_transactions", json(lines)}});
  };
  const std::vector<wire::Json> halves = {
      dispute("needs_response", {{"amount", "2990"}, {"balance_transactions", taken}}),
      dispute("needs_response", {{"amount", -1}, {"balance_transactions", taken}}),
      dispute("needs_response", {{"currency", "none"}, {"balance_transactions", taken}}),
      dispute("needs_response", {{"status", 7}, {"balance_transactions", taken}}),
      with_lines("needs_response", R"([{"amount":"-2990","currency":"usd"}])"),
      with_lines("needs_response", R"([{"amount":-2990}])"),
      with_lines("needs_response", R"([{"amount":-2990,"currency":"usd"},{"amount":"x"}])"),
      with_lines("needs_response", R"([7,{"amount":"x"},{"amount":0}])"),
      with_lines("under_review", "[null]"),
      with_lines("lost", "[]"),
      with_lines("lost", "[null]"),
      with_lines("lost", "null"),
      with_lines("lost", "{}"),
      with_lines("won", "[]"),
  };
  for (const auto& half : halves) {
    const auto changed = said<ports::DisputesChanged>(read_event("charge.dispute.closed", half));
    ASSERT_TRUE(changed) << wire::to_text(half);
    EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1");
  }
  for (const auto& whole : {with_lines("needs_response", "[]"), with_lines("warning_closed", "[]"),
                            dispute("lost", {{"balance_transactions", taken}})})
    EXPECT_TRUE(dispute_in("charge.dispute.closed", whole)) << wire::to_text(whole);
}

}  // namespace
}  // namespace cobro::gateways
