#include <gtest/gtest.h>

#include "base/check.h"
#include "gateways/billing_fixtures.h"

namespace cobro::gateways {
namespace {

using domain::Operation;
using fixtures::answer;
using fixtures::basil_subscription;
using fixtures::customer;
using fixtures::error;
using fixtures::method;
using fixtures::stripe;

constexpr auto kFrom = base::Timestamp{1'762'340'400'900'000};
constexpr auto kTo = base::Timestamp{1'762'340'430'000'000};
constexpr std::string_view kCreated =
    "limit=100&created%5Bgte%5D=1762340340&created%5Blte%5D=1762340490";

domain::GatewayRequest look_up(Operation operation, const std::optional<std::string>& gateway_id) {
  const auto gateway = stripe();
  const domain::GatewayCall sent{.operation = operation, .gateway = gateway.name()};
  return gateway.subscriptions()->look_up(sent, gateway_id, kFrom, kTo);
}

ports::LookUpAnswer parse(Operation operation, const domain::GatewayRequest& request,
                          const ports::HttpResponse& response) {
  const auto gateway = stripe();
  return gateway.subscriptions()->parse_look_up(operation, request, response);
}

wire::Json page(wire::JsonArray data, bool has_more) {
  return wire::JsonObject{
      {"object", "list"}, {"has_more", has_more}, {"data", wire::Json(std::move(data))}};
}

TEST(StripeOtherCallsLookUp, lists_what_may_have_been_made_and_fetches_what_was_changed) {
  using enum Operation;
  const std::string created(kCreated);
  const std::string expansions =
      "?expand%5B%5D=latest_invoice.payments&expand%5B%5D=latest_invoice.confirmation_secret"
      "&expand%5B%5D=pending_setup_intent";
  const std::string of_items =
      "&expand%5B%5D=data.latest_invoice.payments"
      "&expand%5B%5D=data.latest_invoice.confirmation_secret"
      "&expand%5B%5D=data.pending_setup_intent";
  struct Row {
    Operation operation;
    std::optional<std::string> id;
    std::string path;
  };
  const std::vector<Row> rows = {
      {create_customer, {}, "/v1/customers?" + created},
      {create_customer, "cus_1", "/v1/customers/cus_1"},
      {attach_method, "pm_1", "/v1/payment_methods/pm_1"},
      {detach_method, "pm_1", "/v1/payment_methods/pm_1"},
      {create_subscription, "cus_1",
       "/v1/subscriptions?customer=cus_1&status=all&" + created + of_items},
      {end_at_period_end, "sub_1", "/v1/subscriptions/sub_1" + expansions},
      {end_now, "sub_1", "/v1/subscriptions/sub_1" + expansions},
      {resume, "sub_1", "/v1/subscriptions/sub_1" + expansions},
      {change_plan, "sub_1", "/v1/subscriptions/sub_1" + expansions},
      {set_method, "sub_1", "/v1/subscriptions/sub_1" + expansions},
  };
  for (const auto& row : rows) {
    const auto request = look_up(row.operation, row.id);
    EXPECT_EQ(request.path, row.path);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.body, "");
  }
  EXPECT_THROW((void)look_up(end_now, {}), base::Bug);
  EXPECT_THROW((void)look_up(attach_method, "../x"), base::Bug);
}

TEST(StripeOtherCallsLookUp, reads_every_page_of_customers) {
  const auto first = look_up(Operation::create_customer, {});
  const auto one = parse(Operation::create_customer, first,
                         answer(200, page({customer(), customer({{"id", "cus_2"}})}, true)));
  ASSERT_TRUE(one.understood);
  ASSERT_EQ(one.found.size(), 2U);
  EXPECT_EQ(std::get<domain::GatewayCustomer>(one.found[0]).our_customer->to_string(),
            fixtures::kCustomerId);
  EXPECT_EQ(one.next_page->path, first.path + "&starting_after=cus_2");
  const auto last = parse(Operation::create_customer, *one.next_page, answer(200, page({}, false)));
  EXPECT_TRUE(last.understood);
  EXPECT_TRUE(last.found.empty() && !last.next_page && !last.missing);
}

TEST(StripeOtherCallsLookUp, reads_every_page_of_subscriptions) {
  const auto first = look_up(Operation::create_subscription, "cus_1");
  const auto got = parse(Operation::create_subscription, first,
                         answer(200, page({basil_subscription("incomplete")}, true)));
  ASSERT_TRUE(got.understood);
  const auto& snapshot = std::get<domain::GatewaySubscription>(got.found.at(0));
  EXPECT_EQ(snapshot.our_call->to_string(), fixtures::kOtherCallId);
  EXPECT_EQ(got.next_page->path, first.path + "&starting_after=sub_1");
}

TEST(StripeOtherCallsLookUp, reads_the_object_itself) {
  const auto of_method = look_up(Operation::attach_method, "pm_1");
  const auto card = parse(Operation::attach_method, of_method, answer(200, method()));
  ASSERT_TRUE(card.understood);
  EXPECT_EQ(std::get<domain::GatewayMethod>(card.found.at(0)).gateway_customer_id, "cus_1");
  const auto of_sub = look_up(Operation::end_now, "sub_1");
  const auto ended = parse(Operation::end_now, of_sub, answer(200, basil_subscription("canceled")));
  EXPECT_EQ(std::get<domain::GatewaySubscription>(ended.found.at(0)).status,
            domain::SubscriptionStatus::cancelled);
  EXPECT_FALSE(ended.missing);
}

TEST(StripeOtherCallsLookUp, tells_what_stripe_does_not_know) {
  const auto missing =
      error(404, R"("type":"invalid_request_error","code":"resource_missing","param":"id")");
  for (const auto& [operation, id] :
       {std::pair{Operation::attach_method, "pm_1"}, std::pair{Operation::end_now, "sub_1"},
        std::pair{Operation::create_customer, "cus_1"}}) {
    const auto got = parse(operation, look_up(operation, id), missing);
    EXPECT_TRUE(got.understood && got.missing);
    EXPECT_TRUE(got.found.empty());
  }
  const auto deleted =
      parse(Operation::create_customer, look_up(Operation::create_customer, "cus_1"),
            answer(200, fixtures::json(R"({"id":"cus_1","object":"customer","deleted":true})")));
  EXPECT_TRUE(deleted.understood && deleted.missing);
}

TEST(StripeOtherCallsLookUp, concludes_nothing_from_what_it_does_not_understand) {
  const ports::HttpResponse bad[] = {
      {500, {}, "{}"},
      {429, {}, R"({"error":{}})"},
      {404, {}, ""},
      {404, {}, R"({"error":{"message":"Unrecognized request URL"}})"},
      {401, {}, R"({"error":{"code":"resource_missing"}})"},
      {302, {}, ""},
      {200, {}, ""},
      {200, {}, "[]"},
      {200, {}, R"({"data":[]})"},
      {200, {}, R"({"has_more":false})"},
      answer(200, page({}, true)),
      answer(200, page({customer(), fixtures::json("{}")}, false)),
      answer(200, page({method()}, false)),
      answer(200, fixtures::refund("succeeded")),
  };
  using enum Operation;
  for (const auto& response : bad)
    for (const auto& [operation, id] :
         {std::pair<Operation, std::optional<std::string>>{create_customer, {}},
          {create_customer, "cus_1"},
          {attach_method, "pm_1"},
          {create_subscription, "cus_1"},
          {end_now, "sub_1"}}) {
      const auto got = parse(operation, look_up(operation, id), response);
      EXPECT_FALSE(got.understood) << response.body;
      EXPECT_TRUE(got.found.empty() && !got.missing && !got.next_page) << response.body;
    }
}

TEST(StripeOtherCallsLookUp, takes_a_list_that_is_not_there_for_a_wrong_address) {
  const auto request = look_up(Operation::create_subscription, "cus_1");
  const auto got = parse(Operation::create_subscription, request,
                         error(404, R"("type":"invalid_request_error","code":"resource_missing")"));
  EXPECT_FALSE(got.understood || got.missing);
}

}  // namespace
}  // namespace cobro::gateways
