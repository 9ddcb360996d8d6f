#include "ports/gateways.h"

#include <gtest/gtest.h>

#include "base/check.h"
#include "gateways/fixtures.h"
#include "gateways/manual/manual.h"

namespace cobro::gateways {
namespace {

using domain::GatewayName;

TEST(Gateways, finds_by_name_what_was_added) {
  const Manual manual;
  const Stripe stripe = fixtures::stripe();
  const ports::Gateways all{&manual, &stripe};
  EXPECT_EQ(all.find(GatewayName::manual), &manual);
  EXPECT_EQ(all.find(GatewayName::stripe), &stripe);
  EXPECT_EQ(all.find(GatewayName::paypal), nullptr);
  EXPECT_EQ(all.find(GatewayName::mercadopago), nullptr);
}

TEST(Gateways, takes_each_name_once) {
  const Manual one;
  const Manual two;
  ports::Gateways all{&one};
  EXPECT_THROW(all.add(two), base::Bug);
}

TEST(Manual, takes_every_amount_and_is_never_called) {
  const Manual manual;
  EXPECT_FALSE(manual.capabilities().remote);
  EXPECT_FALSE(manual.check_amount(fixtures::money("0.01", "CUP")));
  EXPECT_THROW((void)manual.build(ports::CancelCommand{}, fixtures::payment(), fixtures::call_id()),
               base::Bug);
  EXPECT_THROW((void)manual.parse(domain::Operation::confirm, {}), base::Bug);
  EXPECT_THROW((void)manual.look_up_payment(fixtures::payment(), {}, {}, false), base::Bug);
  EXPECT_THROW((void)manual.look_up_refunds(fixtures::payment()), base::Bug);
  EXPECT_THROW((void)manual.parse_look_up({}, {}), base::Bug);
  EXPECT_THROW((void)manual.to_http({}, std::nullopt, {}, nullptr), base::Bug);
  EXPECT_THROW((void)manual.webhook_keys({}), base::Bug);
  EXPECT_THROW((void)manual.verify({}, nullptr, {}), base::Bug);
  EXPECT_THROW((void)manual.read_event({}), base::Bug);
}

}  // namespace
}  // namespace cobro::gateways
