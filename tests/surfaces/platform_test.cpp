// The platform's routes as clients use them.
#include "surfaces/desk.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;

std::string path(const std::string& plural, std::int64_t number, const std::string& action = "") {
  return "/api/v1/" + plural + "/" + std::to_string(number) + action;
}

TEST(Ownership, somebody_elses_object_does_not_exist) {
  Desk desk;
  const auto payment = desk.make_paid();
  const auto refund =
      desk.as("admin", "POST", path("payments", payment, "/refund"), R"({"amount":1})");
  const std::string refund_id = *refund.body.string_at({"data", "id"});
  const std::string transaction_id = *desk.as("ana", "GET", "/api/v1/transactions?limit=1")
                                          .body.at({"data", "transactions"})
                                          ->as_array()
                                          ->front()
                                          .string_at({"id"});
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/api/v1/orders/1"},
           {"PUT", "/api/v1/orders/1"},
           {"DELETE", "/api/v1/orders/1"},
           {"GET", path("payments", payment)},
           {"PUT", path("payments", payment)},
           {"DELETE", path("payments", payment)},
           {"POST", path("payments", payment, "/process")},
           {"GET", "/api/v1/transactions/" + transaction_id},
           {"GET", "/api/v1/refunds/" + refund_id},
           {"GET", "/api/v1/refunds?payment_id=1"},
           {"GET", "/api/v1/transactions?payment_id=1"},
           {"GET", "/api/v1/payments?order_id=1"}}) {
    const auto answer = desk.as("bea", method, target);
    EXPECT_EQ(answer.status, 404) << method << ' ' << target << ' ' << answer.text;
    EXPECT_EQ(answer.code(), "not_found");
    EXPECT_NE(desk.as("service", method, target).status, 404) << method << ' ' << target;
  }
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/orders").data("total"), "0");
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/payments").data("payments"), "[]");
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/orders?user_id=bea").data("total"), "0");
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/orders?user_id=ana").data("total"), "1");
}

TEST(Idempotency, a_repeated_request_gets_the_first_answer_byte_for_byte) {
  Desk desk;
  const wire::Headers key = {{"Idempotency-Key", "order-1"}};
  const auto first = desk.as("ana", "POST", "/api/v1/orders", std::string(kOrderBody), key);
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  const auto again = desk.as("ana", "POST", "/api/v1/orders", std::string(kOrderBody),
                             {{"Idempotency-Key", "\"order-1\""}});
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_NE(again.header("X-Request-Id"), first.header("X-Request-Id"));

  const auto other = desk.as("ana", "POST", "/api/v1/orders", R"({"items":[{"product_id":9,
      "quantity":1,"unit_price":1}],"shipping_address":{}})",
                             key);
  EXPECT_EQ(other.status, 422) << other.text;
  EXPECT_EQ(other.code(), "idempotency_key_reused");
  const auto bea = desk.as("bea", "POST", "/api/v1/orders", std::string(kOrderBody), key);
  EXPECT_EQ(bea.status, 201);
  EXPECT_EQ(bea.header("Idempotent-Replayed"), "");
}

TEST(Idempotency, a_decline_is_kept_and_a_refusal_by_state_is_not) {
  Desk desk;
  const auto payment = desk.make_payment();
  const wire::Headers key = {{"Idempotency-Key", "try-1"}};
  const std::string body = R"({"payment_method_id":"pm_card_visa_chargeDeclined"})";
  const auto declined = desk.as("ana", "POST", path("payments", payment, "/process"), body, key);
  ASSERT_EQ(declined.status, 402) << declined.text;
  const auto again = desk.as("ana", "POST", path("payments", payment, "/process"), body, key);
  EXPECT_EQ(again.text, declined.text);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");

  const wire::Headers other = {{"Idempotency-Key", "refund-1"}};
  const auto refused =
      desk.as("admin", "POST", path("payments", payment, "/refund"), R"({"amount":1})", other);
  EXPECT_EQ(refused.status, 409) << refused.text;
  desk.as("ana", "POST", path("payments", payment, "/process"),
          R"({"payment_method_id":"pm_card_visa"})");
  const auto refunded =
      desk.as("admin", "POST", path("payments", payment, "/refund"), R"({"amount":1})", other);
  EXPECT_EQ(refunded.status, 200) << refunded.text;
}

TEST(Lists, walk_by_offset_and_by_cursor_to_the_end) {
  Desk desk;
  for (int i = 0; i < 5; ++i) {
    desk.make_order();
    desk.clock.advance(std::chrono::seconds(1));
  }
  const auto numbers = [](const Desk::Answer& page) {
    std::vector<std::int64_t> all;
    for (const auto& order : *page.body.at({"data", "orders"})->as_array())
      all.push_back(order.int_at({"number"}).value());
    return all;
  };
  const auto first = desk.as("ana", "GET", "/api/v1/orders?limit=2");
  EXPECT_EQ(numbers(first), (std::vector<std::int64_t>{5, 4}));
  EXPECT_EQ(first.data("total"), "5");
  const auto second =
      desk.as("ana", "GET",
              "/api/v1/orders?limit=2&cursor=" + *first.body.string_at({"data", "next_cursor"}));
  EXPECT_EQ(numbers(second), (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(second.data("total"), "5");
  const auto last = desk.as("ana", "GET", "/api/v1/orders?limit=2&offset=4");
  EXPECT_EQ(numbers(last), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(last.data("next_cursor"), "null");
}

TEST(Filters, match_the_word_that_the_item_prints) {
  Desk desk;
  desk.make_paid();
  desk.make_payment();
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=completed").data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=pending,completed").data("total"), "2");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=succeeded").data("total"), "0");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?order_id=2&kind=order").data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders?status=paid").data("total"), "1");
  EXPECT_EQ(
      desk.as("ana", "GET", "/api/v1/transactions?type=charge&status=succeeded").data("total"),
      "1");
  desk.as("admin", "POST", "/api/v1/payments/1/refund");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=refunded").data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/refunds?payment_id=1").data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?surprise=1").status, 200);
}

