// The platform's intents, subscriptions, saved methods, plans, entitlements and disputes.
#include "surfaces/dashboard.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPro = "price_1Sb3k64dPtEGmLmpm5n5bbJH";
constexpr std::string_view kPremium = "price_1Sb3k74dPtEGmLmpHfLpUkvQ";

std::string subscription_body(std::string_view price = kPro,
                              const std::string& method = "pm_card_visa",
                              const std::string& more = "") {
  return R"({"price_id":")" + std::string(price) + R"(","payment_method_id":")" + method + '"' +
         more + "}";
}

std::string id_of(const Desk::Answer& answer, std::string_view name = "id") {
  const auto id = answer.body.string_at({"data", name});
  if (!id) throw std::runtime_error("no " + std::string(name) + " in: " + answer.text);
  return *id;
}

std::size_t count_of(const Desk::Answer& answer, std::string_view plural) {
  const auto* items = answer.body.at({"data", plural});
  return items != nullptr && items->as_array() != nullptr ? items->as_array()->size() : 999;
}

// ---- validation ---------------------------------------------------------------------------

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
    {"intent_needs_amount_and_method",
     "POST",
     "/api/v1/payments/intent",
     "{}",
     {"amount:required", "payment_method_id:required"}},
    {"intent_names_all_at_once",
     "POST",
     "/api/v1/payments/intent",
     R"({"amount":-1,"payment_method_id":"","description":5,"currency":"XXX",
         "capture_method":"later"})",
     {"amount:must_be_positive", "payment_method_id:too_short", "description:wrong_type",
      "currency:not_one_of", "capture_method:not_one_of"}},
    {"intent_of_zero",
     "POST",
     "/api/v1/payments/intent",
     R"({"amount":0,"payment_method_id":"pm_1"})",
     {"amount:must_be_positive"}},
    {"intent_in_dollars_has_two_decimals",
     "POST",
     "/api/v1/payments/intent",
     R"({"amount":"9.999","payment_method_id":"pm_1"})",
     {"amount:too_many_decimals"}},
    {"intent_in_yen_has_none",
     "POST",
     "/api/v1/payments/intent",
     R"({"amount":9.5,"payment_method_id":"pm_1","currency":"jpy"})",
     {"amount:too_many_decimals"}},
    {"intent_of_text",
     "POST",
     "/api/v1/payments/intent",
     R"({"amount":"much","payment_method_id":"pm_1"})",
     {"amount:not_a_number"}},
    {"refund_of_nothing",
     "POST",
     "/api/v1/payments/1/refund",
     R"({"amount":0,"reason":""})",
     {"amount:must_be_positive", "reason:too_short"}},
    {"subscription_needs_price_and_method",
     "POST",
     "/api/v1/subscriptions",
     "{}",
     {"price_id:required", "payment_method_id:required"}},
    {"subscription_names_all_at_once",
     "POST",
     "/api/v1/subscriptions",
     R"({"price_id":"plan_1","payment_method_id":"","trial_days":731})",
     {"price_id:invalid_format", "payment_method_id:too_short", "trial_days:out_of_range"}},
    {"trial_is_not_negative",
     "POST",
     "/api/v1/subscriptions",
     R"({"price_id":"price_1","payment_method_id":"pm_1","trial_days":-1})",
     {"trial_days:out_of_range"}},
    {"subscription_status_is_known",
     "GET",
     "/api/v1/subscriptions?status=active,done",
     "",
     {"status:not_one_of"}},
    {"end_is_immediate_or_not",
     "DELETE",
     "/api/v1/subscriptions/sub_1?immediate=maybe",
     "",
     {"immediate:wrong_type"}},
    {"change_needs_a_plan",
     "POST",
     "/api/v1/subscriptions/sub_1/change-plan",
     "{}",
     {"price_id:required"}},
    {"change_takes_one_plan",
     "POST",
     "/api/v1/subscriptions/sub_1/change-plan",
     R"({"price_id":"price_1","plan_id":"pro"})",
     {"price_id:not_allowed"}},
    {"change_to_a_price",
     "POST",
     "/api/v1/subscriptions/sub_1/change-plan",
     R"({"price_id":"pro"})",
     {"price_id:invalid_format"}},
    {"change_to_a_known_plan",
     "POST",
     "/api/v1/subscriptions/sub_1/change-plan",
     R"({"plan_id":"gold"})",
     {"plan_id:not_one_of"}},
    {"change_and_its_query",
     "POST",
     "/api/v1/subscriptions/sub_1/change-plan?dry_run=1",
     R"({"price_id":"pro"})",
     {"dry_run:wrong_type", "price_id:invalid_format"}},
    {"method_is_named", "POST", "/api/v1/payment-methods", "{}", {"payment_method_id:required"}},
    {"method_is_not_empty",
     "POST",
     "/api/v1/payment-methods",
     R"({"payment_method_id":""})",
     {"payment_method_id:too_short"}},
    {"method_is_a_token",
     "POST",
     "/api/v1/payment-methods",
     R"({"payment_method_id":"pm/../x"})",
     {"payment_method_id:invalid_format"}},
    {"entitlements_are_active_or_not",
     "GET",
     "/api/v1/entitlements?active=2",
     "",
     {"active:wrong_type"}},
    {"dispute_status_is_known", "GET", "/api/v1/disputes?status=open", "", {"status:not_one_of"}},
    {"plans_come_in_pages", "GET", "/api/v1/plans?limit=0", "", {"limit:out_of_range"}},
};

