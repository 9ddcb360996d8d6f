// What a PUT changes of an order and of a payment, what it leaves, and when it is refused.
#include <gmock/gmock.h>

#include "surfaces/desk.h"

namespace cobro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Updates : ::testing::Test {
  Desk desk;

  Desk::Answer put(const std::string& who, const std::string& path, const std::string& body) {
    return desk.as(who, "PUT", "/api/v1" + path, body);
  }
  Desk::Answer get(const std::string& path) { return desk.as("ana", "GET", "/api/v1" + path); }
  static std::string outcome(const Desk::Answer& answer) {
    return answer.status == 200 ? answer.data("status") : answer.code();
  }
};

TEST_F(Updates, of_an_order_change_what_they_name) {
  desk.make_order();
  const auto before = get("/orders/1");
  desk.clock.advance(std::chrono::seconds(1));
  auto changed = put("ana", "/orders/1", R"({"notes":"ring twice"})");
  EXPECT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.data("notes"), "\"ring twice\"");
  for (const auto* same :
       {"items", "total_amount", "shipping_address", "billing_address", "status", "created_at"})
    EXPECT_EQ(changed.data(same), before.data(same)) << same;
  EXPECT_NE(changed.data("updated_at"), before.data("updated_at"));
  changed = put("ana", "/orders/1", R"({"shipping_address":{"city":"Cusco"}})");
  EXPECT_EQ(changed.data("shipping_address"), R"({"city":"Cusco"})");
  EXPECT_EQ(changed.data("billing_address"), before.data("billing_address"));
  EXPECT_EQ(changed.data("notes"), "\"ring twice\"");
  changed = put("ana", "/orders/1", R"({"billing_address":{"city":"Puno"}})");
  EXPECT_EQ(changed.data("shipping_address"), R"({"city":"Cusco"})");
  EXPECT_EQ(changed.data("billing_address"), R"({"city":"Puno"})");
  changed = put("ana", "/orders/1",
                R"({"items":[{"product_id":"b","quantity":3,"unit_price":0.10},
                             {"product_id":2,"quantity":1,"unit_price":"7"}]})");
  EXPECT_EQ(changed.data("total_amount"), "7.30");
  const auto* items = changed.body.at({"data", "items"})->as_array();
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ(wire::to_text(*(*items)[0].find("total_price")), "0.30");
  EXPECT_EQ(wire::to_text(*(*items)[0].find("product_id")), "\"b\"");
  EXPECT_EQ(wire::to_text(*(*items)[1].find("product_id")), "2");
  EXPECT_EQ(get("/orders/1").data("items"), changed.data("items"));
}

TEST_F(Updates, of_an_orders_items_name_every_price_that_is_wrong) {
  desk.make_order();
  const auto answer = put("ana", "/orders/1",
                          R"({"items":[{"product_id":1,"quantity":1,"unit_price":1.001},
                                       {"product_id":2,"quantity":1,"unit_price":1},
                                       {"product_id":3,"quantity":1,"unit_price":1.009}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.details(), ElementsAre("items[0].unit_price:too_many_decimals",
                                            "items[2].unit_price:too_many_decimals"));
  const auto priced = [&](int lines) {
    std::string all;
    for (int i = 0; i < lines; ++i)
      all += std::string(i == 0 ? "" : ",") +
             R"({"product_id":1,"quantity":1,"unit_price":4999999999.99})";
    return put("ana", "/orders/1", R"({"items":[)" + all + "]}");
  };
  EXPECT_EQ(priced(2).status, 200);
  const auto large = priced(3);
  EXPECT_EQ(large.status, 400);
  EXPECT_THAT(large.details(), ElementsAre("items:too_large"));
}

TEST_F(Updates, of_an_orders_items_wait_until_no_payment_holds_any_of_it) {
  desk.make_payment();
  const std::string items = R"({"items":[{"product_id":1,"quantity":1,"unit_price":5}]})";
  EXPECT_EQ(put("ana", "/orders/1", items).code(), "payment_in_progress");
  EXPECT_EQ(put("ana", "/orders/1", R"({"notes":"n"})").status, 200);
  desk.as("ana", "DELETE", "/api/v1/payments/1");
  EXPECT_EQ(put("ana", "/orders/1", items).data("total_amount"), "5.00");
}

TEST_F(Updates, of_an_order_that_is_paid_move_it_forward) {
  desk.make_paid();
  EXPECT_EQ(put("ana", "/orders/1", R"({"notes":"n"})").code(), "invalid_state");
  EXPECT_EQ(put("ana", "/orders/1", R"({"status":"processing"})").code(), "forbidden");
  const auto move = [&](const std::string& status) {
    return outcome(put("service", "/orders/1", R"({"status":")" + status + "\"}"));
  };
  for (const auto* no : {"pending", "delivered", "cancelled", "refunded"})
    EXPECT_EQ(move(no), "invalid_state") << no;
  EXPECT_EQ(move("paid"), "\"paid\"");
  EXPECT_EQ(move("processing"), "\"processing\"");
  EXPECT_EQ(move("paid"), "invalid_state");
  EXPECT_EQ(move("shipped"), "\"shipped\"");
  EXPECT_EQ(move("processing"), "invalid_state");
  EXPECT_EQ(move("delivered"), "\"delivered\"");
  EXPECT_EQ(move("shipped"), "invalid_state");
  EXPECT_EQ(get("/orders/1").data("status"), "\"delivered\"");
}

