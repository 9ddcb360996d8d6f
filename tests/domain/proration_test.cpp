// What of a gateway's preview a change of plan costs.
#include "domain/proration.h"

#include <gtest/gtest.h>

namespace cobro::domain {
namespace {

Money usd(std::int64_t minor) {
  return {minor, *Currency::parse("USD")};
}
base::Timestamp at(std::int64_t seconds) {
  return base::Timestamp::from_unix_seconds(seconds);
}

// Of a period of a thousand seconds.
Subscription subscription() {
  Subscription row{.gateway = GatewayName::stripe};
  row.price = usd(3000);
  row.current_period_start = at(1000);
  row.current_period_end = at(2000);
  return row;
}

PreviewLine part(std::int64_t minor, std::int64_t from) {
  return {usd(minor), true, at(from), at(2000)};
}
PreviewLine waiting(std::int64_t minor, std::int64_t from) {
  auto line = part(minor, from);
  line.waiting = true;
  return line;
}
PreviewLine period(std::int64_t minor, std::int64_t from) {
  return {usd(minor), false, at(from), at(from + 1000)};
}

TEST(Proration, is_what_the_gateway_gives_back_and_takes_from_that_moment_on) {
  const auto change = proration_of(
      subscription(), {{part(-2250, 1250), part(6750, 1250), period(9000, 2000)}}, at(1250));
  EXPECT_EQ(change.credit, usd(2250));
  EXPECT_EQ(change.charge, usd(6750));
  EXPECT_EQ(change.at, at(1250));
  EXPECT_EQ(change.next_billing_at, at(2000));
}

TEST(Proration, leaves_out_what_an_earlier_change_left_for_the_next_invoice) {
  const auto change = proration_of(subscription(),
                                   {{part(-2700, 1100), part(4500, 1100), part(-3750, 1250),
                                     part(6750, 1250), period(9000, 2000)}},
                                   at(1250));
  EXPECT_EQ(change.credit, usd(3750));
  EXPECT_EQ(change.charge, usd(6750));
}

TEST(Proration, leaves_out_an_earlier_change_of_the_same_second) {
  const GatewayPreview preview{{waiting(-2700, 1250), waiting(4500, 1250), part(-4500, 1250),
                                part(6750, 1250), period(9000, 2000)}};
  const auto change = proration_of(subscription(), preview, at(1250));
  EXPECT_EQ(change.credit, usd(4500));
  EXPECT_EQ(change.charge, usd(6750));
  const auto earlier = waiting_proration_of(subscription(), preview, at(1250));
  EXPECT_EQ(earlier.credit, usd(2700));
  EXPECT_EQ(earlier.charge, usd(4500));
}

// Somebody put it on the next invoice by hand.
TEST(Proration, leaves_out_what_no_change_has_made) {
  auto item = waiting(500, 1100);
  item.proration = false;
  const auto change = proration_of(
      subscription(), {{item, part(-2250, 1250), part(6750, 1250), period(9000, 2000)}}, at(1250));
  EXPECT_EQ(change.charge, usd(6750));
  EXPECT_EQ(change.next_billing_at, at(2000));
}

TEST(Proration, of_another_pace_is_a_new_period_that_is_billed_at_once) {
  const auto change =
      proration_of(subscription(), {{part(-2250, 1250), period(90000, 1251)}}, at(1250));
  EXPECT_EQ(change.credit, usd(2250));
  EXPECT_EQ(change.charge, usd(90000));
  EXPECT_EQ(change.next_billing_at, at(1250));
}

TEST(Proration, is_nothing_while_nothing_is_paid) {
  const auto change = proration_of(subscription(), {{period(9000, 2000)}}, at(1250));
  EXPECT_EQ(change.credit, usd(0));
  EXPECT_EQ(change.charge, usd(0));
  EXPECT_EQ(change.next_billing_at, at(2000));
  EXPECT_EQ(proration_of(subscription(), {}, at(1250)).charge, usd(0));
}

TEST(Proration, is_counted_in_the_currency_of_the_preview) {
  const Money yen{900, *Currency::parse("JPY")};
  const auto change = proration_of(subscription(), {{{yen, true, at(1250), at(2000)}}}, at(1250));
  EXPECT_EQ(change.charge, yen);
}

TEST(Proration, the_last_change_is_the_last_before_the_answer_was_lost) {
  const GatewayPreview preview{{waiting(-2700, 1100), waiting(-3750, 1250), waiting(-1, 1400),
                                part(-1, 1300), period(9000, 1300)}};
  EXPECT_EQ(last_change(preview, at(1399)), at(1250));
  EXPECT_EQ(last_change(preview, at(1250)), at(1250));
  EXPECT_EQ(last_change(preview, at(999)), std::nullopt);
}

}  // namespace
}  // namespace cobro::domain
