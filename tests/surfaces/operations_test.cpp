// Health, the OpenAPI document, webhooks in, and the service's jobs and drain.
#include <algorithm>
#include <set>
#include <tuple>

#include "surfaces/courses/routes.h"
#include "surfaces/desk.h"
#include "surfaces/operations/routes.h"
#include "surfaces/platform/routes.h"

namespace cobro::testing {
namespace {

TEST(Health, answers_without_a_token) {
  Desk desk;
  EXPECT_EQ(desk.send("GET", "/healthz").text, R"({"status":"ok"})");
  EXPECT_EQ(desk.send("GET", "/livez").status, 200);
  EXPECT_EQ(desk.send("GET", "/readyz").text, R"({"status":"ready"})");
}

TEST(Readiness, says_so_within_its_limit_when_the_store_is_silent) {
  Desk desk;
  desk.store_away = true;
  const auto before = desk.clock.steady();
  const auto answer = desk.send("GET", "/readyz?verbose");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.text,
            R"({"status":"not_ready","checks":{"store":false,"draining":false,"accounts":true}})");
  EXPECT_EQ(desk.clock.steady() - before, std::chrono::seconds(2));
}

TEST(Readiness, ends_with_the_drain) {
  Desk desk;
  desk.service->set_draining(true);
  EXPECT_EQ(desk.send("GET", "/readyz").status, 503);
  EXPECT_EQ(desk.send("GET", "/healthz").status, 200);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return char(c | 0x20); });
  return text;
}

// Of the two surfaces, and none besides: the paths of the others are counted with them.
TEST(OpenApi, has_every_route_with_its_errors_and_an_example) {
  Desk desk;
  const auto answer = desk.send("GET", "/openapi.json");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.string_at({"openapi"}), "3.1.0");
  std::set<std::string> ids;
  auto routes = surfaces::platform::surface().routes;
  EXPECT_EQ(routes.size(), 39U);
  surfaces::courses::add_payment_routes(routes);
  surfaces::courses::add_checkout_routes(routes);
  surfaces::courses::add_subscription_routes(routes);
  EXPECT_EQ(routes.size(), 45U);
  for (const auto& route : routes) {
    const auto& operation = route.operation;
    SCOPED_TRACE(operation.method + " " + operation.path);
    const auto* listed = answer.body.at({"paths", operation.path, lower(operation.method)});
    ASSERT_NE(listed, nullptr);
    EXPECT_TRUE(ids.insert(*listed->string_at({"operationId"})).second);
    const auto* responses = listed->find("responses");
    for (const auto* status : {"400", "401", "500", "503"})
      EXPECT_NE(responses->find(status), nullptr) << status;
    for (const auto& [status, response] : *responses->as_object())
      EXPECT_NE(response.at({"content", "application/json", "example"}), nullptr) << status;
  }
  std::size_t others = 0;
  for (const auto& [path, item] : *answer.body.find("paths")->as_object())
    others += !path.starts_with("/api/v1/") && !path.starts_with("/payments/");
  EXPECT_EQ(others, 10U);
}

std::string event(const Desk& desk, const std::string& id,
                  const std::string& type = "customer.created",
                  const std::string& object = R"({"id":"cus_1","object":"customer"})") {
  return R"({"id":"evt_)" + id +
         R"(","object":"event","api_version":"2025-03-31.basil","created":)" +
         std::to_string(desk.clock.now().unix_seconds()) + R"(,"type":")" + type +
         R"(","data":{"object":)" + object + "}}";
}

TEST(Webhooks, are_taken_once_signed_and_without_a_token) {
  Desk desk;
  const auto body = event(desk, "1");
  for (int i = 0; i < 2; ++i) {
    const auto taken = desk.send("POST", "/webhooks/stripe", body,
                                 {{"Stripe-Signature", desk.signature(body, "whsec_desk")}});
    EXPECT_EQ(taken.status, 200) << taken.text;
    EXPECT_EQ(taken.text, R"({"received":true})");
  }
  EXPECT_EQ(desk.send("POST", "/webhooks/stripe", body,
                      {{"Stripe-Signature", desk.signature(body, "whsec_other")}})
                .status,
            400);
}

// Metadata names a payment: the inbox looks whose it is.
TEST(Webhooks, that_cannot_be_settled_as_they_come_are_applied_at_once_by_the_inbox) {
  Desk desk;
  desk.service->start_jobs();
  const auto body = event(desk, "2", "payment_intent.processing",
                          R"({"id":"pi_1","object":"payment_intent","metadata":{"cobro_payment":")"
                          R"(0192f0c1-2345-7abc-8def-0123456789ab"}})");
  desk.send("POST", "/webhooks/stripe", body,
            {{"Stripe-Signature", desk.signature(body, "whsec_desk")}});
  desk.clock.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(desk.has_unapplied_webhooks());
}

TEST(Service, is_idle_when_its_jobs_and_requests_have_ended) {
  Desk desk;
  desk.service->start_jobs();
  desk.clock.advance(std::chrono::minutes(1));
  bool idle = false;
  desk.service->when_idle([&] { idle = true; });
  EXPECT_FALSE(idle);
  desk.service->drain();
  EXPECT_TRUE(idle);
  EXPECT_EQ(desk.send("GET", "/readyz").status, 503);
}

TEST(Service, words_what_the_listener_refuses) {
  Desk desk;
  const auto reply = desk.service->refuse({}, 431, "The head is too large.");
  EXPECT_EQ(reply.status, 431);
  EXPECT_NE(reply.body.find("\"code\":\"headers_too_large\""), std::string::npos) << reply.body;
  EXPECT_TRUE(reply.headers.find("X-Request-Id"));
}

TEST(Service, refuses_settings_that_make_no_sense) {
  Desk desk;
  service::ServiceSettings settings;
  settings.default_currency = "XXX";
  settings.jwt_keys.hs256.emplace_back("k");
  EXPECT_THROW(std::ignore = desk.build(settings), std::invalid_argument);
  settings = {};
  EXPECT_THROW(std::ignore = desk.build(settings), std::invalid_argument);
}

}  // namespace
}  // namespace cobro::testing