class InvalidRequests : public ::testing::TestWithParam<Invalid> {};

TEST_P(InvalidRequests, name_every_field) {
  const auto& row = GetParam();
  Desk desk;
  const auto answer = desk.as("admin", row.method, row.target, row.body);
  EXPECT_EQ(answer.status, 400) << answer.text;
  EXPECT_EQ(answer.code(), "validation_failed");
  EXPECT_THAT(answer.details(), ::testing::UnorderedElementsAreArray(row.details));
}
INSTANTIATE_TEST_SUITE_P(Platform, InvalidRequests, ::testing::ValuesIn(kInvalid),
                         [](const auto& info) { return info.param.name; });

TEST(CardNumbers, are_no_tokens_of_methods) {
  Desk desk;
  for (const auto& [target, body] : std::vector<std::pair<std::string, std::string>>{
           {"/api/v1/payments/intent", R"({"amount":1,"payment_method_id":"4242 4242 4242 4242"})"},
           {"/api/v1/payments/intent",
            R"({"amount":1,"payment_method_id":"pm_1","description":"4242424242424242"})"},
           {"/api/v1/subscriptions", subscription_body(kPro, "4242424242424242")},
           {"/api/v1/payment-methods", R"({"payment_method_id":"4242424242424242"})"}}) {
    const auto answer = desk.as("ana", "POST", target, body);
    EXPECT_EQ(answer.status, 400) << answer.text;
    EXPECT_EQ(answer.code(), "card_data_not_allowed") << target;
  }
  EXPECT_THAT(desk.log.text(), Not(HasSubstr("4242")));
}

TEST(Roles, of_the_new_routes_are_any_but_for_refunds) {
  Desk desk;
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
           {"POST", "/api/v1/payments/intent"},
           {"POST", "/api/v1/subscriptions"},
           {"GET", "/api/v1/subscriptions"},
           {"GET", "/api/v1/subscriptions/sub_1"},
           {"DELETE", "/api/v1/subscriptions/sub_1"},
           {"POST", "/api/v1/subscriptions/sub_1/resume"},
           {"POST", "/api/v1/subscriptions/sub_1/change-plan"},
           {"GET", "/api/v1/subscriptions/sub_1/history"},
           {"POST", "/api/v1/payment-methods"},
           {"GET", "/api/v1/payment-methods"},
           {"DELETE", "/api/v1/payment-methods/pm_1"},
           {"PATCH", "/api/v1/payment-methods/pm_1/default"},
           {"GET", "/api/v1/plans"},
           {"GET", "/api/v1/plans/pro"},
           {"GET", "/api/v1/entitlements"},
           {"GET", "/api/v1/disputes"}}) {
    SCOPED_TRACE(method + " " + target);
    EXPECT_EQ(desk.send(method, target).status, 401);
    for (const std::string who : {"ana", "admin", "service"})
      EXPECT_NE(desk.as(who, method, target).status, 403) << who;
  }
}

