// What the events of a subscription and of its payments say, member by member.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "app/handlers/call_handlers.h"
#include "tests/app/members.h"
#include "tests/support/forwarding_store.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

// Keeps every event that was committed, by type: the newest of each.
class EventKeeper final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::map<std::string, wire::Json> events;

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    std::vector<domain::Event> wanted;
    const ports::Decide and_keep = [&](const ports::Loaded& loaded) {
      auto changes = decide(loaded);
      if (changes) wanted = changes->inserted<domain::Event>();
      return changes;
    };
    auto result = co_await inner_.write(reads, and_keep);
    if (result.committed())
      for (const auto& event : wanted)
        events.insert_or_assign(event.type, wire::parse_json(event.payload).value());
    co_return result;
  }
};

class EventPayloads : public ::testing::Test {
 protected:
  World world;
  Members members{world};
  EventKeeper store{*world.store};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(app::Context{store,
                                                                world.clock,
                                                                world.random,
                                                                world.wire,
                                                                world.gateways,
                                                                world.log,
                                                                {},
                                                                &app::call_handlers()});
    ASSERT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
    const auto card = members.saved("ana").methods.front().id.to_string();
    ASSERT_EQ(members.now(members.subscribing("ana", kBasic, card)), "200 active");
    world.advance(std::chrono::minutes(1));
    world.work();
  }
  std::string said(const std::string& type, const std::string& member) {
    const auto found = store.events.find(type);
    if (found == store.events.end()) return "no " + type;
    const auto* value = found->second.find(member);
    return value == nullptr ? "no " + member : to_text(*value);
  }
};

TEST_F(EventPayloads, of_the_payment_of_an_invoice_say_whose_it_is_and_what_of) {
  const auto row = members.payments("ana").at(0);
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  EXPECT_EQ(said("payment.created", "orderId"), "null");
  EXPECT_EQ(said("payment.created", "paymentId"), quoted(row.id.to_string()));
  EXPECT_EQ(said("payment.created", "subscriptionId"), quoted(members.only("ana").id.to_string()));
  EXPECT_EQ(said("payment.created", "userId"), quoted("ana"));
  EXPECT_EQ(said("payment.created", "amount"), row.amount.to_decimal());
  EXPECT_EQ(said("payment.created", "currency"), quoted(std::string(row.amount.currency().code())));
  EXPECT_EQ(said("payment.created", "gateway"), quoted("stripe"));
}

}  // namespace
}  // namespace cobro::testing
