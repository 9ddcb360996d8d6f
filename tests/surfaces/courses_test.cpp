// The courses surface as its clients use it.
#include "surfaces/desk.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kIntentBody = R"({
  "amount": 2900, "currency": "usd", "type": "course_purchase", "courseId": "uuid-del-curso",
  "description": "Curso de Trading Basico"})";

std::string text_of(const Desk::Answer& answer, std::string_view name) {
  const auto text = answer.body.string_at({name});
  if (!text) throw std::runtime_error("no " + std::string(name) + " in: " + answer.text);
  return *text;
}

std::string buy(Desk& desk, const std::string& who = "ana") {
  const auto made =
      desk.as(who, "POST", "/payments/create-payment-intent", std::string(kIntentBody));
  return text_of(made, "paymentId");
}

std::string pay(Desk& desk, const std::string& payment) {
  return desk
      .as("ana", "POST", "/api/v1/payments/" + payment + "/process",
          R"({"payment_method_id":"pm_card_visa"})")
      .data("status");
}

std::string first_of(const Desk::Answer& history, std::string_view name) {
  const auto* payments = history.body.find("payments");
  const auto* member = payments->as_array()->at(0).find(name);
  return member != nullptr ? wire::to_text(*member) : "(absent)";
}

TEST(Courses, create_a_payment_intent) {
  Desk desk;
  const auto made =
      desk.as("ana", "POST", "/payments/create-payment-intent", std::string(kIntentBody));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.member("amount"), "2900");
  EXPECT_EQ(made.member("currency"), "\"usd\"");
  EXPECT_THAT(text_of(made, "clientSecret"), HasSubstr(text_of(made, "paymentIntentId")));
}

TEST(Courses, show_a_payment_in_minor_units_and_the_platform_in_major_ones) {
  Desk desk;
  const auto payment = buy(desk);
  auto history = desk.as("ana", "GET", "/payments/history");
  ASSERT_EQ(history.status, 200) << history.text;
  EXPECT_EQ(history.member("total"), "1");
  EXPECT_EQ(history.member("limit"), "20");
  EXPECT_EQ(history.member("offset"), "0");
  EXPECT_EQ(first_of(history, "status"), "\"pending\"");
  EXPECT_EQ(first_of(history, "amount"), "2900");
  EXPECT_EQ(first_of(history, "currency"), "\"USD\"");
  EXPECT_EQ(first_of(history, "courseId"), "\"uuid-del-curso\"");
  for (const auto* absent : {"subscriptionId", "metadata", "failureReason", "refundedAt"})
    EXPECT_EQ(first_of(history, absent), "null") << absent;

  const auto same = desk.as("ana", "GET", "/api/v1/payments/" + payment);
  EXPECT_EQ(same.data("amount"), "29.00");
  EXPECT_EQ(same.data("kind"), "\"course_purchase\"");
  EXPECT_EQ(same.data("course_id"), "\"uuid-del-curso\"");
  EXPECT_EQ(same.data("status"), "\"pending\"");
  EXPECT_EQ(pay(desk, payment), "\"succeeded\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/entitlements?active=true").data("total"), "1");

  desk.clock.advance(std::chrono::hours(1));
  desk.as("admin", "POST", "/api/v1/payments/" + payment + "/refund");
  history = desk.as("ana", "GET", "/payments/history");
  EXPECT_EQ(first_of(history, "status"), "\"refunded\"");
  EXPECT_THAT(first_of(history, "refundedAt"), HasSubstr("Z"));
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=refunded").data("total"), "1");
}

TEST(Courses, list_the_caller_s_own_payments_whatever_their_role) {
  Desk desk;
  buy(desk);
  desk.clock.advance(std::chrono::seconds(1));
  desk.as("ana", "POST", "/api/v1/payments/intent",
          R"({"amount":5,"payment_method_id":"pm_card_visa"})");
  const auto history = desk.as("ana", "GET", "/payments/history?limit=1&offset=0");
  EXPECT_EQ(history.member("total"), "2");
  EXPECT_EQ(history.body.find("payments")->as_array()->size(), 1U);
  EXPECT_EQ(first_of(history, "type"), "\"one_time\"");
  for (const std::string who : {"bea", "admin", "service"})
    EXPECT_EQ(desk.as(who, "GET", "/payments/history").member("total"), "0") << who;
}