// ---- intents ------------------------------------------------------------------------------

TEST(Intents, are_made_at_the_gateway_and_wait_for_their_confirmation) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/payments/intent", R"({
    "amount": "99.99", "payment_method_id": "pm_card_visa", "description": "Premium"})");
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_THAT(made.data("payment_intent_id"), HasSubstr("pi_"));
  EXPECT_THAT(made.data("client_secret"), HasSubstr("_secret_"));
  EXPECT_EQ(made.data("status"), "\"requires_confirmation\"");
  EXPECT_EQ(made.data("amount"), "99.99");
  EXPECT_EQ(made.data("currency"), "\"USD\"");
  const auto payment = "/api/v1/payments/" + id_of(made, "payment_id");
  const auto waiting = desk.as("ana", "GET", payment);
  EXPECT_EQ(waiting.data("status"), made.data("status"));
  EXPECT_EQ(waiting.data("kind"), "\"intent\"");
  EXPECT_EQ(waiting.data("subscription_id"), "(absent)");
  EXPECT_EQ(desk.as("bea", "GET", payment).status, 404);

  const auto listed = [&](const std::string& status) {
    return desk.as("ana", "GET", "/api/v1/payments?kind=intent&status=" + status).data("total");
  };
  EXPECT_EQ(listed("requires_confirmation"), "1");
  EXPECT_EQ(listed("requires_payment_method"), "0");
  const auto done =
      desk.as("ana", "POST", payment + "/process", R"({"payment_method_id":"pm_card_visa"})");
  EXPECT_EQ(done.data("status"), "\"succeeded\"") << done.text;
  EXPECT_EQ(listed("succeeded"), "1");
  EXPECT_EQ(listed("requires_confirmation"), "0");
}

TEST(Intents, are_captured_later_and_cancelled_under_their_own_words) {
  Desk desk;
  const auto make = [&] {
    const auto made = desk.as("ana", "POST", "/api/v1/payments/intent", R"({
      "amount": 10, "payment_method_id": "pm_card_visa", "capture_method": "manual"})");
    return "/api/v1/payments/" + id_of(made, "payment_id");
  };
  const auto held = make();
  EXPECT_EQ(desk.as("ana", "POST", held + "/process", R"({"payment_method_id":"pm_card_visa"})")
                .data("status"),
            "\"requires_capture\"");
  EXPECT_EQ(desk.as("ana", "DELETE", make()).data("status"), "\"canceled\"");
  const auto failed = make();
  const auto declined = desk.as("ana", "POST", failed + "/process",
                                R"({"payment_method_id":"pm_card_visa_chargeDeclined"})");
  EXPECT_EQ(declined.status, 402) << declined.text;
  EXPECT_EQ(desk.as("ana", "GET", failed).data("status"), "\"requires_payment_method\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payments?status=requires_payment_method").data("total"),
            "1");
}

// ---- saved methods ------------------------------------------------------------------------

std::string save(Desk& desk, const std::string& who, const std::string& token = "pm_card_visa") {
  return id_of(
      desk.as(who, "POST", "/api/v1/payment-methods", R"({"payment_method_id":")" + token + "\"}"));
}

