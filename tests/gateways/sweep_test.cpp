// Stripe's lists of what happened: how they are asked for, and what of a page is read.
#include <gtest/gtest.h>

#include "gateways/fixtures.h"
#include "gateways/manual/manual.h"

namespace cobro::gateways {
namespace {

using fixtures::answer;
using fixtures::intent;
using fixtures::stripe;
using ports::GatewayList;

constexpr auto kFrom = base::Timestamp{1'762'340'400'900'000};

wire::Json page(wire::JsonArray data, bool has_more) {
  return wire::JsonObject{
      {"object", "list"}, {"has_more", has_more}, {"data", wire::Json(std::move(data))}};
}

TEST(StripeLists, are_read_in_pages_by_the_day_that_things_were_made) {
  const auto gateway = stripe();
  EXPECT_EQ(gateway.list_page(GatewayList::refunds, kFrom, {}).path,
            "/v1/refunds?limit=100&created%5Bgte%5D=1762340400");
  EXPECT_EQ(gateway.list_page(GatewayList::events, kFrom, "evt_9").path,
            "/v1/events?limit=100&created%5Bgte%5D=1762340400&starting_after=evt_9");
  EXPECT_TRUE(gateway.list_page(GatewayList::subscriptions, kFrom, {})
                  .path.starts_with("/v1/subscriptions?status=all&expand"));
}

TEST(StripeLists, name_the_next_page_by_the_last_object) {
  const auto read = stripe().parse_page(
      GatewayList::payments,
      answer(200, page({intent("succeeded"), intent("canceled", {{"id", "pi_9"}})}, true)));
  EXPECT_TRUE(read.understood);
  EXPECT_EQ(read.payments.size(), 2U);
  EXPECT_EQ(read.next, "pi_9");
}

TEST(StripeLists, pass_over_what_cannot_be_read) {
  const auto read = stripe().parse_page(
      GatewayList::payments,
      answer(200, page({wire::JsonObject{{"object", "mystery"}}, intent("succeeded")}, false)));
  EXPECT_TRUE(read.understood);
  EXPECT_EQ(read.payments.size(), 1U);
  EXPECT_FALSE(read.next);
}

TEST(StripeLists, are_not_understood_when_they_are_none_or_cannot_go_on) {
  const auto gateway = stripe();
  const auto understood = [&](int status, const wire::Json& body) {
    return gateway.parse_page(GatewayList::payments, answer(status, body)).understood;
  };
  EXPECT_FALSE(understood(500, page({}, false)));
  EXPECT_FALSE(understood(200, intent("succeeded")));
  EXPECT_FALSE(understood(200, page({wire::JsonObject{{"object", "mystery"}}}, true)));
  EXPECT_TRUE(understood(200, page({}, false)));
}

TEST(StripeLists, of_the_manual_gateway_there_are_none) {
  EXPECT_EQ(Manual().lists_of_everything(), nullptr);
}

}  // namespace
}  // namespace cobro::gateways