TEST(Orders, print_what_they_were_given) {
  Desk desk;
  const auto order = desk.as("ana", "POST", "/api/v1/orders", R"({
    "items": [{"product_id": "sku-7", "quantity": 3, "unit_price": "10.10", "color": "red"}],
    "shipping_address": {"street": "Jr. Unión 1", "floor": 2.50}, "notes": "ring twice"})");
  ASSERT_EQ(order.status, 201) << order.text;
  EXPECT_THAT(
      order.data("items"),
      HasSubstr(R"("product_id":"sku-7","quantity":3,"unit_price":10.10,"total_price":30.30)"));
  EXPECT_EQ(order.data("shipping_address"), R"({"street":"Jr. Unión 1","floor":2.50})");
  EXPECT_EQ(order.data("billing_address"), order.data("shipping_address"));
  EXPECT_EQ(order.data("notes"), "\"ring twice\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders/" + *order.body.string_at({"data", "id"})).text,
            desk.as("ana", "GET", "/api/v1/orders/1").text);
}

TEST(Orders, can_be_changed_and_cancelled_while_pending) {
  Desk desk;
  desk.make_order();
  const auto changed = desk.as("ana", "PUT", "/api/v1/orders/1", R"({
    "items": [{"product_id": 1, "quantity": 1, "unit_price": 5}], "notes": "n"})");
  EXPECT_EQ(changed.data("total_amount"), "5.00") << changed.text;
  EXPECT_EQ(desk.as("ana", "PUT", "/api/v1/orders/1", R"({"status":"shipped"})").status, 403);
  EXPECT_EQ(desk.as("ana", "DELETE", "/api/v1/orders/1").data("status"), "\"cancelled\"");
}

TEST(Payments, capture_later_in_part) {
  Desk desk;
  desk.make_order();
  desk.as("ana", "POST", "/api/v1/payments",
          R"({"order_id":"1","payment_method":"stripe","amount":"59.98","capture_method":"manual",
              "metadata":{"cart":7}})");
  const auto held = desk.as("ana", "POST", "/api/v1/payments/1/process",
                            R"({"payment_method_id":"pm_card_visa"})");
  EXPECT_EQ(held.data("status"), "\"processing\"") << held.text;
  EXPECT_EQ(held.data("metadata"), R"({"cart":"7"})");
  const auto captured =
      desk.as("service", "POST", "/api/v1/payments/1/capture", R"({"amount":40})");
  EXPECT_EQ(captured.status, 200) << captured.text;
  EXPECT_EQ(captured.data("amount_captured"), "40.00");
}

TEST(Payments, that_need_the_customer_say_what_to_do) {
  Desk desk;
  desk.make_payment();
  const auto answer = desk.as("ana", "POST", "/api/v1/payments/1/process", R"({
    "payment_method_id": "pm_card_threeDSecure2Required",
    "return_url": "https://shop.example/back"})");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.data("status"), "\"processing\"");
  const auto url = answer.body.string_at({"data", "next_action", "url"});
  EXPECT_THAT(url.value_or(""), HasSubstr("http"));
}

TEST(Payments, refuse_a_return_url_that_is_none) {
  Desk desk;
  for (const std::string url :
       {"javascript:alert(1)", "https://a@b/", "http://", "/back", "https://shop.example/<b>"})
    EXPECT_EQ(
        desk.as("ana", "POST", "/api/v1/payments/1/process", R"({"return_url":")" + url + "\"}")
            .details(),
        std::vector<std::string>{"return_url:invalid_format"})
        << url;
}

TEST(Payments, of_the_owner_are_refunded_by_them_where_that_is_on) {
  Desk desk({.refund_self_service_days = 7});
  const auto payment = desk.make_paid();
  EXPECT_EQ(desk.as("ana", "POST", path("payments", payment, "/refund")).status, 200);
}

TEST(Transactions, record_what_happened_outside) {
  Desk desk;
  desk.make_payment("manual");
  const auto charge = desk.as("admin", "POST", "/api/v1/transactions", R"({
    "payment_id": 1, "transaction_type": "charge", "amount": 59.98,
    "gateway_transaction_id": "4242424242424242", "processed_at": "2025-11-05T10:00:00Z"})");
  ASSERT_EQ(charge.status, 201) << charge.text;
  EXPECT_EQ(charge.data("status"), "\"succeeded\"");
  EXPECT_EQ(charge.data("processed_at"), "\"2025-11-05T10:00:00.000Z\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/transactions/1").status, 200);
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders/1").data("status"), "\"paid\"");
}

}  // namespace
}  // namespace cobro::testing