TEST(Courses, make_a_page_for_a_payment) {
  Desk desk;
  const auto made =
      desk.as("ana", "POST", "/payments/create-checkout-session", std::string(kIntentBody));
  ASSERT_EQ(made.status, 201) << made.text;
  const auto id = text_of(made, "sessionId");
  EXPECT_EQ(text_of(made, "url"), "https://pay.test/checkout/" + id);
  const auto view = desk.send("GET", "/checkout/" + id + "/session");
  ASSERT_EQ(view.status, 200) << view.text;
  EXPECT_EQ(view.member("success_url"), "\"https://shop.test/payment/success\"");
  EXPECT_EQ(view.member("cancel_url"), "\"https://shop.test/payment/cancel\"");
  EXPECT_EQ(view.member("expires_at"), made.member("expiresAt"));
}

TEST(Courses, make_a_page_for_a_plan) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/payments/create-checkout-session", R"({
    "type": "subscription", "plan": "pro", "successUrl": "https://a.test/yes?x=1",
    "cancelUrl": "https://a.test/no"})");
  ASSERT_EQ(made.status, 201) << made.text;
  const auto view = desk.send("GET", "/checkout/" + text_of(made, "sessionId") + "/session");
  EXPECT_EQ(view.member("mode"), "\"subscription\"") << view.text;
  EXPECT_EQ(view.member("success_url"), "\"https://a.test/yes?x=1\"");
}

TEST(Courses, want_urls_where_the_merchant_s_site_is_not_known) {
  Desk desk({.frontend_url = ""});
  const auto made =
      desk.as("ana", "POST", "/payments/create-checkout-session", std::string(kIntentBody));
  EXPECT_EQ(made.status, 400) << made.text;
  EXPECT_THAT(made.details(), ::testing::ElementsAre("successUrl:required", "cancelUrl:required"));
}

TEST(Courses, subscribe_show_and_end) {
  Desk desk;
  EXPECT_EQ(desk.as("ana", "GET", "/payments/subscriptions/current").status, 404);
  const auto made = desk.as("ana", "POST", "/payments/subscriptions",
                            R"({"plan":"pro","paymentMethodId":"pm_card_visa"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.member("plan"), "\"pro\"");
  EXPECT_EQ(made.member("price"), "49.00");
  EXPECT_EQ(made.member("currency"), "\"USD\"");
  EXPECT_EQ(made.member("status"), "\"active\"");
  EXPECT_EQ(made.member("billingInterval"), "\"month\"");
  for (const auto* absent : {"trialEnd", "cancelledAt", "metadata", "clientSecret"})
    EXPECT_EQ(made.member(absent), "null") << absent;
  EXPECT_EQ(made.member("stripePriceId"), "\"price_1Sb3k64dPtEGmLmpm5n5bbJH\"");
  EXPECT_EQ(desk.as("ana", "GET", "/payments/subscriptions/current").member("id"),
            made.member("id"));
  EXPECT_EQ(desk.as("bea", "GET", "/payments/subscriptions/current").status, 404);
  const auto path = "/payments/subscriptions/" + text_of(made, "id");
  EXPECT_EQ(desk.as("bea", "DELETE", path).status, 404);
  const auto ending = desk.as("ana", "DELETE", path);
  EXPECT_EQ(ending.status, 200) << ending.text;
  EXPECT_EQ(ending.member("cancelAtPeriodEnd"), "true");
  const auto ended = desk.as(
      "ana", "DELETE",
      "/payments/subscriptions/" + text_of(made, "stripeSubscriptionId") + "?immediate=true");
  EXPECT_EQ(ended.member("status"), "\"cancelled\"") << ended.text;
}

