// The order of checks, and the shape of every error.
#include <algorithm>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "surfaces/common/bearer.h"
#include "surfaces/common/idempotency_key.h"
#include "surfaces/desk.h"

namespace cobro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Row {
  std::string name;
  std::string who;  // empty: no token
  std::string method;
  std::string target;
  std::string body;
  wire::Headers headers;
  int status;
  std::string code;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

// Each row has everything wrong that comes later in the contract's order.
const std::vector<Row> kRows = {
    {"unknown_path_before_everything", "", "PATCH", "/api/v1/nothing", "{", {}, 404, "not_found"},
    {"method_before_token", "", "PATCH", "/api/v1/orders", "{", {}, 405, "method_not_allowed"},
    {"token_before_role",
     "",
     "POST",
     "/api/v1/transactions?x=4242424242424242",
     "{",
     {{"Content-Type", "text/plain"}},
     401,
     "unauthorized"},
    {"role_before_body",
     "ana",
     "POST",
     "/api/v1/transactions",
     "{",
     {{"Content-Type", "text/plain"}},
     403,
     "forbidden"},
    {"role_of_capture", "ana", "POST", "/api/v1/payments/99/capture", "{", {}, 403, "forbidden"},
    {"role_of_refund", "ana", "POST", "/api/v1/payments/99/refund", "{", {}, 403, "forbidden"},
    {"role_of_overpayment_refund",
     "service",
     "POST",
     "/api/v1/overpayments/99/refund",
     "{",
     {},
     403,
     "forbidden"},
    {"role_of_reconciliations",
     "service",
     "GET",
     "/api/v1/reconciliations?x=",
     "",
     {},
     403,
     "forbidden"},
    {"role_of_resolve",
     "ana",
     "POST",
     "/api/v1/reconciliations/99/resolve",
     "{",
     {},
     403,
     "forbidden"},
    {"size_before_content_type",
     "ana",
     "POST",
     "/api/v1/orders",
     std::string(1024 * 1024 + 1, ' '),
     {{"Content-Type", "text/plain"}},
     413,
     "body_too_large"},
    {"content_type_before_json",
     "ana",
     "POST",
     "/api/v1/orders",
     "{",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     415,
     "unsupported_media_type"},
    {"unreadable_json", "ana", "POST", "/api/v1/orders", "{", {}, 400, "validation_failed"},
    {"duplicate_names",
     "ana",
     "POST",
     "/api/v1/payments/99/process",
     R"({"return_url":"http://a","return_url":"http://b"})",
     {},
     400,
     "validation_failed"},
    {"too_deep",
     "ana",
     "POST",
     "/api/v1/payments/99/process",
     std::string(40, '[') + std::string(40, ']'),
     {},
     400,
     "validation_failed"},
    {"fields_before_the_key",
     "ana",
     "PUT",
     "/api/v1/payments/99",
     R"({"amount":-1})",
     {{"Idempotency-Key", "bad\x01"}},
     400,
     "validation_failed"},
    {"key_before_the_object",
     "ana",
     "PUT",
     "/api/v1/payments/99",
     R"({"amount":1})",
     {{"Idempotency-Key", "\"open"}},
     400,
     "validation_failed"},
    {"object_last", "ana", "PUT", "/api/v1/payments/99", R"({"amount":1})", {}, 404, "not_found"},
    {"malformed_id_is_no_object", "ana", "GET", "/api/v1/orders/abc", "", {}, 404, "not_found"},
    {"number_zero_is_no_object", "ana", "GET", "/api/v1/orders/0", "", {}, 404, "not_found"},
    {"escaped_slash_stays_in_the_id",
     "ana",
     "GET",
     "/api/v1/orders/1%2F2",
     "",
     {},
     404,
     "not_found"},
    {"malformed_escape", "ana", "GET", "/api/v1/orders/%zz", "", {}, 404, "not_found"},
    {"unknown_filter_value",
     "ana",
     "GET",
     "/api/v1/payments?status=done",
     "",
     {},
     400,
     "validation_failed"},
    {"limit_out_of_range",
     "ana",
     "GET",
     "/api/v1/orders?limit=101",
     "",
     {},
     400,
     "validation_failed"},
    {"foreign_cursor", "ana", "GET", "/api/v1/orders?cursor=abc", "", {}, 400, "validation_failed"},
    {"filter_by_user_is_not_for_users",
     "ana",
     "GET",
     "/api/v1/orders?user_id=bea",
     "",
     {},
     403,
     "forbidden"},
    {"gateway_not_built",
     "ana",
     "POST",
     "/api/v1/payments",
     R"({"order_id":1,"payment_method":"paypal","amount":1})",
     {},
     400,
     "gateway_not_available"},
    {"card_in_a_query",
     "ana",
     "GET",
     "/api/v1/orders/1?note=4242424242424242",
     "",
     {},
     400,
     "card_data_not_allowed"},
    {"card_in_an_unknown_member",
     "ana",
     "POST",
     "/api/v1/payments/99/process",
     R"({"card":{"number":"4242 4242 4242 4242"}})",
     {},
     400,
     "card_data_not_allowed"},
    {"card_as_a_token",
     "ana",
     "POST",
     "/api/v1/payments/99/process",
     R"({"payment_method_id":"4242424242424242"})",
     {},
     400,
     "card_data_not_allowed"},
    {"card_in_a_body_that_no_route_reads",
     "ana",
     "DELETE",
     "/api/v1/orders/99",
     R"({"why":"4242-4242-4242-4242"})",
     {},
     400,
     "card_data_not_allowed"},
    {"unknown_gateway", "", "POST", "/webhooks/nobody", "{}", {}, 404, "not_found"},
    {"gateway_without_keys", "", "POST", "/webhooks/paypal", "{}", {}, 404, "not_found"},
    {"bad_signature", "", "POST", "/webhooks/stripe", "{}", {}, 400, "validation_failed"},
    {"route_of_a_later_issue", "admin", "GET", "/metrics", "", {}, 404, "not_found"},
};

class Checks : public ::testing::TestWithParam<Row> {};

TEST_P(Checks, answer_as_the_contract_orders_them) {
  const Row& row = GetParam();
  Desk desk;
  const auto answer = row.who.empty()
                          ? desk.send(row.method, row.target, row.body, row.headers)
                          : desk.as(row.who, row.method, row.target, row.body, row.headers);
  EXPECT_EQ(answer.status, row.status) << answer.text;
  EXPECT_EQ(answer.code(), row.code) << answer.text;
  EXPECT_EQ(wire::to_text(*answer.body.find("success")), "false");
  EXPECT_EQ(answer.body.string_at({"error", "request_id"}), answer.header("X-Request-Id"));
  EXPECT_FALSE(answer.body.string_at({"error", "message"}).value_or("").empty());
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_THAT(desk.log.text(), Not(HasSubstr("4242")));
}
INSTANTIATE_TEST_SUITE_P(Table, Checks, ::testing::ValuesIn(kRows),
                         [](const auto& info) { return info.param.name; });

TEST(Errors, name_all_failing_fields_at_once) {
  Desk desk;
  const auto answer = desk.as("ana", "POST", "/api/v1/orders", R"({
    "items": [{"product_id": 1, "quantity": 0, "unit_price": 29.995},
              {"product_id": null, "quantity": 1, "unit_price": 0},
              {"product_id": 3, "quantity": 1, "unit_price": 99999999999.99},
              {"product_id": 4, "quantity": 1, "unit_price": "NaN"}],
    "shipping_address": "Lima"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.details(),
              ::testing::UnorderedElementsAre(
                  "items[0].quantity:out_of_range", "items[0].unit_price:too_many_decimals",
                  "items[1].product_id:required", "items[1].unit_price:must_be_positive",
                  "items[2].unit_price:too_large", "items[3].unit_price:not_a_number",
                  "shipping_address:wrong_type"));
}

TEST(Errors, read_decimals_by_the_currency_of_the_request) {
  Desk desk;
  const auto body = [](const std::string& price, const std::string& currency) {
    return R"({"items":[{"product_id":"a","quantity":1,"unit_price":)" + price +
           R"(}],"shipping_address":{},"currency":")" + currency + "\"}";
  };
  EXPECT_THAT(desk.as("ana", "POST", "/api/v1/orders", body("10.5", "JPY")).details(),
              ElementsAre("items[0].unit_price:too_many_decimals"));
  EXPECT_THAT(desk.as("ana", "POST", "/api/v1/orders", body("1", "XXX")).details(),
              ElementsAre("currency:not_one_of"));
  EXPECT_EQ(desk.as("ana", "POST", "/api/v1/orders", body("1.234", "kwd")).data("total_amount"),
            "1.234");
  EXPECT_EQ(desk.as("ana", "POST", "/api/v1/orders", body("500", "JPY")).data("total_amount"),
            "500");
  EXPECT_EQ(
      desk.as("ana", "POST", "/api/v1/orders", body("\"2.999e1\"", "PEN")).data("total_amount"),
      "29.99");
}

