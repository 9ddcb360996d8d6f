// Money that moved, of an amount that we cannot read: whole kronur hold no hundredths. It is booked
// nowhere, and a person is asked about it, once.
#include <gtest/gtest.h>

#include "app/review/reviews.h"
#include "app/sweep/sweep.h"
#include "domain/words.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;
using wire::Json;

// The same, with all of its amounts 709.39 ISK, as the gateway writes that.
Json in_kronur(const Json& value) {
  if (const auto* array = value.as_array()) {
    wire::JsonArray items;
    for (const auto& item : *array) items.push_back(in_kronur(item));
    return items;
  }
  if (value.as_object() == nullptr) return value;
  wire::JsonObject members;
  for (const auto& [name, member] : *value.as_object()) {
    const bool is_amount = name.starts_with("amount") && member.as_int64().value_or(0) != 0;
    members.emplace_back(name, is_amount            ? Json(70939)
                               : name == "currency" ? Json("isk")
                                                    : in_kronur(member));
  }
  return members;
}

class UnreadableAmounts : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  Members members{world};

  // From now on what is asked for there is told in kronur.
  void tell_in_kronur(const std::string& part) {
    world.wire.forge = [part](const ports::HttpRequest& request, ports::HttpResponse& answer) {
      if (request.url.find(part) == std::string::npos || answer.status != 200) return;
      answer.body = wire::to_text(in_kronur(*wire::parse_json(answer.body)));
    };
  }
  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  void sweep() {
    app::Sweep fresh(*world.context);
    run(world.clock, fresh.run());
  }
  std::vector<domain::Review> reviews() {
    return run(world.clock, world.store->list_reviews({}, {.limit = 100})).items;
  }
  void resolve(domain::ReviewId id) {
    app::Call call{.caller = {"root", app::Role::admin, std::nullopt}, .idempotency = {}};
    const auto resolved =
        run(world.clock, app::resolve_review(*world.context, call,
                                             {id, domain::ReviewOutcome::succeeded, std::nullopt,
                                              "booked by hand, elsewhere"},
                                             [](const domain::Review&, const domain::Payment*) {
                                               return app::StoredReply{200, {}, ""};
                                             }));
    ASSERT_TRUE(resolved);
  }
  std::string there() { return *members.only("ana").gateway_subscription_id; }
};

void expect_asked_about_invoice(const domain::Review& row, const domain::Subscription& of) {
  EXPECT_EQ(row.kind, domain::ReviewKind::unknown_object);
  EXPECT_EQ(row.gateway_object_id, of.latest_invoice_id);
  EXPECT_EQ(row.subscription_id, of.id);
  EXPECT_EQ(row.user_id, "ana");
  EXPECT_FALSE(row.amount);
  EXPECT_NE(row.detail.find("70939 isk"), std::string::npos) << row.detail;
  EXPECT_NE(row.detail.find(*of.latest_invoice_id), std::string::npos) << row.detail;
}

TEST_P(UnreadableAmounts, of_a_first_invoice_are_put_before_a_person_once) {
  tell_in_kronur("/v1/invoices/");
  EXPECT_EQ(members.now(members.subscribing("ana", kBasic, "pm_card_visa")), "200 active");
  EXPECT_TRUE(members.payments("ana").empty());
  ASSERT_EQ(reviews().size(), 1U);
  expect_asked_about_invoice(reviews()[0], members.only("ana"));
  for (int i = 0; i < 3; ++i) pass(1h);
  sweep();
  ASSERT_EQ(reviews().size(), 1U);
  resolve(reviews()[0].id);
  run(world.clock, app::sync_subscription(*world.context, members.only("ana").id));
  EXPECT_EQ(reviews().size(), 1U);
  EXPECT_EQ(reviews()[0].status, domain::ReviewStatus::resolved);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(UnreadableAmounts, of_a_renewal_are_put_before_a_person_once) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  pass(1min);
  const auto first = *members.only("ana").latest_invoice_id;
  tell_in_kronur("/v1/invoices/");
  for (int i = 0; i < 4; ++i) pass(8 * 24h);
  ASSERT_NE(members.only("ana").latest_invoice_id, first);
  EXPECT_EQ(members.payments("ana").size(), 1U);
  ASSERT_EQ(reviews().size(), 1U);
  expect_asked_about_invoice(reviews()[0], members.only("ana"));
  sweep();
  EXPECT_EQ(reviews().size(), 1U);
}

TEST_P(UnreadableAmounts, of_an_invoice_that_is_not_paid_ask_nobody) {
  tell_in_kronur("/v1/invoices/");
  EXPECT_EQ(members.now(members.subscribing("ana", kBasic, "pm_card_chargeCustomerFail")),
            "402 payment_declined generic_decline");
  for (int i = 0; i < 3; ++i) pass(1h);
  EXPECT_TRUE(reviews().empty());
}

TEST_P(UnreadableAmounts, of_a_refund_are_put_before_a_person_once) {
  world.order("100");
  world.pay(1, "100");
  ASSERT_TRUE(world.process(1));
  pass(1min);
  tell_in_kronur("/v1/refunds");
  world.hold_webhooks = true;
  const auto made = world.sandbox_post(
      "/v1/refunds", "amount=3000&payment_intent=" + *world.payment(1).gateway_payment_id);
  ASSERT_EQ(made.status, 200) << made.body;
  const auto refund = wire::parse_json(made.body)->string_at({"id"});
  sweep();
  sweep();
  ASSERT_EQ(reviews().size(), 1U);
  EXPECT_EQ(reviews()[0].kind, domain::ReviewKind::unknown_object);
  EXPECT_EQ(reviews()[0].gateway_object_id, refund);
  EXPECT_EQ(reviews()[0].payment_id, world.payment(1).id);
  EXPECT_NE(reviews()[0].detail.find("70939 isk"), std::string::npos) << reviews()[0].detail;
  resolve(reviews()[0].id);
  sweep();
  EXPECT_EQ(reviews().size(), 1U);
  EXPECT_FALSE(world.payment(1).conflicted);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(UnreadableAmounts, of_a_change_of_plan_refuse_it_for_good) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  pass(10 * 24h);
  tell_in_kronur("/v1/invoices/create_preview");
  const auto refused = run(world.clock, members.changing("ana", there(), kPro, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::RefusalCode::currency_not_supported);
  EXPECT_NE(refused.error().message.find("70939 isk"), std::string::npos);
  EXPECT_FALSE(refused.error().retry_after_s);
  EXPECT_EQ(members.only("ana").gateway_price_id, kBasic);
}

INSTANTIATE_TEST_SUITE_P(Writes, UnreadableAmounts, ::testing::Bool());

}  // namespace
}  // namespace cobro::testing