TEST(Courses, take_payments_of_each_type) {
  Desk desk;
  for (const std::string type : {"course_purchase", "subscription", "one_time"}) {
    const auto made =
        desk.as("ana", "POST", "/payments/create-payment-intent",
                R"({"amount":100,"courseId":"c","currency":"EUR","type":")" + type + "\"}");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("currency"), "\"eur\"");
    EXPECT_EQ(pay(desk, text_of(made, "paymentId")), "\"succeeded\"") << type;
    EXPECT_EQ(first_of(desk.as("ana", "GET", "/payments/history"), "type"), '"' + type + '"');
    desk.clock.advance(std::chrono::seconds(1));
  }
}

TEST(Courses, answer_a_repeated_key_the_same_again) {
  Desk desk;
  const auto twice = [&](const std::string& target, const std::string& body, int status) {
    const wire::Headers key = {{"Idempotency-Key", "k-1"}};
    const auto first = desk.as("ana", "POST", target, body, key);
    EXPECT_EQ(first.status, status) << first.text;
    const auto again = desk.as("ana", "POST", target, body, key);
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    const auto other = desk.as("ana", "POST", target, body + " ", key);
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.member("error"), "\"Unprocessable Content\"");
  };
  twice("/payments/create-payment-intent", std::string(kIntentBody), 201);
  twice("/payments/create-checkout-session", std::string(kIntentBody), 201);
  twice("/payments/subscriptions", R"({"plan":"pro","paymentMethodId":"pm_card_visa"})", 201);
  EXPECT_EQ(desk.as("ana", "GET", "/payments/history").member("total"), "3");
}

TEST(Courses, name_the_fields_that_a_use_case_refuses_as_they_were_sent) {
  Desk desk;
  const auto answer = desk.as("ana", "POST", "/payments/subscriptions", R"({
    "plan": "pro", "paymentMethodId": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2"})");
  EXPECT_EQ(answer.status, 400) << answer.text;
  EXPECT_THAT(answer.text, HasSubstr("\"field\":\"paymentMethodId\""));
}

// ---- errors -------------------------------------------------------------------------------

struct Invalid {
  std::string name;
  std::string method;
  std::string target;
  std::string body;
  std::vector<std::string> details;
};

void PrintTo(const Invalid& row, std::ostream* out) {
  *out << row.name;
}