TEST(Errors, read_decimals_by_a_stored_currency_after_its_404) {
  Desk desk;
  desk.make_order();
  const auto pay = [](const std::string& order, const std::string& more) {
    return R"({"payment_method":"stripe","amount":10.995,"order_id":)" + order + more + "}";
  };
  EXPECT_EQ(desk.as("ana", "POST", "/api/v1/payments", pay("99", "")).status, 404);
  const auto stored = desk.as("ana", "POST", "/api/v1/payments", pay("1", ""));
  EXPECT_EQ(stored.status, 400) << stored.text;
  EXPECT_THAT(stored.details(), ElementsAre("amount:too_many_decimals"));
  const auto stated = desk.as("ana", "POST", "/api/v1/payments", pay("99", R"(,"currency":"PEN")"));
  EXPECT_THAT(stated.details(), ElementsAre("amount:too_many_decimals"));
}

TEST(Errors, of_a_decline_carry_its_code) {
  Desk desk;
  desk.make_payment();
  const auto answer =
      desk.as("ana", "POST", "/api/v1/payments/1/process",
              R"({"payment_method_id":"pm_card_visa_chargeDeclinedInsufficientFunds"})");
  EXPECT_EQ(answer.status, 402) << answer.text;
  EXPECT_EQ(answer.code(), "payment_declined");
  EXPECT_EQ(answer.body.string_at({"error", "decline_code"}), "insufficient_funds");
}

