#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

struct Court : World {
  // Pays with that card and waits for its dispute.
  Answered disputed(std::string_view card) {
    paid = pay(card);
    clock.advance(2s);
    const auto list = get("/v1/disputes", "payment_intent=" + paid.text({"id"}));
    const auto ids = texts(list, "id");
    return ids.size() == 1 ? get("/v1/disputes/" + ids[0]) : list;
  }
  std::vector<std::string> dispute_events() {
    auto types = event_types();
    std::erase_if(types, [](const auto& type) { return !type.starts_with("charge.dispute."); });
    return types;
  }
  Answered charge() { return get("/v1/charges/" + paid.text({"latest_charge"})); }
  Answered paid;
};

TEST(SandboxDisputes, open_a_second_later_and_take_the_money) {
  Court world;
  const auto paid = world.pay("pm_card_createDisputeProductNotReceived");
  EXPECT_TRUE(World::texts(world.get("/v1/disputes"), "id").empty());
  world.clock.advance(2s);
  const auto list =
      world.get("/v1/disputes", "expand[]=data.charge&charge=" + paid.text({"latest_charge"}));
  const auto& dispute = list.json.find("data")->as_array()->at(0);
  EXPECT_EQ(dispute.string_at({"status"}), "needs_response");
  EXPECT_EQ(dispute.string_at({"reason"}), "product_not_received");
  EXPECT_EQ(dispute.int_at({"amount"}), 1000);
  EXPECT_EQ(wire::to_text(*dispute.at({"charge", "disputed"})), "true");
  const auto& moved = dispute.find("balance_transactions")->as_array()->at(0);
  EXPECT_EQ(moved.int_at({"net"}), -2500);
  EXPECT_EQ(world.dispute_events(),
            (std::vector<std::string>{"charge.dispute.created", "charge.dispute.funds_withdrawn"}));
  const auto refund = world.post("/v1/refunds", "payment_intent=" + paid.text({"id"}));
  EXPECT_EQ(refund.text({"error", "code"}), "charge_disputed");
}

TEST(SandboxDisputes, winning_evidence_brings_the_money_back) {
  Court world;
  const auto dispute = world.disputed("pm_card_createDispute");
  const auto path = "/v1/disputes/" + dispute.text({"id"});
  const auto draft = world.post(path, "submit=false&evidence[product_description]=Shoes");
  EXPECT_EQ(draft.text({"status"}), "needs_response");
  const auto sent = world.post(path, "evidence[uncategorized_text]=winning_evidence");
  EXPECT_EQ(sent.text({"status"}), "under_review");
  EXPECT_EQ(sent.number({"evidence_details", "submission_count"}), 1);
  EXPECT_EQ(sent.text({"evidence", "product_description"}), "Shoes");
  world.clock.advance(2s);
  const auto won = world.get(path);
  EXPECT_EQ(won.text({"status"}), "won");
  EXPECT_EQ(won.json.find("balance_transactions")->as_array()->at(1).int_at({"net"}), 2500);
  EXPECT_EQ(world.dispute_events(),
            (std::vector<std::string>{"charge.dispute.created", "charge.dispute.funds_withdrawn",
                                      "charge.dispute.updated", "charge.dispute.updated",
                                      "charge.dispute.closed", "charge.dispute.funds_reinstated"}));
  const auto refund = world.post("/v1/refunds", "charge=" + won.text({"charge"}));
  EXPECT_EQ(refund.text({"status"}), "succeeded") << refund.body;
}

TEST(SandboxDisputes, losing_evidence_and_giving_up_lose_them) {
  Court world;
  const auto first = world.disputed("pm_card_createDispute");
  const auto path = "/v1/disputes/" + first.text({"id"});
  world.post(path, "evidence[uncategorized_text]=losing_evidence");
  world.clock.advance(2s);
  EXPECT_EQ(world.get(path).text({"status"}), "lost");
  EXPECT_EQ(world.post(path, "evidence[uncategorized_text]=x").status, 400);
  const auto second = world.disputed("pm_card_createDispute");
  const auto closed = world.post("/v1/disputes/" + second.text({"id"}) + "/close");
  EXPECT_EQ(closed.text({"status"}), "lost");
  EXPECT_EQ(world.post("/v1/disputes/" + second.text({"id"}) + "/close").status, 400);
  EXPECT_EQ(world.dispute_events().back(), "charge.dispute.closed");
}