const std::vector<Invalid> kInvalid = {
    {"intent_needs_amount_and_type",
     "POST",
     "/payments/create-payment-intent",
     "{}",
     {"amount:required", "type:required"}},
    {"intent_names_all_at_once",
     "POST",
     "/payments/create-payment-intent",
     R"({"amount":0,"currency":"zzz","type":"gift","courseId":"","description":1})",
     {"amount:out_of_range", "currency:not_one_of", "type:not_one_of", "courseId:too_short",
      "description:wrong_type"}},
    {"amounts_are_whole_minor_units",
     "POST",
     "/payments/create-payment-intent",
     R"({"amount":29.5,"type":"one_time"})",
     {"amount:wrong_type"}},
    {"amounts_are_numbers",
     "POST",
     "/payments/create-payment-intent",
     R"({"amount":"2900","type":"one_time"})",
     {"amount:wrong_type"}},
    {"amounts_have_twelve_digits",
     "POST",
     "/payments/create-payment-intent",
     R"({"amount":1000000000000,"type":"one_time"})",
     {"amount:out_of_range"}},
    {"course_purchases_name_their_course",
     "POST",
     "/payments/create-payment-intent",
     R"({"amount":2900,"type":"course_purchase"})",
     {"courseId:required"}},
    {"sessions_need_a_type_or_plan",
     "POST",
     "/payments/create-checkout-session",
     "{}",
     {"type:required", "amount:required"}},
    {"sessions_for_subscriptions_need_a_plan",
     "POST",
     "/payments/create-checkout-session",
     R"({"type":"subscription"})",
     {"plan:required"}},
    {"sessions_for_a_course_need_it",
     "POST",
     "/payments/create-checkout-session",
     R"({"type":"course_purchase"})",
     {"amount:required", "courseId:required"}},
    {"a_plan_is_no_course",
     "POST",
     "/payments/create-checkout-session",
     R"({"type":"course_purchase","plan":"pro","courseId":"c"})",
     {"type:not_one_of"}},
    {"sessions_of_unknown_plans",
     "POST",
     "/payments/create-checkout-session",
     R"({"plan":"gold"})",
     {"plan:not_one_of"}},
    {"sessions_lead_to_web_pages",
     "POST",
     "/payments/create-checkout-session",
     R"({"type":"one_time","amount":1,"successUrl":"javascript:1",
         "cancelUrl":"https://a@b.test/"})",
     {"successUrl:invalid_format", "cancelUrl:invalid_format"}},
    {"subscriptions_need_plan_and_method",
     "POST",
     "/payments/subscriptions",
     "{}",
     {"plan:required", "paymentMethodId:required"}},
    {"subscriptions_of_unknown_plans",
     "POST",
     "/payments/subscriptions",
     R"({"plan":"gold","paymentMethodId":"pm/1"})",
     {"plan:not_one_of", "paymentMethodId:invalid_format"}},
    {"ends_are_immediate_or_not",
     "DELETE",
     "/payments/subscriptions/sub_1?immediate=1",
     "",
     {"immediate:wrong_type"}},
    {"history_has_limits",
     "GET",
     "/payments/history?limit=101&offset=-1",
     "",
     {"limit:out_of_range", "offset:out_of_range"}},
};

class InvalidCourseRequests : public ::testing::TestWithParam<Invalid> {};

TEST_P(InvalidCourseRequests, name_every_field) {
  const auto& row = GetParam();
  Desk desk;
  const auto answer = desk.as("ana", row.method, row.target, row.body);
  EXPECT_EQ(answer.status, 400) << answer.text;
  EXPECT_EQ(answer.member("statusCode"), "400");
  EXPECT_EQ(answer.member("error"), "\"Bad Request\"");
  EXPECT_EQ(answer.code(), "validation_failed");
  EXPECT_THAT(answer.details(), ::testing::UnorderedElementsAreArray(row.details));
}
INSTANTIATE_TEST_SUITE_P(Courses, InvalidCourseRequests, ::testing::ValuesIn(kInvalid),
                         [](const auto& info) { return info.param.name; });

struct Shape {
  std::string name;
  std::string who;
  std::string method;
  std::string target;
  std::string body;
  int status;
  std::string error;
  std::string code;
};

void PrintTo(const Shape& row, std::ostream* out) {
  *out << row.name;
}

const std::vector<Shape> kShapes = {
    {"unknown_path", "", "GET", "/payments/nothing", "", 404, "Not Found", "not_found"},
    {"the_base_itself", "", "GET", "/payments", "", 404, "Not Found", "not_found"},
    {"method", "", "PUT", "/payments/history", "", 405, "Method Not Allowed", "method_not_allowed"},
    {"token", "", "GET", "/payments/history", "", 401, "Unauthorized", "unauthorized"},
    {"size", "ana", "POST", "/payments/subscriptions", std::string(1024 * 1024 + 1, ' '), 413,
     "Content Too Large", "body_too_large"},
    {"json", "ana", "POST", "/payments/subscriptions", "{", 400, "Bad Request",
     "validation_failed"},
    {"card", "ana", "POST", "/payments/subscriptions",
     R"({"plan":"pro","paymentMethodId":"4242424242424242"})", 400, "Bad Request",
     "card_data_not_allowed"},
    {"card_in_a_text", "ana", "POST", "/payments/create-payment-intent",
     R"({"amount":1,"type":"one_time","description":"4242 4242 4242 4242"})", 400, "Bad Request",
     "card_data_not_allowed"},
    {"object", "ana", "DELETE", "/payments/subscriptions/sub_none", "", 404, "Not Found",
     "not_found"},
    {"decline", "ana", "POST", "/payments/subscriptions",
     R"({"plan":"pro","paymentMethodId":"pm_card_visa_chargeDeclined"})", 402, "Payment Required",
     "payment_declined"},
    {"signature", "", "POST", "/payments/webhook", "{}", 400, "Bad Request", "validation_failed"},
    {"signature_of_v1", "", "POST", "/v1/payments/webhook", "{}", 400, "Bad Request",
     "validation_failed"},
};

