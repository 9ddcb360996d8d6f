// Subscriptions whose gateway went on without our hearing of it: what an answer shows of them is
// believed whole, what is owed there is tried, and money is told apart by when it was charged.
#include <gtest/gtest.h>

#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kMonth = 31 * 24h;
constexpr const char* kFailsLater = "pm_card_chargeCustomerFail";
constexpr const char* kGood = "pm_card_mastercard";

// A subscription of ana's, paid with a card that succeeds.
struct Deaf {
  World world;
  Members members{world};

  explicit Deaf(bool split_writes) : world({.split_writes = split_writes}) {
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
    pass(1min);  // what the gateway tells of it has come
  }

  std::string there() { return *members.only("ana").gateway_subscription_id; }
  std::string pay_with(const std::string& card, const std::string& key = "") {
    return members.now(members.paying_with("ana", there(), card, key));
  }
  std::string end_now() { return members.now(members.ending("ana", there(), true)); }
  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  // From now on nothing is heard, and the period ends there.
  void renew() {
    world.hold_webhooks = true;
    pass(kMonth);
    ASSERT_EQ(members.status("ana"), "active");
    ASSERT_EQ(members.payments("ana").size(), 1U);
  }
  void fail_to_renew() {
    ASSERT_EQ(pay_with(kFailsLater), "200 active");
    pass(1min);
    renew();
    ASSERT_EQ(field_there("status"), "past_due");
  }
  void hear_all() {
    world.hold_webhooks = false;
    world.wire.fate = nullptr;
    for (int i = 0; i < 4; ++i) pass(1h);
  }
  std::string field_there(const std::string& field) {
    const auto body = wire::parse_json(world.sandbox_get("/v1/subscriptions/" + there()));
    return body->string_at({field}).value_or("?");
  }
  // void, mark_uncollectible or pay: with the first card.
  void close_invoice_there(const std::string& how) {
    const auto first = members.saved("ana").methods.front().gateway_payment_method_id;
    const auto path = "/v1/invoices/" + field_there("latest_invoice") + "/" + how;
    const auto closed = world.sandbox_post(path, how == "pay" ? "payment_method=" + first : "");
    ASSERT_EQ(closed.status, 200) << closed.body;
  }
  // The gateway fails to say how an invoice is, so many times.
  void fail_looks_at_invoices(int times) {
    world.wire.fate = [times](const ports::HttpRequest& request) mutable {
      const bool look =
          request.method == "GET" && request.url.find("/v1/invoices/") != std::string::npos;
      return look && times-- > 0 ? Cut::server_error_before : Cut::none;
    };
  }
  int tries_to_pay() {
    int count = 0;
    for (const auto& request : world.wire.sent) count += request.url.ends_with("/pay") ? 1 : 0;
    return count;
  }
  // What was captured by all payments: "19.00 19.00".
  std::string captured() {
    std::string all;
    for (const auto& payment : members.payments("ana"))
      all += (all.empty() ? "" : " ") + payment.captured.to_decimal();
    return all;
  }
  std::vector<domain::Review> reviews() {
    return run(world.clock, world.store->list_reviews({}, {.after = {}})).items;
  }
};

class Unheard : public ::testing::TestWithParam<bool> {
 protected:
  Deaf deaf{GetParam()};
};

TEST_P(Unheard, what_is_owed_there_is_tried_with_the_new_card) {
  deaf.fail_to_renew();
  const auto declined = "402 payment_declined generic_decline";
  EXPECT_EQ(deaf.pay_with(kFailsLater, "k"), declined);
  EXPECT_EQ(deaf.pay_with(kFailsLater, "k"), declined);
  EXPECT_EQ(deaf.members.status("ana"), "past_due");
  EXPECT_EQ(deaf.pay_with(kGood, "k2"), "200 active");
  EXPECT_EQ(deaf.field_there("status"), "active");
  EXPECT_EQ(deaf.captured(), "19.00 19.00");
  deaf.hear_all();
  EXPECT_EQ(deaf.captured(), "19.00 19.00");
  EXPECT_EQ(deaf.world.audit(), "");
}