TEST(PaymentMethods, are_saved_listed_preferred_and_removed) {
  Desk desk;
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payment-methods").data("total"), "0");
  const auto first =
      desk.as("ana", "POST", "/api/v1/payment-methods", R"({"payment_method_id":"pm_card_visa"})");
  ASSERT_EQ(first.status, 201) << first.text;
  EXPECT_EQ(first.data("is_default"), "true");
  EXPECT_EQ(first.data("brand"), "\"visa\"");
  EXPECT_EQ(first.data("last4"), "\"4242\"");
  EXPECT_THAT(first.data("gateway_payment_method_id"), HasSubstr("pm_"));
  desk.clock.advance(std::chrono::seconds(1));
  const auto second = save(desk, "ana", "pm_card_mastercard");
  const auto listed = desk.as("ana", "GET", "/api/v1/payment-methods?limit=1");
  EXPECT_EQ(listed.data("total"), "2");
  ASSERT_EQ(count_of(listed, "payment_methods"), 1U);
  EXPECT_THAT(listed.data("payment_methods"), HasSubstr("mastercard"));
  const auto rest =
      desk.as("ana", "GET", "/api/v1/payment-methods?cursor=" + id_of(listed, "next_cursor"));
  EXPECT_THAT(rest.data("payment_methods"), HasSubstr("visa"));
  EXPECT_EQ(rest.data("next_cursor"), "null");

  const auto preferred = desk.as("ana", "PATCH", "/api/v1/payment-methods/" + second + "/default");
  EXPECT_EQ(preferred.status, 200) << preferred.text;
  EXPECT_EQ(preferred.data("is_default"), "true");
  const auto by_token = "/api/v1/payment-methods/" + id_of(first, "gateway_payment_method_id");
  EXPECT_EQ(desk.as("bea", "DELETE", by_token).status, 404);
  EXPECT_EQ(desk.as("ana", "DELETE", by_token).status, 200);
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/payment-methods").data("total"), "1");
}

// ---- subscriptions ------------------------------------------------------------------------

TEST(Subscriptions, begin_active_and_end_with_their_period) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.data("status"), "\"active\"") << made.text;
  EXPECT_EQ(made.data("plan"), "\"pro\"");
  EXPECT_EQ(made.data("price"), "49.00");
  EXPECT_EQ(made.data("currency"), "\"USD\"");
  EXPECT_EQ(made.data("billing_cycle"), "\"monthly\"");
  EXPECT_EQ(made.data("client_secret"), "null");
  EXPECT_EQ(made.data("trial_days_remaining"), "0");
  EXPECT_NE(made.data("days_until_expiry"), "0");
  const auto path = "/api/v1/subscriptions/" + id_of(made);
  EXPECT_EQ(
      desk.as("ana", "GET", "/api/v1/subscriptions/" + id_of(made, "gateway_subscription_id")).text,
      desk.as("ana", "GET", path).text);

  const auto ended = desk.as("ana", "DELETE", path + "?immediate=false");
  EXPECT_EQ(ended.status, 200) << ended.text;
  EXPECT_EQ(ended.data("cancel_at_period_end"), "true");
  EXPECT_EQ(ended.data("status"), "\"active\"");
  const auto resumed = desk.as("ana", "POST", path + "/resume");
  EXPECT_EQ(resumed.status, 200) << resumed.text;
  EXPECT_EQ(resumed.data("cancel_at_period_end"), "false");

  EXPECT_EQ(desk.as("ana", "DELETE", path + "?immediate=true").data("status"), "\"cancelled\"");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/subscriptions").data("total"), "0");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/subscriptions?status=cancelled").data("total"), "1");
  const auto history = desk.as("ana", "GET", path + "/history");
  EXPECT_THAT(history.data("history"), HasSubstr("\"new_status\":\"cancelled\""));
  EXPECT_THAT(history.data("history"), HasSubstr("\"old_status\":null"));
}

TEST(Subscriptions, count_what_is_left_of_a_trial) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions",
                            subscription_body(kPro, "pm_card_visa", R"(,"trial_days":14)"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.data("status"), "\"trialing\"");
  EXPECT_EQ(made.data("trial_days_remaining"), "14");
  desk.clock.advance(std::chrono::hours(36));
  EXPECT_EQ(
      desk.as("ana", "GET", "/api/v1/subscriptions/" + id_of(made)).data("trial_days_remaining"),
      "13");
}

TEST(Subscriptions, say_what_a_change_of_plan_would_cost) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  const auto path = "/api/v1/subscriptions/" + id_of(made);
  const auto asked =
      desk.as("ana", "POST", path + "/change-plan?dry_run=true", R"({"plan_id":"premium"})");
  ASSERT_EQ(asked.status, 200) << asked.text;
  EXPECT_EQ(asked.data("plan"), "\"pro\"") << asked.text;
  EXPECT_EQ(asked.data("dry_run"), "true");
  EXPECT_THAT(asked.data("proration"), HasSubstr("\"charge\":99.00")) << asked.text;
  const auto asked_in_body =
      desk.as("ana", "POST", path + "/change-plan", R"({"plan_id":"premium","dry_run":true})");
  EXPECT_EQ(asked_in_body.data("plan"), "\"pro\"") << asked_in_body.text;
  EXPECT_EQ(asked_in_body.data("dry_run"), "true");
  const auto changed = desk.as("ana", "POST", path + "/change-plan",
                               R"({"price_id":")" + std::string(kPremium) + "\"}");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.data("plan"), "\"premium\"");
  EXPECT_EQ(changed.data("dry_run"), "false");
}

