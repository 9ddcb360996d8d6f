// The checkers of what is billed pass what is sound, and each can fail.
#include "tests/sim/billing_evidence.h"

namespace cobro::testing {
namespace {

using domain::SubscriptionStatus;

class Billing : public Judged {
 protected:
  Billing() { add_billing(evidence); }

  domain::Subscription& subscription() { return evidence.billing.subscriptions.front(); }
  domain::Payment& course() { return evidence.rows.payments.back(); }
};

TEST_F(Billing, nothing_is_found_in_what_is_sound) {
  EXPECT_EQ(failing(), "");
}
TEST_F(Billing, a_status_that_is_not_the_gateways) {
  evidence.remote_subscriptions.front().status = "past_due";
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_period_that_is_not_the_gateways) {
  evidence.remote_subscriptions.front().period_end = 3000;
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_day_of_its_end_that_is_not_the_gateways) {
  evidence.remote_subscriptions.front().cancel_at = 1500;
  EXPECT_EQ(failing(), "subscriptions;");
  subscription().cancel_at = base::Timestamp::from_unix_seconds(1500);
  EXPECT_EQ(failing(), "");
}
TEST_F(Billing, a_price_that_is_not_the_gateways) {
  evidence.remote_subscriptions.front().price = "price_2";
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_quantity_that_is_not_the_gateways) {
  subscription().price = soles(1900);
  evidence.remote_subscriptions.front().amount = 3800;
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_customer_that_was_deleted_there_and_is_kept) {
  evidence.billing.methods.clear();
  evidence.remote_customers.clear();
  evidence.gone_there.insert("pm_1");
  EXPECT_EQ(failing(), "customers;");
  evidence.billing.customers.front().gateway_customer_id.reset();
  EXPECT_EQ(failing(), "");
}
TEST_F(Billing, a_method_that_left_only_because_it_was_detached_there) {
  evidence.billing.methods.clear();
  evidence.remote_customers.front().methods.clear();
  EXPECT_EQ(failing(), "promises;");
  evidence.gone_there.insert("pm_1");
  EXPECT_EQ(failing(), "");
}
TEST_F(Billing, an_end_that_the_gateway_does_not_know) {
  subscription().cancel_at_period_end = true;
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_subscription_made_twice) {
  evidence.remote_subscriptions.push_back(evidence.remote_subscriptions.front());
  evidence.remote_subscriptions.back().id = "sub_2";
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_subscription_that_the_gateway_never_told_of) {
  subscription().gateway_subscription_id.reset();
  EXPECT_EQ(failing(), "subscriptions;");
}
TEST_F(Billing, a_history_with_a_gap) {
  evidence.billing.status_changes.back().before = SubscriptionStatus::trialing;
  EXPECT_EQ(failing(), "history;");
}
TEST_F(Billing, a_history_that_ends_elsewhere) {
  evidence.billing.status_changes.pop_back();
  EXPECT_EQ(failing(), "history;");
}
TEST_F(Billing, a_period_that_is_there_twice) {
  add_period(evidence, 37);
  evidence.remote_payments.pop_back();
  evidence.remote_invoices.pop_back();
  evidence.rows.payments.back().gateway_payment_id = "pi_36";
  evidence.rows.payments.back().gateway_invoice_id = "in_36";
  EXPECT_EQ(failing(), "invoices;");
}
TEST_F(Billing, a_paid_invoice_without_a_payment) {
  std::erase_if(evidence.rows.payments, [](const auto& row) { return row.number == 36; });
  EXPECT_EQ(failing(), "strangers;events;invoices;");
}
TEST_F(Billing, a_period_that_was_not_booked) {
  evidence.rows.payments[2].captured = soles(0);
  EXPECT_EQ(failing(), "books;invoices;");
}
TEST_F(Billing, an_invoice_that_was_voided_unseen_is_nobodys) {
  evidence.remote_payments.push_back({"pi_38", "", "canceled", "pen", 1900, 0, 0});
  evidence.remote_invoices.push_back({"in_38", "sub_1", "void", "pi_38", 0, false});
  EXPECT_EQ(failing(), "");
  evidence.remote_invoices.back().status = "open";
  EXPECT_EQ(failing(), "invoices;");
}
TEST_F(Billing, access_without_a_subscription_that_runs) {
  subscription().status = SubscriptionStatus::cancelled;
  evidence.remote_subscriptions.front().status = "canceled";
  evidence.billing.status_changes.back().after = SubscriptionStatus::cancelled;
  EXPECT_EQ(failing(), "access;");
}
TEST_F(Billing, access_to_a_course_that_was_refunded) {
  course().refunded = soles(900);
  evidence.remote_refunds.push_back({"re_40", "pi_40", "", "succeeded", 900});
  evidence.rows.refunds.push_back(evidence.rows.refunds.front());
  evidence.rows.refunds.back().gateway_refund_id = "re_40";
  evidence.rows.refunds.back().reason = "regret";
  EXPECT_EQ(failing(), "access;");
}
TEST_F(Billing, access_that_was_never_granted) {
  evidence.billing.entitlements.pop_back();
  EXPECT_EQ(failing(), "access;");
}
TEST_F(Billing, a_dispute_posted_twice) {
  evidence.rows.entries.push_back(evidence.rows.entries.back());
  EXPECT_EQ(failing(), "disputes;");
}
TEST_F(Billing, a_dispute_that_has_ended_there) {
  evidence.remote_disputes.front().status = "lost";
  EXPECT_EQ(failing(), "disputes;");
}
TEST_F(Billing, a_dispute_that_the_payment_does_not_show) {
  course().disputed = soles(0);
  EXPECT_EQ(failing(), "disputes;");
}
TEST_F(Billing, a_customer_made_twice) {
  evidence.remote_customers.push_back(evidence.remote_customers.front());
  evidence.remote_customers.back().id = "cus_2";
  EXPECT_EQ(failing(), "customers;");
}
TEST_F(Billing, a_saved_method_that_is_not_attached) {
  evidence.remote_customers.front().methods.clear();
  EXPECT_EQ(failing(), "customers;");
}
TEST_F(Billing, a_session_that_collected_twice) {
  evidence.remote_payments.back().captures = 2;
  EXPECT_EQ(failing(), "strangers;sessions;");
}
TEST_F(Billing, a_session_that_should_have_expired) {
  evidence.billing.checkouts.front().status = domain::CheckoutStatus::open;
  evidence.now = evidence.now + std::chrono::hours(30);
  EXPECT_EQ(failing(), "sessions;");
}
TEST_F(Billing, a_call_that_is_still_open) {
  evidence.open_calls.emplace_back();
  EXPECT_EQ(failing(), "settled;");
}
TEST_F(Billing, a_method_that_was_saved_and_is_not_there) {
  evidence.billing.methods.clear();
  EXPECT_EQ(failing(), "promises;");
}
TEST_F(Billing, a_subscription_that_was_promised) {
  evidence.promises.push_back({sim::Promise::Kind::subscribed,
                               made_id<domain::SubscriptionId>(99).to_string(), "active", 0});
  EXPECT_EQ(failing(), "promises;");
}

}  // namespace
}  // namespace cobro::testing
