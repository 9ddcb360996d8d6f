// Disputes: their money and status by events in any order, and what they forbid meanwhile.
#include <gtest/gtest.h>

#include "app/payments/overpayments.h"
#include "app/payments/payment_query.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::DisputeStatus;
using namespace std::chrono_literals;

class Disputes : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};

  // Paid with a card that is disputed a second later.
  void pay(const std::string& card) {
    world.order("100");
    world.pay(1, "100");
    ASSERT_EQ(to_string(process_intent(world, 1, card)), "1 succeeded 100.00/100.00");
  }
  std::string dispute_id() {
    const auto listed = wire::parse_json(world.sandbox_get("/v1/disputes"));
    return listed->find("data")->as_array()->front().string_at({"id"}).value_or("");
  }
  void submit(const std::string& evidence) {
    const auto answer = world.sandbox_post("/v1/disputes/" + dispute_id(),
                                           "evidence[uncategorized_text]=" + evidence);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  void pass(base::Duration span = 5s) {
    world.advance(span);
    world.work();
  }
  // "lost, 100.00 disputed"
  std::string standing() {
    const auto payment = world.payment(1);
    return std::string(payment.dispute_status ? domain::to_string(*payment.dispute_status)
                                              : "none") +
           ", " + payment.disputed.to_decimal() + " disputed";
  }
  std::int64_t balance(const std::string& account) {
    return run(world.clock, app::audit(*world.store)).balances[account + " PEN"];
  }
  void expect_books(std::int64_t gateway, std::int64_t disputes) {
    EXPECT_EQ(balance("gateway:stripe"), gateway);
    EXPECT_EQ(balance("disputes"), disputes);
    EXPECT_EQ(world.audit(), "");
  }
};

TEST_F(Disputes, a_chargeback_withdraws_and_a_lost_one_keeps) {
  pay("pm_card_createDispute");
  pass();
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  expect_books(0, 10'000);
  submit("losing_evidence");
  pass();
  EXPECT_EQ(standing(), "lost, 100.00 disputed");
  expect_books(0, 10'000);
  const auto rows = disputes_of(world, 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].reason, "fraudulent");
  EXPECT_TRUE(rows[0].withdrawn && !rows[0].reinstated && rows[0].closed_at);
}

TEST_F(Disputes, a_won_one_brings_the_money_back) {
  pay("pm_card_createDispute");
  pass();
  submit("winning_evidence");
  pass();
  EXPECT_EQ(standing(), "won, 0.00 disputed");
  expect_books(10'000, 0);
  EXPECT_EQ(world.payment(1).state, domain::PaymentState::succeeded);
}

TEST_F(Disputes, an_inquiry_moves_no_money) {
  pay("pm_card_createDisputeInquiry");
  pass();
  EXPECT_EQ(standing(), "needs_response, 0.00 disputed");
  expect_books(10'000, 0);
  EXPECT_EQ(world.refund(1).has_value(), true);
  pass();
  EXPECT_EQ(disputes_of(world, 1).front().stage, domain::DisputeStage::inquiry);
  EXPECT_EQ(world.payment(1).dispute_status, DisputeStatus::closed);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Disputes, events_may_come_in_any_order_and_twice) {
  for (const auto& [evidence, outcome] : {std::pair{"winning_evidence", "won, 0.00 disputed"},
                                          std::pair{"losing_evidence", "lost, 100.00 disputed"}}) {
    for (int rotation = 0; rotation < 5; ++rotation) {
      World fresh{{.split_writes = true}};
      Postbox postbox(fresh);
      fresh.order("100");
      fresh.pay(1, "100");
      process_intent(fresh, 1, "pm_card_createDispute");
      fresh.advance(3s);
      const auto listed = wire::parse_json(fresh.sandbox_get("/v1/disputes"));
      const auto id = listed->find("data")->as_array()->front().string_at({"id"}).value_or("");
      fresh.sandbox_post("/v1/disputes/" + id,
                         std::string("evidence[uncategorized_text]=") + evidence);
      fresh.advance(3s);
      auto letters = postbox.about("charge.dispute.");
      ASSERT_GE(letters.size(), 4U);
      std::reverse(letters.begin(), letters.end());
      std::rotate(letters.begin(), letters.begin() + rotation % static_cast<int>(letters.size()),
                  letters.end());
      for (int round = 0; round < 2; ++round)
        for (const auto& letter : letters) postbox.deliver(letter);
      const auto payment = fresh.payment(1);
      EXPECT_EQ(std::string(domain::to_string(*payment.dispute_status)) + ", " +
                    payment.disputed.to_decimal() + " disputed",
                outcome)
          << rotation;
      EXPECT_EQ(disputes_of(fresh, 1).size(), 1U);
      const auto report = run(fresh.clock, app::audit(*fresh.store));
      EXPECT_TRUE(report.findings.empty());
      EXPECT_EQ(fresh.audit(), "");
    }
  }
}

TEST_F(Disputes, what_a_dispute_holds_cannot_be_refunded) {
  pay("pm_card_createDispute");
  pass();
  for (const auto& answer : {world.refund(1), world.refund(1, "0.01")}) {
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, domain::RefusalCode::payment_disputed);
  }
  EXPECT_EQ(to_string(world.refund(1, "100.01")), "refund_exceeds_remaining");
  submit("winning_evidence");
  pass();
  EXPECT_NE(to_string(world.refund(1)), "payment_disputed") << "what came back is ours again";
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Disputes, of_a_payment_refunded_in_part_holds_the_rest) {
  world.run_jobs();
  pay("pm_card_createDispute");
  ASSERT_TRUE(world.refund(1, "40").has_value());
  pass();
  EXPECT_EQ(standing(), "needs_response, 60.00 disputed");
  EXPECT_EQ(to_string(world.refund(1)), "payment_disputed");
  EXPECT_EQ(to_string(world.refund(1, "60.01")), "refund_exceeds_remaining");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Disputes, news_before_the_payments_own_wait_for_it) {
  Postbox postbox(world);
  world.order("100");
  world.pay(1, "100");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_createDispute")), "outcome_unknown");
  world.wire.fate = {};
  for (const auto& letter : postbox.about("charge.dispute.")) postbox.deliver(letter);
  world.inbox();
  pass();
  EXPECT_FALSE(world.payment(1).dispute_status.has_value());
  pass(90s);  // recovery sends it again and learns that it was paid
  pass(2min);
  pass(2min);
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  EXPECT_EQ(world.audit(), "");
}

// Nothing could be asked at Stripe for two days: a dispute that came meanwhile waits as long.
TEST_F(Disputes, of_a_payment_that_we_do_not_know_for_days_are_booked_all_the_same) {
  Members members(world);
  const auto method = save_card(world, "pm_card_createDispute");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" || request.url.ends_with("/v1/subscriptions") ? Cut::answer_lost
                                                                                 : Cut::none;
  };
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, method)), "outcome_unknown");
  pass();
  for (int hour = 0; hour < 48; ++hour) pass(1h);
  world.wire.fate = {};
  for (int hour = 0; hour < 12; ++hour) pass(1h);
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 1U);
  EXPECT_EQ(payments.front().dispute_status, domain::DisputeStatus::needs_response);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Disputes, of_somebody_elses_payment_change_nothing) {
  const auto paid = world.sandbox_post("/v1/payment_intents",
                                       "amount=5000&currency=pen&confirm=true&payment_method="
                                       "pm_card_createDispute&return_url=https://shop.test");
  ASSERT_EQ(paid.status, 200) << paid.body;
  pass();
  pass(25h);
  pass();
  EXPECT_EQ(world.audit(), "");
  EXPECT_EQ(balance("disputes"), 0);
}