// A price that was made at Stripe.
std::string price_there(Desk& desk, const std::string& form) {
  const auto made = wire::parse_json(at_stripe(desk, "POST", "/v1/prices", form));
  return made->string_at({"id"}).value();
}

TEST(Subscriptions, change_to_a_price_and_at_a_moment_that_fit) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  const auto path = "/api/v1/subscriptions/" + id_of(made) + "/change-plan";
  const auto once = price_there(desk, "currency=usd&unit_amount=500&product_data[name]=Once");
  const auto euros = price_there(
      desk, "currency=eur&unit_amount=500&recurring[interval]=month&product_data[name]=Euros");
  for (const auto& price : {once, euros})
    for (const std::string more : {"", R"(,"dry_run":true)"}) {
      const auto refused =
          desk.as("ana", "POST", path, R"({"price_id":")" + price + "\"" + more + "}");
      EXPECT_EQ(refused.status, 400) << refused.text;
      EXPECT_EQ(refused.details(), std::vector<std::string>{"price_id:unknown"}) << refused.text;
    }
  for (const std::string date : {"9999-12-31T23:59:59.999Z", "2500-01-01T00:00:00Z",
                                 "2199-01-01T00:00:00Z", "1970-01-01T00:00:00Z"}) {
    const auto refused =
        desk.as("ana", "POST", path, R"({"plan_id":"premium","proration_date":")" + date + "\"}");
    EXPECT_EQ(refused.status, 400) << refused.text;
    EXPECT_EQ(refused.details(), std::vector<std::string>{"proration_date:out_of_range"})
        << refused.text;
  }
}

TEST(Subscriptions, of_somebody_else_do_not_exist) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  for (const auto& name : {id_of(made), id_of(made, "gateway_subscription_id")})
    for (const auto& [method, action] : std::vector<std::pair<std::string, std::string>>{
             {"GET", ""}, {"DELETE", ""}, {"POST", "/resume"}, {"GET", "/history"}})
      EXPECT_EQ(desk.as("bea", method, "/api/v1/subscriptions/" + name + action).status, 404)
          << method << action;
  const auto change = "/api/v1/subscriptions/" + id_of(made) + "/change-plan";
  EXPECT_EQ(desk.as("bea", "POST", change, R"({"plan_id":"basic"})").status, 404);
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/subscriptions").data("total"), "0");
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/entitlements").data("total"), "0");
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/subscriptions").data("total"), "1");
}

TEST(Subscriptions, hold_the_method_that_pays_them) {
  Desk desk;
  const auto method = save(desk, "ana");
  const auto made =
      desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body(kPro, method));
  ASSERT_EQ(made.status, 201) << made.text;
  const auto refused = desk.as("ana", "DELETE", "/api/v1/payment-methods/" + method);
  EXPECT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(refused.code(), "method_in_use");
}

TEST(Refunds, of_a_subscription_end_it_only_when_they_say_so) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  const auto path = "/api/v1/subscriptions/" + id_of(made);
  const auto payments = desk.as("ana", "GET", "/api/v1/payments?kind=subscription");
  ASSERT_EQ(count_of(payments, "payments"), 1U) << payments.text;
  const auto refund =
      "/api/v1/payments/" +
      *payments.body.at({"data", "payments"})->as_array()->front().string_at({"id"}) + "/refund";
  EXPECT_EQ(desk.as("admin", "POST", refund, R"({"amount":9})").status, 200);
  EXPECT_EQ(desk.as("ana", "GET", path).data("status"), "\"active\"");
  const std::string all = R"({"cancel_subscription":true})";
  const wire::Headers key = {{"Idempotency-Key", "refund-and-end"}};
  const auto both = desk.as("admin", "POST", refund, all, key);
  EXPECT_EQ(both.status, 200) << both.text;
  EXPECT_EQ(both.data("amount"), "40.00");
  EXPECT_EQ(both.data("subscription_cancellation"), R"({"status":"cancelled"})");
  EXPECT_EQ(desk.as("ana", "GET", path).data("status"), "\"cancelled\"");
  EXPECT_EQ(desk.as("admin", "POST", refund, all, key).text, both.text);

  desk.make_paid();
  const auto orders = desk.as("admin", "GET", "/api/v1/payments?kind=order");
  const auto other = *orders.body.at({"data", "payments"})->as_array()->front().string_at({"id"});
  const auto refused = desk.as("admin", "POST", "/api/v1/payments/" + other + "/refund", all);
  EXPECT_EQ(refused.status, 400) << refused.text;
  EXPECT_THAT(refused.details(), ::testing::ElementsAre("cancel_subscription:not_allowed"));
}