TEST(SandboxDisputes, an_inquiry_takes_no_money_and_may_be_refunded_or_escalate) {
  Court world;
  const auto inquiry = world.disputed("pm_card_createDisputeInquiry");
  EXPECT_EQ(inquiry.text({"status"}), "warning_needs_response");
  EXPECT_EQ(wire::to_text(*inquiry.json.find("balance_transactions")), "[]");
  EXPECT_EQ(world.dispute_events(), std::vector<std::string>{"charge.dispute.created"});
  EXPECT_EQ(world.post("/v1/refunds", "payment_intent=" + world.paid.text({"id"})).status, 200);
  world.clock.advance(1h);
  EXPECT_EQ(world.get("/v1/disputes/" + inquiry.text({"id"})).text({"status"}), "warning_closed");

  const auto other = world.disputed("pm_card_createDisputeInquiry");
  const auto path = "/v1/disputes/" + other.text({"id"});
  world.post(path, "evidence[uncategorized_text]=escalate_inquiry_evidence");
  EXPECT_EQ(world.get(path).text({"status"}), "warning_under_review");
  world.clock.advance(2s);
  EXPECT_EQ(world.get(path).text({"status"}), "needs_response");
}

TEST(SandboxDisputes, nothing_is_disputed_before_it_is_captured) {
  Court world;
  const auto held = world.pay("pm_card_createDispute", "&capture_method=manual");
  world.clock.advance(1min);
  EXPECT_TRUE(World::texts(world.get("/v1/disputes"), "id").empty());
  world.post("/v1/payment_intents/" + held.text({"id"}) + "/capture", "amount_to_capture=400");
  world.clock.advance(2s);
  const auto list = world.get("/v1/disputes");
  EXPECT_EQ(list.json.find("data")->as_array()->at(0).int_at({"amount"}), 400);
}

TEST(SandboxBalance, every_movement_has_its_transaction) {
  Court world;
  world.disputed("pm_card_createDispute");
  const auto paid = world.pay("pm_card_refundFail");
  world.post("/v1/refunds", "amount=300&payment_intent=" + paid.text({"id"}));
  world.pay("pm_card_chargeDeclined");
  world.clock.advance(2s);
  const auto list = world.get("/v1/balance_transactions");
  EXPECT_EQ(
      World::texts(list, "type"),
      (std::vector<std::string>{"refund_failure", "refund", "charge", "adjustment", "charge"}));
  const auto ids = World::texts(list, "id");
  for (const auto& id : ids)
    EXPECT_EQ(world.get("/v1/balance_transactions/" + id).text({"id"}), id);
  const auto page = world.get("/v1/balance_transactions", "limit=2&starting_after=" + ids[0]);
  EXPECT_EQ(World::texts(page, "id"), (std::vector<std::string>{ids[1], ids[2]}));
  EXPECT_EQ(wire::to_text(*page.json.find("has_more")), "true");
  EXPECT_EQ(World::texts(world.get("/v1/balance_transactions", "type=refund"), "id"),
            std::vector<std::string>{ids[1]});
}

TEST(SandboxAuthorizations, are_released_after_a_week) {
  World world;
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  const auto path = "/v1/payment_intents/" + held.text({"id"});
  world.clock.advance(24h * 7 - 1s);
  EXPECT_EQ(world.get(path).text({"status"}), "requires_capture");
  world.clock.advance(2s);
  const auto gone = world.get(path, "expand[]=latest_charge");
  EXPECT_EQ(gone.text({"status"}), "canceled");
  EXPECT_EQ(gone.text({"cancellation_reason"}), "automatic");
  EXPECT_EQ(gone.number({"latest_charge", "amount_refunded"}), 1000);
  const auto types = world.event_types();
  EXPECT_EQ((std::vector<std::string>(types.end() - 2, types.end())),
            (std::vector<std::string>{"charge.expired", "payment_intent.canceled"}));
  const auto captured = world.pay("pm_card_visa", "&capture_method=manual");
  world.post("/v1/payment_intents/" + captured.text({"id"}) + "/capture");
  world.clock.advance(24h * 8);
  EXPECT_EQ(world.get("/v1/payment_intents/" + captured.text({"id"})).text({"status"}),
            "succeeded");
}

}  // namespace
}  // namespace cobro::sandbox
