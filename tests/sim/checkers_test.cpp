// Each checker passes what is sound, and can fail.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/checkers/checkers.h"
#include "tests/sim/evidence.h"

namespace cobro::testing {
namespace {

using sim::Promise;

class Checkers : public Judged {
 protected:
  domain::Payment& payment() { return evidence.rows.payments.front(); }
  domain::GatewayCall& attempt(std::string_view key) {
    return *std::ranges::find(evidence.rows.calls, key, &domain::GatewayCall::gateway_key);
  }
  // The money came too late: nothing of it is the payment's own.
  void overpay() {
    payment().captured = payment().refunded = soles(0);
    payment().overpayment = domain::Overpayment{
        .amount = soles(5000), .refunded = soles(2000), .refunding = soles(0), .created_at = {}};
    evidence.rows.entries.push_back({.side = domain::Side::credit,
                                     .account = "overpayments",
                                     .amount = soles(3000),
                                     .created_at = {}});
  }
  ports::StoredWebhook& add_webhook(ports::WebhookStatus status, std::string note) {
    ports::StoredWebhook webhook{.gateway = domain::GatewayName::stripe};
    webhook.status = status;
    webhook.note = std::move(note);
    webhook.body = R"({"data":{"object":{"id":"pi_1"}}})";
    return evidence.waiting_webhooks.emplace_back(std::move(webhook));
  }
};

TEST_F(Checkers, find_nothing_in_what_is_sound) {
  EXPECT_EQ(failing(), "");
}
TEST_F(Checkers, find_a_list_that_shows_what_another_tenant_has) {
  payment().user_id = "ana";
  payment().tenant_id = "norte";
  const auto id = payment().id.to_string();
  evidence.listings = {{"ana@norte", "payments", {id}}, {"ana@sur", "payments", {}},
                       {"ana", "payments", {}},         {"luis@norte", "payments", {}},
                       {"admin@sur", "payments", {}},   {"admin@norte", "payments", {id}},
                       {"admin", "payments", {id}}};
  EXPECT_EQ(failing(), "");
  for (auto& listing : evidence.listings) {
    const auto before = std::exchange(
        listing.ids, listing.ids.empty() ? std::vector{id} : std::vector<std::string>{});
    EXPECT_EQ(failing(), "listings;") << listing.who;
    listing.ids = before;
  }
  evidence.listings = {{"admin", "payments", {id, id}}};
  EXPECT_EQ(failing(), "listings;");
}
TEST_F(Checkers, find_a_list_of_what_belongs_to_a_payment_of_somebody_else) {
  payment().user_id = "ana";
  const auto refund = evidence.rows.refunds.front().id.to_string();
  evidence.listings = {{"ana", "refunds", {refund}}};
  EXPECT_EQ(failing(), "");
  evidence.listings = {{"luis", "refunds", {refund}}};
  EXPECT_EQ(failing(), "listings;");
}
TEST_F(Checkers, find_what_was_seen_on_the_way) {
  evidence.violations.emplace_back("an answer was 500");
  EXPECT_EQ(failing(), "on the way;");
}
TEST_F(Checkers, find_what_the_audit_finds) {
  evidence.audit.findings.push_back({"ledger in PEN", "debits and credits differ"});
  EXPECT_EQ(failing(), "audit;");
}
TEST_F(Checkers, find_a_charge_that_is_not_booked) {
  payment().captured = soles(0);
  EXPECT_EQ(failing(), "books;");
}
TEST_F(Checkers, find_a_refund_that_is_not_booked) {
  payment().refunded = soles(0);
  EXPECT_EQ(failing(), "books;");
}
TEST_F(Checkers, find_a_charge_made_twice) {
  evidence.remote_payments.push_back(evidence.remote_payments.front());
  evidence.remote_payments.back().id = "pi_2";
  EXPECT_EQ(failing(), "books;strangers;");
}
TEST_F(Checkers, find_an_object_that_is_nobodys) {
  evidence.remote_payments.push_back({"pi_2", "", "succeeded", "pen", 0, 0, 0});
  EXPECT_EQ(failing(), "strangers;");
}
TEST_F(Checkers, find_a_refund_that_we_do_not_know) {
  evidence.rows.refunds.front().gateway_refund_id = "re_2";
  EXPECT_EQ(failing(), "strangers;");
}
TEST_F(Checkers, find_a_refund_made_twice) {
  evidence.remote_refunds.push_back(evidence.remote_refunds.front());
  EXPECT_EQ(failing(), "books;strangers;");
}
TEST_F(Checkers, find_a_payment_that_the_gateway_does_not_know) {
  payment().gateway_payment_id = "pi_9";
  EXPECT_EQ(failing(), "strangers;");
}
TEST_F(Checkers, accept_refunds_made_at_the_dashboard) {
  auto& rows = evidence.rows.refunds;
  auto& remote = evidence.remote_refunds;
  for (const auto* id : {"re_8", "re_9"}) {
    rows.push_back(rows.front());
    rows.back().id = made_id<domain::RefundId>(static_cast<std::uint8_t>(rows.size() + 10));
    rows.back().gateway_refund_id = id;
    rows.back().reason = id;
    remote.push_back({id, "pi_1", "", "failed", 100});
  }
  EXPECT_EQ(failing(), "");
}
TEST_F(Checkers, find_a_refusal_of_what_was_charged) {
  attempt("confirm-1").status = domain::CallStatus::declined;
  EXPECT_EQ(failing(), "attempts;");
}
TEST_F(Checkers, find_a_refund_taken_for_not_executed) {
  attempt("refund-2").status = domain::CallStatus::not_executed;
  EXPECT_EQ(failing(), "attempts;");
}
TEST_F(Checkers, accept_a_hold_that_was_released) {
  attempt("confirm-1").status = domain::CallStatus::not_executed;
  evidence.deeds["confirm-1"] = {{"pi_2", "ch_2", "requires_capture"}};
  EXPECT_EQ(failing(), "attempts;");
  evidence.remote_payments.push_back(
      {"pi_2", payment().id.to_string(), "canceled", "pen", 5000, 0, 0});
  EXPECT_NE(failing().find("books;"), std::string::npos);
  EXPECT_EQ(failing().find("attempts;"), std::string::npos);
}
TEST_F(Checkers, find_an_attempt_with_two_effects) {
  evidence.deeds["confirm-1"].push_back({"pi_1", "ch_2", "succeeded"});
  EXPECT_EQ(failing(), "attempts;");
}
TEST_F(Checkers, find_a_refund_accepted_that_the_gateway_never_made) {
  evidence.deeds.erase("refund-2");
  EXPECT_EQ(failing(), "attempts;");
}
TEST_F(Checkers, find_a_refused_call_that_stayed_open) {
  evidence.refused_sends.push_back({"confirm-1", 403, "", false});
  EXPECT_EQ(failing(), "");
  evidence.refused_sends.back().still_open = true;
  EXPECT_EQ(failing(), "refusals;");
}
TEST_F(Checkers, find_a_mistake_that_was_not_refused_with_a_reason) {
  const std::string why = R"({"success":false,"error":{"code":"x","message":"is none of yours"}})";
  for (const auto status : {400, 402, 404, 409, 422, 502}) {
    evidence.blunders = {{"a wrong method", status, why, 200, "", true}};
    EXPECT_EQ(failing(), "") << status;
  }
  for (const auto status : {200, 202, 500, 503, 504}) {
    evidence.blunders = {{"a wrong method", status, why, 200, "", true}};
    EXPECT_EQ(failing(), "refusals;") << status;
    evidence.blunders.back().quiet = false;
    EXPECT_EQ(failing(), "") << status;
  }
  evidence.blunders = {{"a wrong method", 400, "", 200, "", true}};
  EXPECT_EQ(failing(), "refusals;");
  evidence.blunders = {{"a wrong method", 503, R"({"error":{"code":"unavailable"}})", 0, "", true}};
  EXPECT_EQ(failing(), "");
}
TEST_F(Checkers, find_what_is_held_up_by_a_refusal) {
  const std::string why = R"({"error":{"message":"is none of yours"}})";
  evidence.blunders = {
      {"a wrong method", 400, why, 409, R"({"code":"payment_in_progress"})", true}};
  EXPECT_EQ(failing(), "refusals;");
  evidence.blunders.back().after_body = R"({"code":"invalid_state"})";
  EXPECT_EQ(failing(), "");
  evidence.blunders.back().after = 504;
  EXPECT_EQ(failing(), "refusals;");
}
TEST(Refusals, that_are_clear) {
  const auto is_clear = [](int status, std::string body) {
    return sim::is_clear_refusal({status, {}, std::move(body)});
  };
  EXPECT_TRUE(is_clear(402, R"({"error":{"type":"card_error","code":"card_declined"}})"));
  EXPECT_TRUE(is_clear(403, R"({"error":{"type":"invalid_request_error"}})"));
  EXPECT_TRUE(is_clear(429, R"({"error":{"code":"lock_timeout"}})"));
  EXPECT_TRUE(is_clear(400, R"({"error":{"code":"parameter_unknown"}})"));
  EXPECT_TRUE(is_clear(400, R"({"error":{"code":"resource_missing","param":"price"}})"));
  EXPECT_TRUE(is_clear(400, R"({"error":{"message":"It may not be used again."}})"));
  EXPECT_FALSE(is_clear(404, R"({"error":{"code":"resource_missing","param":"intent"}})"));
  EXPECT_FALSE(is_clear(400, R"({"error":{"code":"charge_already_refunded"}})"));
  EXPECT_FALSE(is_clear(402, R"({"error":{"type":"invalid_request_error"}})"));
  EXPECT_FALSE(is_clear(409, R"({"error":{"code":"idempotency_key_in_use"}})"));
  EXPECT_FALSE(is_clear(403, "<html>"));
  EXPECT_FALSE(is_clear(200, R"({"id":"pi_1"})"));
}
TEST_F(Checkers, find_an_attempt_that_is_still_open) {
  evidence.open_calls.emplace_back();
  EXPECT_EQ(failing(), "settled;");
}
TEST_F(Checkers, find_a_conflicted_payment) {
  payment().conflicted = true;
  EXPECT_EQ(failing(), "settled;");
}
TEST_F(Checkers, find_a_webhook_that_was_not_applied) {
  add_webhook(ports::WebhookStatus::waiting, "the gateway gave no answer");
  EXPECT_EQ(failing(), "inbox;");
}
TEST_F(Checkers, accept_an_overpayment_that_the_ledger_owes) {
  overpay();
  EXPECT_EQ(failing(), "");
}
TEST_F(Checkers, find_an_overpayment_that_the_gateway_does_not_hold) {
  overpay();
  payment().overpayment->amount = soles(4000);
  EXPECT_EQ(failing(), "books;");
}
TEST_F(Checkers, find_an_overpayment_that_the_ledger_does_not_owe) {
  overpay();
  evidence.rows.entries.front().amount = soles(2000);
  EXPECT_EQ(failing(), "books;");
}
TEST_F(Checkers, find_what_a_person_could_not_settle) {
  evidence.reviews.push_back({.amount = soles(1),
                              .detail = "nobody knows",
                              .created_at = evidence.now,
                              .resolved_at = {}});
  EXPECT_EQ(failing(), "") << "the clerk comes later";
  evidence.reviews.back().created_at = evidence.now + std::chrono::hours(-3);
  EXPECT_EQ(failing(), "settled;");
  evidence.reviews.back().status = domain::ReviewStatus::resolved;
  EXPECT_EQ(failing(), "");
  evidence.reviews.back().kind = domain::ReviewKind::conflict;
  EXPECT_EQ(failing(), "settled;");
}
TEST_F(Checkers, find_a_gap_in_the_events) {
  evidence.events.back().sequence = 3;
  EXPECT_EQ(failing(), "events;");
}
TEST_F(Checkers, find_events_out_of_order) {
  std::swap(evidence.events.front(), evidence.events.back());
  EXPECT_EQ(failing(), "events;");
}
TEST_F(Checkers, find_an_event_that_was_never_written) {
  payment().event_sequence = 3;
  EXPECT_EQ(failing(), "events;");
}
TEST_F(Checkers, find_an_order_that_should_have_expired) {
  domain::Order order{.id = made_id<domain::OrderId>(20),
                      .total = soles(100),
                      .allocated = soles(0),
                      .captured = soles(0),
                      .refunded = soles(0),
                      .created_at = {},
                      .updated_at = {}};
  evidence.rows.orders.push_back(order);
  evidence.now = order.created_at + std::chrono::hours(72);
  EXPECT_EQ(failing(), "");
  evidence.orders_expire_after = std::chrono::hours(48);
  EXPECT_EQ(failing(), "expiry;");
  evidence.rows.orders.front().captured = soles(50);
  EXPECT_EQ(failing(), "");
}
TEST_F(Checkers, find_a_promise_that_was_broken) {
  evidence.promises.push_back({Promise::Kind::payment_is, "1", "cancelled", 0});
  EXPECT_EQ(failing(), "promises;");
}
TEST_F(Checkers, find_an_answer_about_a_row_that_is_not_there) {
  evidence.promises.push_back({Promise::Kind::recorded, "77", "", 0});
  EXPECT_EQ(failing(), "promises;");
}
TEST_F(Checkers, find_one_key_with_two_effects) {
  evidence.rows.payments.push_back(payment());
  evidence.rows.payments.back().number = 2;
  EXPECT_NE(failing().find("promises;"), std::string::npos);
}

}  // namespace
}  // namespace cobro::testing