TEST(Refunds, that_are_made_are_the_answer_whatever_becomes_of_the_end) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  const auto path = "/api/v1/subscriptions/" + id_of(made);
  const auto payments = desk.as("ana", "GET", "/api/v1/payments?kind=subscription");
  const auto refund =
      "/api/v1/payments/" +
      *payments.body.at({"data", "payments"})->as_array()->front().string_at({"id"}) + "/refund";
  at_stripe(desk, "POST", "/_sandbox/faults", "fault=refused&method=DELETE&times=1&status=400");
  const wire::Headers key = {{"Idempotency-Key", "refund-and-end"}};
  const std::string some = R"({"amount":5,"cancel_subscription":true})";
  const auto refused = desk.as("admin", "POST", refund, some, key);
  EXPECT_EQ(refused.status, 200) << refused.text;
  EXPECT_EQ(refused.data("amount"), "5.00");
  const auto became = refused.data("subscription_cancellation");
  EXPECT_THAT(became, HasSubstr(R"("status":"refused","code":"gateway_refused")"));
  EXPECT_THAT(became, HasSubstr("The subscription was not ended."));
  EXPECT_EQ(desk.as("ana", "GET", path).data("status"), "\"active\"");

  const auto again = desk.as("admin", "POST", refund, some, key);
  EXPECT_EQ(again.data("id"), refused.data("id"));
  EXPECT_EQ(again.data("subscription_cancellation"), R"({"status":"cancelled"})");
  EXPECT_EQ(desk.as("ana", "GET", path).data("status"), "\"cancelled\"");
}

TEST(Entitlements, are_granted_by_a_subscription_and_revoked_at_its_end) {
  Desk desk;
  const auto made = desk.as("ana", "POST", "/api/v1/subscriptions", subscription_body());
  const auto granted = desk.as("ana", "GET", "/api/v1/entitlements?active=true");
  ASSERT_EQ(count_of(granted, "entitlements"), 1U) << granted.text;
  EXPECT_THAT(granted.data("entitlements"), HasSubstr("\"reference\":\"pro\""));
  EXPECT_THAT(granted.data("entitlements"), HasSubstr(id_of(made)));
  desk.as("ana", "DELETE", "/api/v1/subscriptions/" + id_of(made) + "?immediate=true");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/entitlements?active=true").data("total"), "0");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/entitlements?active=false").data("total"), "1");
}

TEST(Disputes, are_listed_of_visible_payments) {
  Desk desk;
  desk.make_paid();
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/disputes?payment_id=1").data("total"), "0");
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/disputes?payment_id=1").status, 404);
}

TEST(Plans, of_a_fresh_database_are_three) {
  Desk desk;
  const auto listed = desk.as("ana", "GET", "/api/v1/plans");
  EXPECT_EQ(listed.data("total"), "3");
  const auto pro = desk.as("ana", "GET", "/api/v1/plans/pro");
  EXPECT_EQ(pro.data("price"), "49.00") << pro.text;
  EXPECT_EQ(pro.data("gateway_price_id"), '"' + std::string(kPro) + '"');
  EXPECT_THAT(pro.data("features"), HasSubstr("todos los cursos"));
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/plans/" + id_of(pro)).text, pro.text);
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/plans/gold").status, 404);
}

}  // namespace
}  // namespace cobro::testing
