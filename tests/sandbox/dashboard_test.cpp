// What the owner of the account, a bank or a customer in Stripe's portal does: the objects
// change, and events say so.
#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

struct Kept : Billing {
  Kept() : Billing("2027-04-01") {
    card = use_card("pm_card_visa");
    id = subscribe().text({"id"});
    path = "/v1/subscriptions/" + id;
    news();
  }
  bool is_null(const Answered& answer, std::string_view field) const {
    return answer.json.find(field)->is_null();
  }
  Answered now() { return get(path); }
  std::string card;
  std::string id;
  std::string path;
};

std::string seconds(const std::string& day) {
  return std::to_string(at(day));
}

TEST(SandboxDashboard, a_kept_card_gets_another_expiry_and_other_details) {
  Kept world;
  const auto path = "/v1/payment_methods/" + world.card;
  const auto changed =
      world.post(path, "card[exp_month]=3&card[exp_year]=2031&billing_details[name]=Ana");
  EXPECT_EQ(changed.number({"card", "exp_month"}), 3) << changed.body;
  EXPECT_EQ(changed.number({"card", "exp_year"}), 2031);
  EXPECT_EQ(world.get(path).text({"billing_details", "name"}), "Ana");
  EXPECT_EQ(world.news(), Texts{"payment_method.updated"});
  EXPECT_EQ(world.post(path, "card[exp_year]=2001").text({"error", "code"}), "invalid_expiry_year");
  EXPECT_EQ(world.post(path, "card[number]=4242424242424242").text({"error", "code"}),
            "parameter_unknown");
  const auto loose = world.post("/v1/payment_methods", "type=card&card[token]=tok_visa");
  EXPECT_EQ(world.post("/v1/payment_methods/" + loose.text({"id"}), "card[exp_month]=3")
                .text({"error", "message"}),
            "You must save this PaymentMethod to a customer before you can update it.");
}

TEST(SandboxDashboard, a_bank_renews_a_card) {
  Kept world;
  const auto path = "/_sandbox/cards/" + world.card;
  const auto renewed = world.post(path, "exp_month=1&exp_year=2033&last4=1881");
  EXPECT_EQ(renewed.text({"card", "last4"}), "1881") << renewed.body;
  EXPECT_EQ(world.get("/v1/payment_methods/" + world.card).number({"card", "exp_year"}), 2033);
  EXPECT_EQ(world.news(), Texts{"payment_method.automatically_updated"});
  EXPECT_EQ(world.post(path, "exp_year=2001").status, 402);
  EXPECT_EQ(world.post(path, "colour=red").status, 400);
  EXPECT_EQ(world.post("/_sandbox/cards/pm_absent", "exp_month=1").status, 404);
  EXPECT_TRUE(world.news().empty());
}

TEST(SandboxDashboard, a_detached_card_is_nobodys_default) {
  Kept world;
  EXPECT_EQ(world.post("/v1/payment_methods/" + world.card + "/detach").status, 200);
  const auto customer = world.get("/v1/customers/" + world.customer);
  EXPECT_TRUE(customer.json.at({"invoice_settings", "default_payment_method"})->is_null());
  EXPECT_EQ(world.news(), (Texts{"payment_method.detached", "customer.updated"}));
}

TEST(SandboxDashboard, a_deleted_customer_takes_subscriptions_and_cards_along) {
  Kept world;
  EXPECT_TRUE(*world.remove("/v1/customers/" + world.customer).json.find("deleted")->as_bool());
  EXPECT_EQ(world.now().text({"status"}), "canceled");
  EXPECT_TRUE(world.is_null(world.get("/v1/payment_methods/" + world.card), "customer"));
  EXPECT_EQ(world.news(), (Texts{"customer.subscription.deleted", "payment_method.detached",
                                 "customer.deleted"}));
  const auto gone = world.get("/v1/customers/" + world.customer);
  EXPECT_EQ(gone.body, R"({"id":")" + world.customer + R"(","object":"customer","deleted":true})");
  EXPECT_EQ(world.subscribe().text({"error", "code"}), "resource_missing");
}

TEST(SandboxDashboard, cancel_at_ends_a_subscription_at_its_moment) {
  Kept world;
  const auto ending = world.post(world.path, "cancel_at=" + seconds("2027-04-20"));
  EXPECT_EQ(ending.number({"cancel_at"}), at("2027-04-20")) << ending.body;
  EXPECT_FALSE(*ending.json.find("cancel_at_period_end")->as_bool());
  EXPECT_FALSE(world.is_null(ending, "canceled_at"));
  EXPECT_EQ(ending.text({"cancellation_details", "reason"}), "cancellation_requested");
  world.advance(at("2027-04-20") - 1);
  EXPECT_EQ(world.now().text({"status"}), "active");
  world.advance("2027-04-20");
  EXPECT_EQ(world.now().text({"status"}), "canceled");
  EXPECT_EQ(world.now().number({"ended_at"}), at("2027-04-20"));
}

TEST(SandboxDashboard, an_end_is_one_thing_whichever_way_it_was_set) {
  Kept world;
  const auto clear = [&](const std::string& how) {
    const auto cleared = world.post(world.path, how);
    EXPECT_TRUE(world.is_null(cleared, "cancel_at")) << cleared.body;
    EXPECT_TRUE(world.is_null(cleared, "canceled_at"));
    EXPECT_FALSE(*cleared.json.find("cancel_at_period_end")->as_bool());
  };
  world.post(world.path, "cancel_at=" + seconds("2027-06-10"));
  clear("cancel_at=");
  EXPECT_EQ(world.post(world.path, "cancel_at_period_end=true").number({"cancel_at"}),
            at("2027-05-01"));
  clear("cancel_at=");
  world.post(world.path, "cancel_at_period_end=true");
  clear("cancel_at_period_end=false");
  world.post(world.path, "cancel_at_period_end=true");
  const auto moved = world.post(world.path, "cancel_at=" + seconds("2027-06-10"));
  EXPECT_EQ(moved.number({"cancel_at"}), at("2027-06-10"));
  EXPECT_FALSE(*moved.json.find("cancel_at_period_end")->as_bool());
  const auto kept = world.post(world.path, "cancel_at_period_end=false");
  EXPECT_EQ(kept.number({"cancel_at"}), at("2027-06-10")) << "that is for the period's end only";
  EXPECT_EQ(world.post(world.path, "cancel_at=" + seconds("2027-03-01")).status, 400);
  world.advance("2027-07-01");
  EXPECT_EQ(world.now().text({"status"}), "canceled");
}

TEST(SandboxDashboard, another_card_pays_what_is_open) {
  Kept world;
  world.use_card("pm_card_chargeCustomerFail");
  world.advance("2027-05-01");
  EXPECT_EQ(world.now().text({"status"}), "past_due");
  const auto good =
      world.post("/v1/payment_methods/pm_card_mastercard/attach", "customer=" + world.customer)
          .text({"id"});
  const auto changed = world.post(world.path, "default_payment_method=" + good);
  EXPECT_EQ(changed.text({"default_payment_method"}), good);
  const auto open = "/v1/invoices/" + changed.text({"latest_invoice"});
  EXPECT_EQ(world.post(open + "/pay", "payment_method=" + world.card).text({"status"}), "paid");
  EXPECT_EQ(world.now().text({"status"}), "active");
  world.advance("2027-06-01");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-06-01 1900 paid");
}

}  // namespace
}  // namespace cobro::sandbox
