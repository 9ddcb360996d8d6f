#include "base/uuid.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace cobro::base {

namespace {
constexpr std::array<std::uint8_t, 10> kOnes{255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
}

TEST(Uuid, version_7_carries_the_milliseconds_and_agrees_with_rfc_9562) {
  // RFC 9562, appendix A.6.
  const std::array<std::uint8_t, 10> chance{0x0c, 0xc3, 0x18, 0xc4, 0xdc,
                                            0x0c, 0x0c, 0x07, 0x39, 0x8f};
  EXPECT_EQ(Uuid::v7({0x017F22E279B0 * 1000}, chance).to_string(),
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  const auto text = Uuid::v7({0}, kOnes).to_string();
  EXPECT_EQ(text, "00000000-0000-7fff-bfff-ffffffffffff");
}

TEST(Uuid, later_ones_sort_behind) {
  EXPECT_LT(Uuid::v7({1'000'000}, kOnes), Uuid::v7({1'001'000}, {}));
}

TEST(Uuid, reads_back_what_it_writes_in_either_case) {
  const auto id = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(Uuid::parse(id->to_string()), id);
  EXPECT_EQ((std::unordered_set<Uuid>{*id, *id}.size()), 1U);
}

TEST(Uuid, refuses_other_forms) {
  for (const auto* text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4dc0c0c07398f-",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"})
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
}

}  // namespace cobro::base