TEST(Errors, a_store_that_is_away_is_a_503_that_says_nothing_internal) {
  Desk desk;
  desk.store_away = true;
  const auto read = desk.as("ana", "GET", "/api/v1/orders/1");
  EXPECT_EQ(read.status, 503);
  EXPECT_EQ(read.code(), "unavailable");
  EXPECT_EQ(read.header("Retry-After"), "1");
  EXPECT_THAT(read.text, Not(HasSubstr("10.0.0.7")));
  EXPECT_THAT(desk.log.text(), HasSubstr("10.0.0.7"));
  const auto write = desk.as("ana", "POST", "/api/v1/orders", std::string(kOrderBody));
  EXPECT_EQ(write.status, 503);
  EXPECT_FALSE(write.header("Retry-After").empty());
}

TEST(Keys, what_the_query_asks_for_is_of_the_request) {
  const auto hash_of = [](std::string query, std::string body) {
    const wire::Request request{.method = "DELETE",
                                .path = "/api/v1/subscriptions/1",
                                .query = std::move(query),
                                .headers = {{"Idempotency-Key", "k"}},
                                .body = std::move(body),
                                .peer = "127.0.0.1"};
    return surfaces::read_idempotency(request, {.sub = "ana"}).value()->request_hash;
  };
  EXPECT_EQ(hash_of("", ""), hash_of("", ""));
  EXPECT_EQ(hash_of("immediate=true", ""), hash_of("immediate=true", ""));
  EXPECT_NE(hash_of("", ""), hash_of("immediate=true", ""));
  EXPECT_NE(hash_of("a", "b"), hash_of("ab", ""));
  // As it was stored before queries counted.
  EXPECT_EQ(hash_of("", "{}"), base::to_hex(crypto::sha256("{}")));
}

TEST(ClientKeys, are_printable_and_may_be_quoted) {
  using surfaces::parse_idempotency_key;
  EXPECT_EQ(parse_idempotency_key("a b"), "a b");
  EXPECT_EQ(parse_idempotency_key(R"("a\"b\\")"), R"(a"b\)");
  EXPECT_EQ(parse_idempotency_key(std::string(255, 'k')), std::string(255, 'k'));
  EXPECT_EQ(parse_idempotency_key('"' + std::string(255, 'k') + '"'), std::string(255, 'k'));
  for (const std::string& bad :
       {std::string(), std::string(R"("")"), std::string(R"(")"), std::string(R"("a"b")"),
        std::string(R"("a\")"), std::string(R"("\n")"), std::string("\xc3\xa9"),
        std::string("\x7f"), std::string(256, 'k')})
    EXPECT_EQ(parse_idempotency_key(bad), std::nullopt) << bad;
}

TEST(Tokens, name_the_caller_for_the_gateway_s_customer) {
  crypto::JwtKeys keys;
  keys.hs256.emplace_back("a-secret-of-thirty-two-bytes-at-least");
  ManualClock clock;
  crypto::Claims claims;
  claims.sub = "ana";
  claims.email = "ana@example.com";
  claims.name = "Ana";
  claims.exp = clock.now() + std::chrono::hours(1);
  const wire::Headers headers = {{"Authorization", "Bearer " + make_token(claims, keys)}};
  const auto caller =
      surfaces::authenticate(headers, crypto::JwtVerifier(std::move(keys)), clock.now());
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->email, "ana@example.com");
  EXPECT_EQ(caller->name, "Ana");
}