// ---- of money that its payment could not keep ----------------------------------------------

class DisputedOverpayment : public Disputes {
 protected:
  // The first payment fails, the second pays the order; then the first is paid in the browser.
  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.process(1, "pm_card_chargeDeclined");
    world.pay(1, "100");
    world.process(2);
    world.sandbox_post("/v1/payment_intents/" + *world.payment(1).gateway_payment_id + "/confirm",
                       "payment_method=pm_card_createDispute");
    world.work();
    ASSERT_TRUE(world.payment(1).overpayment);
  }
  std::string send_back() {
    const app::Call call{.caller = {"root", app::Role::admin, std::nullopt},
                         .idempotency = {},
                         .render_refusal = {}};
    const app::RenderOverpayment render = [](const domain::Payment& row) {
      return app::StoredReply{200, {}, std::string(to_string(overpayment_status(row)))};
    };
    return to_string(
        run(world.clock,
            app::refund_overpayment(*world.context, call, {overpayment().id, "twice"}, render)));
  }
  domain::Overpayment overpayment() { return *world.payment(1).overpayment; }
  // Its status, and the lists that have it.
  std::string status() {
    using domain::OverpaymentStatus;
    std::string all(domain::to_string(overpayment_status(world.payment(1))));
    for (const auto one :
         {OverpaymentStatus::open, OverpaymentStatus::refunding, OverpaymentStatus::refunded}) {
      const auto listed = run(world.clock, world.store->list_overpayments({.statuses = {one}}, {}));
      if (!listed.items.empty()) all += " in " + std::string(domain::to_string(one));
    }
    return all;
  }
  // What is at the gateway beside the order's own 100, and what is owed of it.
  void expect_late(std::int64_t there, std::int64_t owed) {
    expect_books(10'000 + there, 0);
    EXPECT_EQ(balance("overpayments"), -owed);
  }
};

TEST_F(DisputedOverpayment, is_owed_no_more_while_the_bank_has_it_and_when_it_is_lost) {
  expect_late(10'000, 10'000);
  pass();
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  EXPECT_EQ(world.payment(1).state, domain::PaymentState::failed);
  expect_late(0, 0);
  EXPECT_EQ(status(), "open in open");
  const auto asked = world.wire.sent.size();
  EXPECT_EQ(send_back(), "payment_disputed");
  EXPECT_GT(world.wire.sent.size(), asked) << "it is asked first";
  submit("losing_evidence");
  pass();
  EXPECT_EQ(standing(), "lost, 100.00 disputed");
  expect_late(0, 0);
  EXPECT_EQ(status(), "refunded in refunded");
  EXPECT_EQ(send_back(), "payment_disputed");
  EXPECT_TRUE(world.load(1).refunds.empty());
}

