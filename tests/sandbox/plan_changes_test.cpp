#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

struct Plans : Billing {
  Plans() : Billing("2027-04-01") {
    use_card("pm_card_visa");
    const auto made = subscribe();
    id = made.text({"id"});
    item_id = *item(made).string_at({"id"});
    advance("2027-04-16");  // the middle of a month of thirty days
    news();
  }
  std::string change(std::string_view price, const std::string& more = "") const {
    return "items[0][id]=" + item_id + "&items[0][price]=" + std::string(price) + more;
  }
  Answered upgrade(const std::string& more = "") {
    return post("/v1/subscriptions/" + id, change(kPro, more));
  }
  std::string id;
  std::string item_id;
};

TEST(SandboxPlanChanges, the_difference_is_on_the_next_invoice) {
  Plans world;
  const auto changed = world.upgrade();
  EXPECT_EQ(Billing::item(changed).string_at({"price", "id"}), kPro) << changed.body;
  EXPECT_EQ(Billing::period_end(changed), at("2027-05-01"));
  EXPECT_EQ(world.news(),
            (Texts{"customer.subscription.updated", "invoiceitem.created", "invoiceitem.created"}));
  EXPECT_EQ(world.get("/v1/invoiceitems", "pending=true").json.find("data")->as_array()->size(),
            2U);
  world.advance("2027-05-01");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-05-01 6400 paid") << "4900 + 2450 - 950";
  EXPECT_EQ(world.get("/v1/invoiceitems", "pending=true").json.find("data")->as_array()->size(),
            0U);
}

TEST(SandboxPlanChanges, or_is_billed_at_once) {
  Plans world;
  const auto changed = world.upgrade("&proration_behavior=always_invoice");
  EXPECT_EQ(changed.text({"status"}), "active") << changed.body;
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 1500 paid");
  EXPECT_EQ(world.subscription(world.id).text({"latest_invoice", "billing_reason"}),
            "subscription_update");
  world.advance("2027-05-01");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-05-01 4900 paid");
}

TEST(SandboxPlanChanges, or_is_let_go) {
  Plans world;
  world.upgrade("&proration_behavior=none");
  world.advance("2027-05-01");
  EXPECT_EQ(world.invoices(world.id), (Texts{"2027-04-01 1900 paid", "2027-05-01 4900 paid"}));
}

TEST(SandboxPlanChanges, what_is_given_back_pays_the_next_invoice) {
  Plans world;
  world.upgrade("&proration_behavior=always_invoice");
  world.post("/v1/subscriptions/" + world.id,
             world.change(kBasic, "&proration_behavior=always_invoice"));
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 0 paid");
  EXPECT_EQ(world.get("/v1/customers/" + world.customer).number({"balance"}), -1500);
  world.advance("2027-05-01");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-05-01 400 paid");
  EXPECT_EQ(world.get("/v1/customers/" + world.customer).number({"balance"}), 0);
}

TEST(SandboxPlanChanges, another_pace_begins_a_new_period) {
  Plans world;
  const auto yearly =
      world
          .post("/v1/prices",
                "currency=usd&unit_amount=19000&recurring[interval]=year&product_data[name]=Y")
          .text({"id"});
  const auto changed = world.post("/v1/subscriptions/" + world.id, world.change(yearly));
  EXPECT_EQ(Billing::period_end(changed), at("2028-04-16")) << changed.body;
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 18050 paid");
}

TEST(SandboxPlanChanges, a_preview_says_what_it_would_cost_and_changes_nothing) {
  Plans world;
  const auto preview = world.post(
      "/v1/invoices/create_preview",
      "subscription=" + world.id + "&subscription_details[items][0][id]=" + world.item_id +
          "&subscription_details[items][0][price]=" + std::string(kPro) +
          "&subscription_details[proration_behavior]=always_invoice");
  EXPECT_EQ(preview.number({"amount_due"}), 1500) << preview.body;
  EXPECT_EQ(
      world.post("/v1/invoices/create_preview", "subscription=" + world.id).number({"amount_due"}),
      1900);
  EXPECT_TRUE(world.news().empty());
}

TEST(SandboxPlanChanges, an_upgrade_that_is_declined_may_be_refused_whole) {
  Plans world;
  world.use_card("pm_card_chargeCustomerFail");
  world.news();
  const auto refused =
      world.upgrade("&proration_behavior=always_invoice&payment_behavior=error_if_incomplete");
  EXPECT_EQ(refused.status, 402);
  EXPECT_TRUE(world.news().empty());
  EXPECT_EQ(Billing::item(world.subscription(world.id)).string_at({"price", "id"}), kBasic);
  EXPECT_EQ(world.upgrade("&proration_behavior=always_invoice").text({"status"}), "past_due");
}

TEST(SandboxPlanChanges, a_trial_can_be_ended_now) {
  Billing world("2027-04-01");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe("trial_period_days=30").text({"id"});
  world.advance("2027-04-10");
  const auto ended = world.post("/v1/subscriptions/" + id, "trial_end=now");
  EXPECT_EQ(ended.text({"status"}), "active") << ended.body;
  EXPECT_EQ(Billing::period_end(ended), at("2027-05-10"));
  EXPECT_EQ(world.invoices(id).back(), "2027-04-10 1900 paid");
}

TEST(SandboxPlanChanges, a_paused_collection_voids_what_comes_due) {
  Plans world;
  world.post("/v1/subscriptions/" + world.id,
             "pause_collection[behavior]=void&pause_collection[resumes_at]=" +
                 std::to_string(at("2027-05-20")));
  world.advance("2027-06-01");
  EXPECT_EQ(world.invoices(world.id),
            (Texts{"2027-04-01 1900 paid", "2027-05-01 1900 void", "2027-06-01 1900 paid"}));
}

TEST(SandboxPlanChanges, refused_are_items_that_do_not_fit) {
  Plans world;
  const auto path = "/v1/subscriptions/" + world.id;
  EXPECT_EQ(world.post(path, "items[0][id]=si_absent&items[0][price]=" + std::string(kPro)).status,
            400);
  EXPECT_EQ(world.post(path, "items[0][price]=price_absent").text({"error", "code"}),
            "resource_missing");
  EXPECT_EQ(world.post(path, "items[0][id]=" + world.item_id + "&items[0][deleted]=true").status,
            400);
  EXPECT_EQ(world.post(path, "coupon=x").text({"error", "code"}), "parameter_unknown");
}

}  // namespace
}  // namespace cobro::sandbox
