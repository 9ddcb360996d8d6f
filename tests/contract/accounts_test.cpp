// The account at a gateway: kept once, and read back as it was.
#include "contract/world.h"

namespace cobro::testing {
namespace {

class StoredAccounts : public StoreContract {
 protected:
  std::optional<domain::GatewayAccount> kept(domain::GatewayName gateway) {
    return run(store->load({.account = gateway})).account;
  }
};

domain::GatewayAccount stripes(std::string id) {
  return {.gateway = domain::GatewayName::stripe, .account_id = std::move(id)};
}

TEST_P(StoredAccounts, are_kept_for_each_gateway) {
  const domain::GatewayAccount one{.gateway = domain::GatewayName::stripe,
                                   .account_id = "acct_1",
                                   .live = true,
                                   .learned_at = {17}};
  const domain::GatewayAccount other{.gateway = domain::GatewayName::paypal,
                                     .account_id = "acct_2"};
  EXPECT_FALSE(kept(one.gateway));
  must_write(ports::Changes().insert(one));
  must_write(ports::Changes().insert(other));
  EXPECT_EQ(kept(one.gateway)->account_id, "acct_1");
  EXPECT_EQ(kept(one.gateway)->live, true);
  EXPECT_EQ(kept(one.gateway)->learned_at.micros, 17);
  EXPECT_EQ(kept(other.gateway)->account_id, "acct_2");
  EXPECT_EQ(kept(other.gateway)->live, std::nullopt);
}

TEST_P(StoredAccounts, never_change) {
  must_write(ports::Changes().insert(stripes("acct_1")));
  const auto again = run(store->write({}, [](const ports::Loaded&) {
    return base::Result<ports::Changes, domain::Refusal>(
        ports::Changes().insert(stripes("acct_2")));
  }));
  EXPECT_FALSE(again.committed());
  EXPECT_EQ(kept(domain::GatewayName::stripe)->account_id, "acct_1");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoredAccounts, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
