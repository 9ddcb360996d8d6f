// Every list that a sweep walks: newest first, in pages, by date of creation.
#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

struct Shop : World {
  // Three of each, a minute apart.
  Shop() {
    for (int i = 0; i < 3; ++i) {
      made.push_back(clock.now().unix_seconds());
      const auto customer = post("/v1/customers", "name=Ana").text({"id"});
      const auto method =
          post("/v1/payment_methods/pm_card_visa/attach", "customer=" + customer).text({"id"});
      post("/v1/customers/" + customer, "invoice_settings[default_payment_method]=" + method);
      post("/v1/subscriptions", "customer=" + customer + "&items[0][price]=" + std::string(kBasic));
      const auto disputed = pay("pm_card_createDispute");
      const auto paid = pay("pm_card_visa");
      post("/v1/refunds", "amount=100&payment_intent=" + paid.text({"id"}));
      clock.advance(std::chrono::minutes(1));
    }
  }
  Texts ids(const std::string& path, const std::string& query) {
    const auto answer = get(path, query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return texts(answer, "id");
  }
  std::vector<std::int64_t> made;
};

const std::vector<std::string> kLists = {
    "/v1/payment_intents", "/v1/charges",       "/v1/refunds", "/v1/disputes",
    "/v1/customers",       "/v1/subscriptions", "/v1/events",  "/v1/invoices"};

TEST(SandboxLists, are_walked_in_pages_from_either_end_without_gap_or_repetition) {
  Shop world;
  for (const auto& path : kLists) {
    const auto plain = world.ids(path, "limit=100");
    ASSERT_GE(plain.size(), 3U) << path;
    Texts walked;
    for (bool more = true; more;) {
      const auto page =
          world.get(path, "limit=2" + (walked.empty() ? "" : "&starting_after=" + walked.back()));
      const auto found = World::texts(page, "id");
      walked.insert(walked.end(), found.begin(), found.end());
      more = *page.json.find("has_more")->as_bool();
      EXPECT_TRUE(!more || found.size() == 2) << path;
    }
    EXPECT_EQ(walked, plain) << path;
    const auto before = world.get(path, "limit=2&ending_before=" + plain[2]);
    EXPECT_EQ(World::texts(before, "id"), (Texts{plain[0], plain[1]})) << path;
    EXPECT_EQ(world.get(path, "starting_after=none_1").text({"error", "code"}), "resource_missing");
  }
}

TEST(SandboxLists, are_narrowed_by_the_date_of_creation) {
  Shop world;
  const auto second = std::to_string(world.made[1]);
  const auto third = std::to_string(world.made[2]);
  const auto dates = [&](const std::string& path, const std::string& query) {
    const auto answer = world.get(path, "limit=100&" + query);
    std::vector<std::int64_t> found;
    for (const auto& one : *answer.json.find("data")->as_array())
      found.push_back(*one.int_at({"created"}));
    return found;
  };
  for (const auto& path : kLists) {
    const bool late = path == "/v1/disputes";  // a second after their payment
    if (late) continue;
    const auto within = dates(path, "created[gte]=" + second + "&created[lt]=" + third);
    ASSERT_FALSE(within.empty()) << path;
    for (const auto created : within)
      EXPECT_TRUE(created >= world.made[1] && created < world.made[2]) << path << created;
    EXPECT_EQ(dates(path, "created[gt]=" + second + "&created[lte]=" + second).size(), 0U) << path;
    EXPECT_EQ(
        dates(path, "created[gte]=" + third).size() + dates(path, "created[lt]=" + third).size(),
        dates(path, "created[gte]=0").size())
        << path;
  }
  EXPECT_EQ(dates("/v1/disputes", "created[gte]=" + third).size(), 1U);
}

TEST(SandboxLists, of_events_are_narrowed_by_type_and_reach_back_thirty_days) {
  Shop world;
  const auto count = [&](const std::string& query) {
    return world.ids("/v1/events", "limit=100&" + query).size();
  };
  EXPECT_EQ(count("type=refund.created"), 3U);
  EXPECT_EQ(count("types[]=refund.created&types[]=charge.dispute.created"), 6U);
  EXPECT_EQ(count("type=charge.dispute.*"), 6U);
  EXPECT_EQ(world.get("/v1/events", "type=a.b&types[]=c.d").status, 400);
  world.clock.advance(std::chrono::hours(24 * 30 - 1));
  EXPECT_EQ(count("type=refund.created"), 3U);
  world.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(count("type=refund.created"), 0U);
}

TEST(SandboxLists, of_subscriptions_show_the_ended_when_asked) {
  Shop world;
  const auto all = world.ids("/v1/subscriptions", "status=all");
  ASSERT_EQ(all.size(), 3U);
  world.remove("/v1/subscriptions/" + all[1]);
  EXPECT_EQ(world.ids("/v1/subscriptions", "status=all"), all);
  EXPECT_EQ(world.ids("/v1/subscriptions", ""), (Texts{all[0], all[2]}));
  EXPECT_EQ(world.ids("/v1/subscriptions", "status=canceled"), Texts{all[1]});
}

TEST(SandboxAccount, is_one_for_each_database) {
  World world;
  const auto id = world.get("/v1/account").text({"id"});
  EXPECT_TRUE(id.starts_with("acct_1")) << id;
  EXPECT_EQ(id.size(), 21U);
  EXPECT_EQ(world.get("/v1/account").text({"id"}), id);
  World other;
  other.pay("pm_card_visa");
  EXPECT_NE(other.get("/v1/account").text({"id"}), id);
}

}  // namespace
}  // namespace cobro::sandbox
