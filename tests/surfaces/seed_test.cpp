// The four requests of the order flow, as clients send them but for token and payment method.
#include "surfaces/desk.h"

namespace cobro::testing {

TEST(Seed002, its_four_requests_work_in_sequence_on_a_fresh_database) {
  Desk desk;
  const auto order = desk.as("ana", "POST", "/api/v1/orders", std::string(kOrderBody));
  ASSERT_EQ(order.status, 201) << order.text;
  EXPECT_EQ(order.data("number"), "1");
  EXPECT_EQ(order.data("order_number"), "\"ORD-00000001\"");
  EXPECT_EQ(order.data("status"), "\"pending\"");
  EXPECT_EQ(order.data("total_amount"), "59.98");
  EXPECT_EQ(order.data("currency"), "\"PEN\"");

  const auto payment = desk.as("ana", "POST", "/api/v1/payments", R"({
    "order_id": 1, "payment_method": "stripe", "amount": 59.98, "currency": "PEN"})");
  ASSERT_EQ(payment.status, 201) << payment.text;
  EXPECT_EQ(payment.data("status"), "\"pending\"");
  EXPECT_EQ(payment.data("amount"), "59.98");

  const auto processed = desk.as("ana", "POST", "/api/v1/payments/1/process", R"({
    "payment_method_id": "pm_card_visa", "confirmation_method": "manual"})");
  ASSERT_EQ(processed.status, 200) << processed.text;
  EXPECT_EQ(processed.data("status"), "\"completed\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders/1").data("status"), "\"paid\"");

  const auto refund = desk.as("admin", "POST", "/api/v1/payments/1/refund", R"({
    "amount": 29.99, "reason": "Product defect"})");
  ASSERT_EQ(refund.status, 200) << refund.text;
  EXPECT_EQ(refund.data("amount"), "29.99");
  EXPECT_EQ(refund.data("reason"), "\"Product defect\"");
  EXPECT_EQ(refund.data("payment_status"), "\"completed\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments/1").data("amount_refunded"), "29.99");
}

}  // namespace cobro::testing