TEST_F(DisputedOverpayment, is_owed_again_when_it_is_won) {
  pass();
  submit("winning_evidence");
  pass();
  EXPECT_EQ(standing(), "won, 0.00 disputed");
  expect_late(10'000, 10'000);
  EXPECT_EQ(status(), "open in open");
}

// The event of its end is lost: the look before the refusal finds it, and the refund goes on.
TEST_F(DisputedOverpayment, that_was_won_unheard_is_not_refused_for_the_dispute) {
  pass();
  world.hold_webhooks = true;
  submit("winning_evidence");
  world.advance(5s);
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  EXPECT_NE(send_back(), "payment_disputed");
  EXPECT_EQ(standing(), "won, 0.00 disputed");
  EXPECT_EQ(world.audit(), "");
}

// The event of its beginning is lost: the gateway's refusal tells of it.
TEST_F(DisputedOverpayment, that_is_disputed_unheard_is_booked_by_the_refund_it_forbids) {
  world.hold_webhooks = true;
  world.advance(5s);
  EXPECT_EQ(send_back(), "gateway_refused");
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  EXPECT_EQ(send_back(), "payment_disputed");
  expect_late(0, 0);
}

TEST_F(DisputedOverpayment, is_seen_by_any_look_at_its_payment) {
  world.hold_webhooks = true;
  world.advance(5s);
  run(world.clock, app::query_payment(*world.context, world.payment(1).id));
  EXPECT_EQ(standing(), "needs_response, 100.00 disputed");
  expect_late(0, 0);
}

TEST_F(DisputedOverpayment, whose_gateway_does_not_answer_is_not_refused_for_good) {
  pass();
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.find("disputes") != std::string::npos ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(send_back(), "gateway_busy");
}

// ---- the audit ----------------------------------------------------------------------------

class DisputeAudit : public Disputes {
 protected:
  ports::AuditPage page;

  void SetUp() override {
    pay("pm_card_createDispute");
    pass();
    submit("winning_evidence");
    pass();
    page = run(world.clock, world.store->audit_orders(std::nullopt, 10));
    ASSERT_EQ(page.disputes.size(), 1U);
    ASSERT_EQ(findings(), "");
  }
  std::string findings() {
    app::AuditReport report;
    app::audit_rows(page, report);
    std::string text;
    for (const auto& finding : report.findings)
      text += finding.subject + ": " + finding.problem + "\n";
    return text;
  }
  void expect_found(const std::string& problem) {
    EXPECT_NE(findings().find(problem), std::string::npos) << findings();
  }
  domain::Transaction& transaction() {
    for (auto& row : page.transactions)
      if (row.type == domain::TransactionType::dispute) return row;
    throw std::runtime_error("no dispute's transaction");
  }
};

TEST_F(DisputeAudit, finds_an_amount_that_no_dispute_holds) {
  page.payments[0].disputed = page.payments[0].amount;
  expect_found("its disputed amount is 100.00 PEN, its disputes make it 0.00 PEN");
}

TEST_F(DisputeAudit, finds_a_dispute_that_was_lost_from_the_table) {
  page.disputes.clear();
  expect_found("its mark of a dispute and its disputes disagree");
  expect_found("it is of a dispute, and 0 disputes name it");
}

TEST_F(DisputeAudit, finds_money_that_came_back_in_one_place_only) {
  page.disputes[0].reinstated = false;
  page.disputes[0].withdrawn_amount = page.disputes[0].amount;
  expect_found("100.00 PEN was taken, its transaction is a dispute of 100.00 PEN that failed");
  expect_found("its disputed amount is 0.00 PEN, its disputes make it 100.00 PEN");
}

TEST_F(DisputeAudit, finds_a_transaction_that_no_dispute_names) {
  page.disputes[0].transaction_id.reset();
  expect_found("what it says of its money and whether it has a transaction disagree");
}

TEST_F(DisputeAudit, finds_another_amount) {
  transaction().amount = *domain::Money::parse("99", transaction().amount.currency());
  expect_found("asks for 99.00 PEN on disputes");
}

TEST_F(DisputeAudit, finds_a_part_that_is_said_to_be_gone) {
  page.disputes[0].withdrawn_amount =
      *domain::Money::parse("1", page.disputes[0].amount.currency());
  expect_found("100.00 PEN was given back, its transaction is a dispute of 100.00 PEN that failed");
  expect_found("its disputes make it 1.00 PEN");
}

TEST_F(DisputeAudit, finds_a_missing_entry) {
  std::erase_if(page.entries, [](const auto& entry) {
    return entry.movement == domain::Movement::dispute_reinstated &&
           entry.side == domain::Side::debit;
  });
  expect_found("the ledger has 0 debit entries of its dispute_reinstated");
}

TEST_F(DisputeAudit, finds_money_taken_twice) {
  page.disputes[0].withdrawn = false;
  expect_found("its money came back and was never taken");
}

}  // namespace
}  // namespace cobro::testing
