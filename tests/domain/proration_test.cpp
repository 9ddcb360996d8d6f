// What a change of plan costs, by status, by second and by currency.
#include "domain/proration.h"

#include <gtest/gtest.h>

namespace cobro::domain {
namespace {

using Status = SubscriptionStatus;

Money usd(std::int64_t minor) {
  return {minor, *Currency::parse("USD")};
}
base::Timestamp at(std::int64_t seconds) {
  return base::Timestamp::from_unix_seconds(seconds);
}

// Of 30.00 over a thousand seconds.
Subscription subscription(Status status = Status::active) {
  Subscription row{};
  row.status = status;
  row.price = usd(3000);
  row.current_period_start = at(1000);
  row.current_period_end = at(2000);
  return row;
}

TEST(Proration, is_owed_by_who_pays_also_while_a_payment_is_late) {
  for (const auto status : {Status::active, Status::past_due}) {
    const auto change = prorate(subscription(status), usd(9000), at(1250));
    EXPECT_EQ(change.credit, usd(2250));
    EXPECT_EQ(change.charge, usd(6750));
    EXPECT_EQ(change.at, at(1250));
    EXPECT_EQ(change.next_billing_at, at(2000));
  }
  for (const auto status : {Status::trialing, Status::incomplete, Status::incomplete_expired,
                            Status::unpaid, Status::paused, Status::cancelled}) {
    const auto change = prorate(subscription(status), usd(9000), at(1250));
    EXPECT_EQ(change.credit, usd(0));
    EXPECT_EQ(change.charge, usd(0));
  }
}

TEST(Proration, is_all_at_the_periods_start_and_nothing_at_its_end) {
  EXPECT_EQ(prorate(usd(3000), at(1000), at(999), at(2000)), usd(3000));
  EXPECT_EQ(prorate(usd(3000), at(1000), at(1000), at(2000)), usd(3000));
  EXPECT_EQ(prorate(usd(3000), at(1000), at(1001), at(2000)), usd(2997));
  EXPECT_EQ(prorate(usd(3000), at(1000), at(1999), at(2000)), usd(3));
  EXPECT_EQ(prorate(usd(3000), at(1000), at(2000), at(2000)), usd(0));
  EXPECT_EQ(prorate(usd(3000), at(1000), at(2001), at(2000)), usd(0));
  EXPECT_EQ(prorate(usd(3000), at(2000), at(2000), at(2000)), usd(0));
}

TEST(Proration, rounds_a_half_up) {
  EXPECT_EQ(prorate(usd(1), at(0), at(500), at(1000)), usd(1));
  EXPECT_EQ(prorate(usd(1), at(0), at(501), at(1000)), usd(0));
}

TEST(Proration, credits_nothing_in_another_currency) {
  const Money yen(9000, *Currency::parse("JPY"));
  const auto change = prorate(subscription(), yen, at(1250));
  EXPECT_EQ(change.credit, Money::zero(yen.currency()));
  EXPECT_EQ(change.charge, Money(6750, yen.currency()));
}

TEST(Proration, of_a_price_or_a_period_that_is_not_known_owes_nothing_for_it) {
  auto unpriced = subscription();
  unpriced.price.reset();
  EXPECT_EQ(prorate(unpriced, usd(9000), at(1250)).credit, usd(0));
  EXPECT_EQ(prorate(unpriced, usd(9000), at(1250)).charge, usd(6750));
  auto endless = subscription();
  endless.current_period_end.reset();
  EXPECT_EQ(prorate(endless, usd(9000), at(1250)).charge, usd(0));
}

}  // namespace
}  // namespace cobro::domain
