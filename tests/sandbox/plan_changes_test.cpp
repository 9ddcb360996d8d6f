#include <algorithm>

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
  static std::vector<std::int64_t> line_amounts(const wire::Json& invoice) {
    std::vector<std::int64_t> amounts;
    for (const auto& line : *invoice.at({"lines", "data"})->as_array())
      amounts.push_back(*line.int_at({"amount"}));
    return amounts;
  }
  std::string id;
  std::string item_id;
};

// "price=x" within brackets: "price]=x".
std::string bracketed(std::string_view assignment) {
  const auto equals = assignment.find('=');
  return fmt::format("{}]{}", assignment.substr(0, equals), assignment.substr(equals));
}

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

// As Stripe's amounts of these currencies are hundredths, and whole all the same.
TEST(SandboxPlanChanges, is_of_whole_amounts_where_the_currency_has_no_others) {
  Billing world("2027-04-01");
  world.use_card("pm_card_visa");
  const auto price = [&](int amount) {
    return world
        .post("/v1/prices", fmt::format("currency=isk&unit_amount={}&recurring[interval]=month&"
                                        "product_data[name]=Kronur",
                                        amount))
        .text({"id"});
  };
  const auto made = world.subscribe("", price(100'000));
  ASSERT_EQ(made.text({"status"}), "active") << made.body;
  world.advance("2027-04-11");
  const auto changed =
      world.post("/v1/subscriptions/" + made.text({"id"}),
                 fmt::format("items[0][id]={}&items[0][price]={}&proration_behavior=always_invoice",
                             *Billing::item(made).string_at({"id"}), price(200'000)));
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(world.invoices(made.text({"id"})).back(), "2027-04-11 66600 paid")
      << "two thirds: 133300 - 66700";
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

TEST(SandboxPlanChanges, a_price_that_is_paid_once_is_no_plan) {
  Plans world;
  const auto once =
      world.post("/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Once").text({"id"});
  const auto refused = [&](const std::string& path, const std::string& form) {
    const auto answer = world.post(path, form + once);
    EXPECT_EQ(answer.status, 400) << form << answer.body;
    return answer.text({"error", "message"}).contains("type=one_time");
  };
  const std::string update = "/v1/subscriptions/" + world.id;
  EXPECT_TRUE(refused(update, "items[0][price]="));
  EXPECT_TRUE(refused(update, "items[0][id]=" + world.item_id + "&items[0][price]="));
  const std::string preview = "/v1/invoices/create_preview";
  const std::string item = "subscription=" + world.id + "&subscription_details[items][0]";
  EXPECT_TRUE(refused(preview, item + "[price]="));
  EXPECT_TRUE(
      refused(preview, item + "[id]=" + world.item_id + "&subscription_details[items][0][price]="));
}

// A preview refuses what the change itself would refuse, and names the price within its own form.
TEST(SandboxPlanChanges, a_price_of_another_currency_is_refused_in_a_preview_too) {
  Plans world;
  const auto euros =
      world
          .post("/v1/prices",
                "currency=eur&unit_amount=900&recurring[interval]=month&product_data[name]=E")
          .text({"id"});
  const auto changed = world.post("/v1/subscriptions/" + world.id, world.change(euros));
  const auto seen = world.post("/v1/invoices/create_preview",
                               "subscription=" + world.id +
                                   "&subscription_details[items][0][id]=" + world.item_id +
                                   "&subscription_details[items][0][price]=" + euros);
  for (const auto& refused : {changed, seen}) {
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_TRUE(
        refused.text({"error", "message"}).starts_with("The price specified only supports `eur`"));
  }
  EXPECT_EQ(changed.text({"error", "param"}), "items[0][price]");
  EXPECT_EQ(seen.text({"error", "param"}), "subscription_details[items][0][price]");
}

TEST(SandboxPlanChanges, what_has_ended_has_no_invoice_to_preview) {
  Plans world;
  world.remove("/v1/subscriptions/" + world.id);
  const std::string preview = "subscription=" + world.id;
  for (const auto& form :
       {preview, preview + "&subscription_details[items][0][id]=" + world.item_id +
                     "&subscription_details[items][0][price]=" + std::string(kPro)}) {
    const auto refused = world.post("/v1/invoices/create_preview", form);
    EXPECT_EQ(refused.status, 404) << refused.body;
    EXPECT_EQ(refused.text({"error", "code"}), "invoice_upcoming_none");
  }
  Plans other;
  other.remove("/v1/customers/" + other.customer);
  EXPECT_EQ(
      other.post("/v1/invoices/create_preview", "subscription=" + other.id).text({"error", "code"}),
      "invoice_upcoming_none");
}

// What a preview says at the moment of `date`, and what the same change costs then.
TEST(SandboxPlanChanges, a_preview_agrees_to_the_cent_with_the_change_of_the_same_date) {
  const auto date = std::to_string(at("2027-04-09", "07:11:13"));
  for (const std::string& change : {"price=" + std::string(kPro), std::string("quantity=7")}) {
    for (const std::string_view behavior : {"always_invoice", "create_prorations"}) {
      Plans world;
      const auto preview = world.post(
          "/v1/invoices/create_preview",
          fmt::format("customer={}&subscription={}&subscription_details[items][0][id]={}&"
                      "subscription_details[items][0][{}&"
                      "subscription_details[proration_behavior]={}&"
                      "subscription_details[proration_date]={}",
                      world.customer, world.id, world.item_id, bracketed(change), behavior, date));
      ASSERT_EQ(preview.status, 200) << preview.body;
      world.advance(at("2027-04-16") + 90);  // it does not matter when it is asked for
      const auto changed =
          world.post("/v1/subscriptions/" + world.id,
                     fmt::format("items[0][id]={}&items[0][{}&proration_behavior={}&"
                                 "proration_date={}",
                                 world.item_id, bracketed(change), behavior, date));
      ASSERT_EQ(changed.status, 200) << changed.body;
      world.advance("2027-05-01");
      const bool at_once = behavior == "always_invoice";
      const auto page = world.get("/v1/invoices", "limit=2&subscription=" + world.id);
      const auto& invoice = (*page.json.find("data")->as_array())[at_once ? 1 : 0];
      EXPECT_EQ(Plans::line_amounts(preview.json), Plans::line_amounts(invoice))
          << change << behavior;
      EXPECT_EQ(preview.number({"total"}), *invoice.int_at({"total"}));
      EXPECT_EQ(preview.number({"amount_due"}), *invoice.int_at({"amount_due"}));
    }
  }
}

TEST(SandboxPlanChanges, the_date_of_a_proration_is_one_of_the_running_period) {
  Plans world;
  for (const char* day : {"2027-03-31", "2027-05-02"})
    EXPECT_EQ(world.upgrade("&proration_date=" + std::to_string(at(day))).text({"error", "param"}),
              "proration_date");
  EXPECT_EQ(world
                .upgrade("&proration_behavior=always_invoice&proration_date=" +
                         std::to_string(at("2027-04-01")))
                .status,
            200);
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 3000 paid") << "the whole difference";
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

constexpr const char* kHeld =
    "&proration_behavior=always_invoice&payment_behavior=pending_if_incomplete";

TEST(SandboxPlanChanges, an_upgrade_that_is_declined_may_wait_for_its_payment) {
  Plans world;
  world.use_card("pm_card_chargeCustomerFail");
  world.news();
  const auto waiting = world.upgrade(kHeld);
  EXPECT_EQ(waiting.text({"status"}), "active") << waiting.body;
  EXPECT_EQ(Billing::item(waiting).string_at({"price", "id"}), kBasic);
  EXPECT_EQ(waiting.number({"pending_update", "expires_at"}), at("2027-04-17", "09:00:00"));
  const auto* items = waiting.json.at({"pending_update", "subscription_items"})->as_array();
  EXPECT_EQ(items->front().string_at({"price", "id"}), kPro);
  const auto invoice = waiting.text({"latest_invoice"});
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 1500 open");
  world.news();
  const auto good = world.use_card("pm_card_visa");
  EXPECT_EQ(
      world.post("/v1/invoices/" + invoice + "/pay", "payment_method=" + good).text({"status"}),
      "paid");
  const auto applied = world.subscription(world.id);
  EXPECT_EQ(Billing::item(applied).string_at({"price", "id"}), kPro) << applied.body;
  EXPECT_TRUE(applied.json.find("pending_update")->is_null());
  const auto news = world.news();
  EXPECT_EQ(std::ranges::count(news, "customer.subscription.pending_update_applied"), 1);
  world.advance("2027-05-01");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-05-01 4900 paid");
}

TEST(SandboxPlanChanges, what_waits_for_its_payment_in_vain_is_dropped) {
  Plans world;
  world.use_card("pm_card_chargeCustomerFail");
  world.upgrade(kHeld);
  EXPECT_EQ(world.upgrade(std::string(kHeld) + "&metadata[a]=1").status, 400);
  world.news();
  world.advance(at("2027-04-17", "09:00:00"));
  const auto dropped = world.subscription(world.id);
  EXPECT_TRUE(dropped.json.find("pending_update")->is_null()) << dropped.body;
  EXPECT_EQ(Billing::item(dropped).string_at({"price", "id"}), kBasic);
  EXPECT_EQ(dropped.text({"status"}), "active");
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 1500 void");
  const auto news = world.news();
  EXPECT_EQ(std::ranges::count(news, "customer.subscription.pending_update_expired"), 1);
  world.use_card("pm_card_visa");
  EXPECT_EQ(Billing::item(world.upgrade(kHeld)).string_at({"price", "id"}), kPro) << "it is paid";
}

TEST(SandboxPlanChanges, another_change_takes_the_place_of_the_one_that_waits) {
  Plans world;
  world.use_card("pm_card_chargeCustomerFail");
  const auto yearly =
      world
          .post("/v1/prices",
                "currency=usd&unit_amount=19000&recurring[interval]=year&product_data[name]=Y")
          .text({"id"});
  const auto first = world.post("/v1/subscriptions/" + world.id,
                                world.change(yearly, "&payment_behavior=pending_if_incomplete"));
  EXPECT_EQ(first.number({"pending_update", "billing_cycle_anchor"}), at("2027-04-16"))
      << first.body;
  EXPECT_EQ(world.invoices(world.id).back(), "2027-04-16 18050 open");
  const auto second = world.upgrade(kHeld);
  EXPECT_EQ(second.text({"status"}), "active") << second.body;
  EXPECT_EQ(world.invoices(world.id),
            (Texts{"2027-04-01 1900 paid", "2027-04-16 18050 void", "2027-04-16 1500 open"}));
  const auto good = world.use_card("pm_card_visa");
  world.post("/v1/invoices/" + second.text({"latest_invoice"}) + "/pay", "payment_method=" + good);
  EXPECT_EQ(Billing::item(world.subscription(world.id)).string_at({"price", "id"}), kPro);
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