TEST_F(Updates, of_an_order_that_is_not_paid_do_not_move_it) {
  desk.make_order();
  for (const auto* status : {"paid", "processing", "shipped", "delivered", "cancelled", "refunded"})
    EXPECT_EQ(outcome(put("admin", "/orders/1", R"({"status":")" + std::string(status) + "\"}")),
              "invalid_state")
        << status;
  EXPECT_EQ(outcome(put("admin", "/orders/1", R"({"status":"pending"})")), "\"pending\"");
  desk.as("ana", "DELETE", "/api/v1/orders/1");
  EXPECT_EQ(put("ana", "/orders/1", R"({"notes":"n"})").code(), "invalid_state");
  EXPECT_EQ(outcome(put("admin", "/orders/1", R"({"status":"processing"})")), "invalid_state");
}

TEST_F(Updates, of_a_payment_change_what_they_name) {
  desk.make_payment();
  const auto before = get("/payments/1");
  desk.clock.advance(std::chrono::seconds(1));
  auto changed = put("ana", "/payments/1", R"({"description":"tea"})");
  EXPECT_EQ(changed.data("description"), "\"tea\"") << changed.text;
  for (const auto* same : {"amount", "payment_method", "metadata", "status", "created_at"})
    EXPECT_EQ(changed.data(same), before.data(same)) << same;
  EXPECT_NE(changed.data("updated_at"), before.data("updated_at"));
  changed = put("ana", "/payments/1", R"({"metadata":{"a":"b"}})");
  EXPECT_EQ(changed.data("metadata"), R"({"a":"b"})");
  EXPECT_EQ(changed.data("description"), "\"tea\"");
  changed = put("ana", "/payments/1", R"({"amount":10})");
  EXPECT_EQ(changed.data("amount"), "10.00");
  EXPECT_EQ(changed.data("payment_method"), "\"stripe\"");
  changed = put("ana", "/payments/1", R"({"payment_method":"manual"})");
  EXPECT_EQ(changed.data("payment_method"), "\"manual\"");
  EXPECT_EQ(changed.data("amount"), "10.00");
  EXPECT_EQ(get("/payments/1").data("amount"), "10.00");
}

// What it gives back of its order is there for another payment, and what it takes is not.
TEST_F(Updates, of_a_payments_amount_are_felt_by_its_order) {
  desk.make_payment();
  const auto pay = [&](const std::string& amount) {
    return desk.as("ana", "POST", "/api/v1/payments",
                   R"({"order_id":1,"payment_method":"stripe","amount":)" + amount + "}");
  };
  EXPECT_EQ(pay("10").code(), "order_amount_taken");
  EXPECT_EQ(put("ana", "/payments/1", R"({"amount":49.98})").status, 200);
  EXPECT_EQ(pay("10.01").code(), "order_amount_taken");
  EXPECT_EQ(pay("10").status, 201);
  const auto refused = put("ana", "/payments/1", R"({"amount":49.99})");
  EXPECT_EQ(refused.code(), "order_amount_taken");
  EXPECT_THAT(refused.text, HasSubstr("payment "));
  EXPECT_EQ(put("ana", "/payments/1", R"({"amount":59.99})").code(), "order_amount_taken");
  EXPECT_EQ(get("/payments/1").data("amount"), "49.98");
}

TEST_F(Updates, of_a_payment_are_refused_for_what_no_gateway_takes) {
  desk.as("ana", "POST", "/api/v1/orders",
          R"({"items":[{"product_id":1,"quantity":1,"unit_price":50}],"shipping_address":{},
              "currency":"USD"})");
  desk.as("ana", "POST", "/api/v1/payments",
          R"({"order_id":1,"payment_method":"stripe","amount":50})");
  const auto code = [&](const std::string& body) { return put("ana", "/payments/1", body).code(); };
  EXPECT_EQ(code(R"({"payment_method":"paypal"})"), "gateway_not_available");
  EXPECT_EQ(code(R"({"amount":0.49})"), "validation_failed");
  EXPECT_EQ(code(R"({"amount":10.001})"), "validation_failed");
  EXPECT_EQ(put("ana", "/payments/1", R"({"amount":0.50})").status, 200);
  EXPECT_EQ(put("ana", "/payments/1", R"({"amount":0.01,"payment_method":"manual"})").status, 200);
  EXPECT_EQ(code(R"({"payment_method":"stripe"})"), "validation_failed");
}

TEST_F(Updates, of_a_payment_end_with_its_processing) {
  desk.make_paid();
  EXPECT_EQ(put("ana", "/payments/1", R"({"description":"tea"})").code(), "invalid_state");
  EXPECT_EQ(put("ana", "/payments/1", R"({"amount":10})").code(), "invalid_state");
}

}  // namespace
}  // namespace cobro::testing