TEST(Tokens, that_fail_are_challenged) {
  Desk desk;
  const auto none = desk.send("GET", "/api/v1/orders");
  EXPECT_EQ(none.header("WWW-Authenticate"), "Bearer");
  const auto wrong = desk.send("GET", "/api/v1/orders", "", {{"Authorization", "Bearer a.b.c"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.header("WWW-Authenticate"), HasSubstr("error=\"invalid_token\""));
  const auto basic = desk.send("GET", "/api/v1/orders", "", {{"Authorization", "Basic YTpi"}});
  EXPECT_EQ(basic.header("WWW-Authenticate"), "Bearer");
}

TEST(Methods, are_named_where_one_is_not_allowed) {
  Desk desk;
  EXPECT_EQ(desk.send("PATCH", "/api/v1/orders").header("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(desk.send("GET", "/api/v1/payments/1/refund").header("Allow"), "POST, OPTIONS");
}

TEST(Methods, head_is_served_where_get_is) {
  Desk desk;
  EXPECT_EQ(desk.send("HEAD", "/healthz").status, 200);
  EXPECT_EQ(desk.as("ana", "HEAD", "/api/v1/orders").status, 200);
}

TEST(Cors, welcomes_all_origins_without_credentials) {
  Desk desk;
  const auto preflight =
      desk.send("OPTIONS", "/api/v1/payments", "",
                {{"Origin", "https://shop.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(preflight.header("Access-Control-Allow-Headers"), HasSubstr("authorization"));
  EXPECT_THAT(preflight.header("Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_EQ(preflight.header("Access-Control-Allow-Credentials"), "");
  const auto answer = desk.send("GET", "/api/v1/orders", "", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(answer.header("Access-Control-Expose-Headers"), HasSubstr("X-Request-Id"));
}

TEST(Cors, can_be_narrowed) {
  Desk desk({.cors_origins = {"https://shop.example"}});
  const auto ours = desk.send("GET", "/healthz", "", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(ours.header("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(ours.header("Vary"), "Origin");
  const auto other = desk.send("GET", "/healthz", "", {{"Origin", "https://other.example"}});
  EXPECT_EQ(other.header("Access-Control-Allow-Origin"), "");
}

TEST(Caches, keep_nothing_that_needed_a_token) {
  Desk desk;
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders").header("Cache-Control"), "no-store");
  EXPECT_EQ(desk.send("GET", "/openapi.json").header("Cache-Control"), "");
}

TEST(RequestIds, are_taken_when_well_formed_and_made_otherwise) {
  Desk desk;
  EXPECT_EQ(
      desk.send("GET", "/healthz", "", {{"X-Request-Id", "web-1.a_B"}}).header("X-Request-Id"),
      "web-1.a_B");
  const auto made = desk.send("GET", "/healthz", "", {{"X-Request-Id", "a b"}});
  EXPECT_EQ(made.header("X-Request-Id").size(), 36U);
  EXPECT_THAT(desk.log.text(), HasSubstr("request_id=web-1.a_B"));
}

TEST(Logs, hold_one_line_per_request_by_its_template) {
  Desk desk;
  desk.as("ana", "GET", "/api/v1/orders/7?note=private", "");
  ASSERT_EQ(desk.log.lines.size(), 1U) << desk.log.text();
  EXPECT_THAT(desk.log.text(), HasSubstr("method=GET route=/api/v1/orders/{id} status=404"));
  EXPECT_THAT(desk.log.text(), Not(HasSubstr("private")));
  EXPECT_THAT(desk.log.text(), Not(HasSubstr("Bearer")));
}

TEST(Bodies, may_be_absent_where_nothing_is_required) {
  Desk desk;
  desk.make_paid();
  EXPECT_EQ(desk.as("ana", "POST", "/api/v1/payments/1/process").status, 200);
  const auto refund = desk.as("admin", "POST", "/api/v1/payments/1/refund");
  EXPECT_EQ(refund.status, 200) << refund.text;
  EXPECT_EQ(refund.data("amount"), "59.98");
  EXPECT_EQ(refund.data("reason"), "\"requested_by_customer\"");
  EXPECT_EQ(refund.data("payment_status"), "\"refunded\"");
}

}  // namespace
}  // namespace cobro::testing