class CourseErrors : public ::testing::TestWithParam<Shape> {};

TEST_P(CourseErrors, are_flat) {
  const auto& row = GetParam();
  Desk desk;
  const auto answer = row.who.empty() ? desk.send(row.method, row.target, row.body)
                                      : desk.as(row.who, row.method, row.target, row.body);
  EXPECT_EQ(answer.status, row.status) << answer.text;
  EXPECT_EQ(answer.member("statusCode"), std::to_string(row.status));
  EXPECT_EQ(answer.member("error"), '"' + row.error + '"');
  EXPECT_EQ(answer.member("code"), '"' + row.code + '"');
  EXPECT_EQ(answer.body.string_at({"requestId"}), answer.header("X-Request-Id"));
  EXPECT_FALSE(answer.body.string_at({"message"}).value_or("").empty());
  EXPECT_EQ(answer.body.find("success"), nullptr);
  EXPECT_THAT(desk.log.text(), Not(HasSubstr("4242")));
}
INSTANTIATE_TEST_SUITE_P(Table, CourseErrors, ::testing::ValuesIn(kShapes),
                         [](const auto& info) { return info.param.name; });

TEST(Errors, are_worded_by_the_surface_that_the_path_is_below) {
  Desk desk;
  for (const auto* path : {"/api/v1/nothing", "/nothing", "/paymentsx", "/"})
    EXPECT_EQ(desk.send("GET", path).body.string_at({"error", "code"}), "not_found") << path;
  EXPECT_EQ(desk.send("GET", "/payments/nothing").body.string_at({"code"}), "not_found");
  wire::Request large{.method = "POST", .path = "/payments/subscriptions"};
  EXPECT_THAT(desk.service->refuse(large, 413, "too large").body, HasSubstr("\"statusCode\":413"));
  EXPECT_EQ(desk.send("PUT", "/payments/history").header("Allow"), "GET, HEAD, OPTIONS");
}

TEST(Errors, of_a_store_that_is_away_are_flat_too) {
  Desk desk;
  desk.store_away = true;
  const auto answer =
      desk.as("ana", "POST", "/payments/create-payment-intent", std::string(kIntentBody));
  EXPECT_EQ(answer.status, 503) << answer.text;
  EXPECT_EQ(answer.member("error"), "\"Service Unavailable\"");
  EXPECT_FALSE(answer.header("Retry-After").empty());
  EXPECT_THAT(answer.text, Not(HasSubstr("10.0.0.7")));
}

TEST(Webhooks, are_taken_at_the_paths_of_the_seeds_too) {
  Desk desk;
  int number = 0;
  for (const std::string path : {"/webhooks/stripe", "/payments/webhook", "/v1/payments/webhook"}) {
    const std::string event = R"({"id":"evt_)" + std::to_string(++number) +
                              R"(","object":"event","type":"customer.created","created":)" +
                              std::to_string(desk.clock.now().unix_seconds()) +
                              R"(,"data":{"object":{"id":"cus_1","object":"customer"}}})";
    const auto answer =
        desk.send("POST", path, event, {{"Stripe-Signature", desk.signature(event, "whsec_desk")}});
    EXPECT_EQ(answer.status, 200) << path << answer.text;
    EXPECT_EQ(answer.member("received"), "true");
  }
}

}  // namespace
}  // namespace cobro::testing