TEST_P(Unheard, a_good_card_pays_what_is_owed_there_at_once) {
  deaf.fail_to_renew();
  EXPECT_EQ(deaf.pay_with(kGood, "k"), "200 active");
  EXPECT_EQ(deaf.pay_with(kGood, "k"), "200 active");
  EXPECT_EQ(deaf.field_there("status"), "active");
  EXPECT_EQ(deaf.tries_to_pay(), 1);
}

TEST_P(Unheard, a_renewal_is_booked_with_the_new_card_that_shows_it) {
  deaf.renew();
  EXPECT_EQ(deaf.pay_with(kGood), "200 active");
  EXPECT_EQ(deaf.captured(), "19.00 19.00");
  EXPECT_EQ(deaf.tries_to_pay(), 0);
  EXPECT_EQ(deaf.world.audit(), "");
}

TEST_P(Unheard, a_renewal_is_booked_with_the_end_that_shows_it) {
  deaf.renew();
  EXPECT_EQ(deaf.end_now(), "200 cancelled");
  EXPECT_EQ(deaf.captured(), "19.00 19.00");
  deaf.hear_all();
  EXPECT_TRUE(deaf.reviews().empty());
  EXPECT_EQ(deaf.world.audit(), "");
}

TEST_P(Unheard, a_renewal_that_is_heard_of_after_the_end_paid_for_what_was_granted) {
  deaf.renew();
  deaf.fail_looks_at_invoices(99);
  EXPECT_EQ(deaf.end_now(), "200 cancelled");
  ASSERT_EQ(deaf.captured(), "19.00");
  deaf.hear_all();
  EXPECT_EQ(deaf.captured(), "19.00 19.00");
  EXPECT_TRUE(deaf.reviews().empty());
  EXPECT_EQ(deaf.world.audit(), "");
}

TEST_P(Unheard, money_that_was_charged_after_the_end_goes_to_a_person) {
  deaf.fail_to_renew();
  EXPECT_EQ(deaf.end_now(), "200 cancelled");
  deaf.world.advance(1min);
  deaf.close_invoice_there("pay");
  deaf.hear_all();
  ASSERT_EQ(deaf.reviews().size(), 1U);
  EXPECT_EQ(deaf.reviews()[0].kind, domain::ReviewKind::late_access);
}

TEST_P(Unheard, an_invoice_that_is_closed_there_is_not_paid_and_the_card_is_set) {
  for (const int looks_failed : {0, 1}) {
    for (const std::string how : {"void", "mark_uncollectible", "pay"}) {
      SCOPED_TRACE(how + (looks_failed == 0 ? "" : ", which is not told at first"));
      Deaf fresh{GetParam()};
      fresh.fail_to_renew();
      // That it is owed is heard of; what became of the invoice is not.
      fresh.hear_all();
      ASSERT_EQ(fresh.members.status("ana"), "past_due");
      fresh.world.hold_webhooks = true;
      fresh.close_invoice_there(how);
      fresh.fail_looks_at_invoices(looks_failed);
      EXPECT_EQ(fresh.pay_with(kGood, "k"), "200 " + fresh.field_there("status"));
      EXPECT_EQ(fresh.pay_with(kGood, "k"), "200 " + fresh.field_there("status"));
      EXPECT_EQ(fresh.field_there("default_payment_method"),
                fresh.members.saved("ana").methods.back().gateway_payment_method_id);
      fresh.hear_all();
      EXPECT_EQ(fresh.members.status("ana"), fresh.field_there("status"));
      EXPECT_EQ(fresh.world.audit(), "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Writes, Unheard, ::testing::Bool());

}  // namespace
}  // namespace cobro::testing
