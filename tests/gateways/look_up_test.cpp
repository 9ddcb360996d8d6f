#include <gtest/gtest.h>

#include "gateways/fixtures.h"

namespace cobro::gateways {
namespace {

using domain::RemoteState;
using fixtures::answer;
using fixtures::intent;
using fixtures::known_payment;
using fixtures::payment;
using fixtures::refund;
using fixtures::stripe;

constexpr auto kFrom = base::Timestamp{1'762'340'400'900'000};
constexpr auto kTo = base::Timestamp{1'762'340'430'000'000};

wire::Json page(wire::JsonArray data, bool has_more) {
  return wire::JsonObject{
      {"object", "list"}, {"has_more", has_more}, {"data", wire::Json(std::move(data))}};
}

TEST(StripeLookUp, fetches_by_id_when_it_is_known) {
  const auto request = stripe().look_up_payment(known_payment(), kFrom, kTo, false);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  EXPECT_EQ(request.body, "");
  const auto found = stripe().parse_look_up(request, answer(200, intent("requires_capture")));
  ASSERT_TRUE(found.understood);
  ASSERT_EQ(found.payments.size(), 1U);
  EXPECT_EQ(found.payments[0].state, RemoteState::authorized);
  EXPECT_FALSE(found.next_page);
}

TEST(StripeLookUp, lists_with_a_minute_of_slack_on_each_side) {
  const auto request = stripe().look_up_payment(payment(), kFrom, kTo, false);
  EXPECT_EQ(request.path,
            "/v1/payment_intents?limit=100&created%5Bgte%5D=1762340340"
            "&created%5Blte%5D=1762340490");
}

TEST(StripeLookUp, goes_on_after_the_last_object_of_each_page) {
  const auto gateway = stripe();
  const auto first = gateway.look_up_payment(payment(), kFrom, kTo, false);
  const auto one = gateway.parse_look_up(
      first,
      answer(200, page({intent("succeeded"), intent("processing", {{"id", "pi_9"}})}, true)));
  ASSERT_TRUE(one.understood);
  EXPECT_EQ(one.payments.size(), 2U);
  ASSERT_TRUE(one.next_page);
  EXPECT_EQ(one.next_page->path, first.path + "&starting_after=pi_9");
  const auto two = gateway.parse_look_up(
      *one.next_page, answer(200, page({intent("succeeded", {{"id", "pi_5"}})}, true)));
  EXPECT_EQ(two.next_page->path, first.path + "&starting_after=pi_5");
  const auto last = gateway.parse_look_up(*two.next_page, answer(200, page({}, false)));
  EXPECT_TRUE(last.understood);
  EXPECT_TRUE(last.payments.empty());
  EXPECT_FALSE(last.next_page);
}

TEST(StripeLookUp, lists_the_refunds_of_an_object) {
  const auto request = stripe().look_up_refunds(known_payment());
  EXPECT_EQ(request.path, "/v1/refunds?payment_intent=pi_1&limit=100");
  const auto found = stripe().parse_look_up(
      request,
      answer(200, page({refund("succeeded"), refund("a_new_word", {{"id", "re_2"}})}, true)));
  ASSERT_TRUE(found.understood);
  ASSERT_EQ(found.refunds.size(), 2U);
  EXPECT_EQ(found.refunds[0].status, domain::RefundStatus::succeeded);
  EXPECT_FALSE(found.refunds[1].status);
  EXPECT_EQ(found.next_page->path, request.path + "&starting_after=re_2");
}

TEST(StripeLookUp, concludes_nothing_from_what_it_does_not_understand) {
  const auto gateway = stripe();
  const auto list = gateway.look_up_payment(payment(), kFrom, kTo, false);
  const auto one = gateway.look_up_payment(known_payment(), kFrom, kTo, false);
  const ports::HttpResponse bad[] = {
      {500, {}, "{}"},
      {429, {}, R"({"error":{}})"},
      {404, {}, R"({"error":{"code":"resource_missing"}})"},
      {302, {}, ""},
      {200, {}, ""},
      {200, {}, "[]"},
      {200, {}, R"({"data":[]})"},
      {200, {}, R"({"has_more":false})"},
      answer(200, page({}, true)),
      answer(200, page({intent("succeeded"), fixtures::json("{}")}, false)),
      answer(200, page({refund("succeeded")}, false)),
  };
  for (const auto& response : bad)
    for (const auto& request : {list, one}) {
      const auto got = gateway.parse_look_up(request, response);
      EXPECT_FALSE(got.understood) << response.body;
      EXPECT_TRUE(got.payments.empty() && !got.next_page) << response.body;
    }
}

}  // namespace
}  // namespace cobro::gateways
