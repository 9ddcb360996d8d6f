#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

TEST(SandboxRefunds, parts_add_up_to_the_charge_and_no_further) {
  World world;
  const auto paid = world.pay("pm_card_visa");
  const auto intent = "payment_intent=" + paid.text({"id"});
  const auto first = world.post("/v1/refunds", intent + "&amount=400&reason=duplicate");
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.text({"status"}), "succeeded");
  EXPECT_EQ(first.text({"reason"}), "duplicate");
  EXPECT_EQ(first.text({"charge"}), paid.text({"latest_charge"}));
  const auto over = world.post("/v1/refunds", intent + "&amount=601");
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(over.text({"error", "message"}),
            "Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)");
  EXPECT_EQ(world.post("/v1/refunds", "charge=" + paid.text({"latest_charge"})).number({"amount"}),
            600);
  const auto done = world.post("/v1/refunds", intent);
  EXPECT_EQ(done.text({"error", "code"}), "charge_already_refunded");
  const auto charge = world.get("/v1/charges/" + paid.text({"latest_charge"}));
  EXPECT_TRUE(*charge.json.find("refunded")->as_bool());
  EXPECT_EQ(world.get("/v1/refunds", intent).json.find("data")->as_array()->size(), 2U);
}

TEST(SandboxRefunds, what_was_not_captured_cannot_be_refunded) {
  World world;
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  EXPECT_EQ(world.post("/v1/refunds", "payment_intent=" + held.text({"id"})).status, 400);
  EXPECT_EQ(world.post("/v1/refunds", "payment_intent=pi_none").text({"error", "code"}),
            "resource_missing");
  EXPECT_EQ(world.post("/v1/refunds", "amount=5").text({"error", "code"}), "parameter_missing");
  const auto paid = world.pay("pm_card_visa");
  EXPECT_EQ(world.post("/v1/refunds", "reason=other&payment_intent=" + paid.text({"id"}))
                .text({"error", "param"}),
            "reason");
}

TEST(SandboxRefunds, metadata_and_expansion_work_on_refunds_too) {
  World world;
  const auto paid = world.pay("pm_card_visa");
  const auto refund = world.post("/v1/refunds",
                                 "metadata[cobro_attempt]=a&expand[]=charge&expand[]="
                                 "payment_intent&payment_intent=" +
                                     paid.text({"id"}));
  EXPECT_EQ(refund.text({"metadata", "cobro_attempt"}), "a");
  EXPECT_EQ(refund.text({"charge", "object"}), "charge");
  EXPECT_EQ(refund.text({"payment_intent", "status"}), "succeeded");
  const auto path = "/v1/refunds/" + refund.text({"id"});
  EXPECT_EQ(world.post(path, "metadata[b]=2").text({"metadata", "b"}), "2");
  EXPECT_EQ(world.post(path + "/cancel").status, 400);
  const auto charge = world.get("/v1/charges/" + paid.text({"latest_charge"}), "expand[]=refunds");
  EXPECT_EQ(charge.json.at({"refunds", "data"})->as_array()->size(), 1U);
}

TEST(SandboxRefunds, are_refused_for_want_of_balance_when_that_is_switched_on) {
  World world;
  const auto paid = "payment_intent=" + world.pay("pm_card_visa").text({"id"});
  EXPECT_EQ(world.post("/_sandbox/faults", "fault=insufficient_balance").status, 200);
  const auto refused = world.post("/v1/refunds", paid, "key-1");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.text({"error", "message"}),
            "Insufficient funds in your Stripe balance to refund this amount.");
  EXPECT_EQ(refused.text({"error", "type"}), "invalid_request_error");
  EXPECT_TRUE(World::texts(world.get("/v1/refunds"), "id").empty());
  world.remove("/_sandbox/faults");
  EXPECT_EQ(world.post("/v1/refunds", paid, "key-1").body, refused.body) << "it was executed";
  EXPECT_EQ(world.post("/v1/refunds", paid).text({"status"}), "succeeded");
  EXPECT_EQ(world.post("/_sandbox/faults", "fault=insufficient_balance&path=/v1").status, 400);
}

TEST(SandboxRefunds, a_pending_refund_settles_later) {
  World world;
  const auto paid = world.pay("pm_card_pendingRefund");
  const auto refund = world.post("/v1/refunds", "payment_intent=" + paid.text({"id"}));
  EXPECT_EQ(refund.text({"status"}), "pending");
  EXPECT_EQ(world.get("/v1/refunds/" + refund.text({"id"})).text({"status"}), "pending");
  world.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(world.get("/v1/refunds/" + refund.text({"id"})).text({"status"}), "succeeded");
  EXPECT_EQ(world.event_types().back(), "charge.refund.updated");
}

TEST(SandboxRefunds, a_failing_refund_gives_its_amount_back) {
  World world;
  const auto paid = world.pay("pm_card_refundFail");
  const auto refund = world.post("/v1/refunds", "payment_intent=" + paid.text({"id"}));
  EXPECT_EQ(refund.text({"status"}), "succeeded");
  world.clock.advance(std::chrono::seconds(2));
  const auto failed = world.get("/v1/refunds/" + refund.text({"id"}));
  EXPECT_EQ(failed.text({"status"}), "failed");
  EXPECT_EQ(failed.text({"failure_reason"}), "expired_or_canceled_card");
  EXPECT_EQ(world.get("/v1/charges/" + paid.text({"latest_charge"})).number({"amount_refunded"}),
            0);
}

}  // namespace
}  // namespace cobro::sandbox
