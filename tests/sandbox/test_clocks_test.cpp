#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

TEST(SandboxTestClocks, move_only_when_they_are_told) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.clock.advance(std::chrono::hours(24 * 100));
  EXPECT_EQ(world.invoices(id).size(), 1U) << "real time does not move it";
  const auto path = "/v1/test_helpers/test_clocks/" + world.clock_id;
  EXPECT_EQ(world.get(path).number({"frozen_time"}), at("2027-01-15"));
  EXPECT_EQ(world.post(path + "/advance", "frozen_time=" + std::to_string(at("2027-01-14"))).status,
            400);
  world.post(path + "/advance", "frozen_time=" + std::to_string(at("2027-03-15")));
  EXPECT_EQ(world.post(path + "/advance", "frozen_time=" + std::to_string(at("2027-04-15")))
                .text({"error", "code"}),
            "test_clock_advancement_underway");
  world.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(world.get(path).text({"status"}), "ready");
  EXPECT_EQ(world.invoices(id).size(), 3U);
}

TEST(SandboxTestClocks, do_what_is_due_in_order_over_all_their_customers) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto weekly =
      world
          .post("/v1/prices",
                "currency=usd&unit_amount=500&recurring[interval]=week&product_data[name]=W")
          .text({"id"});
  world.subscribe("", weekly);
  world.subscribe();
  world.advance("2027-02-20");
  const auto list = world.get("/v1/events", "limit=100&type=invoice.paid");
  std::int64_t later = INT64_MAX;
  for (const auto& event : *list.json.find("data")->as_array()) {
    EXPECT_LE(*event.int_at({"created"}), later);
    later = *event.int_at({"created"});
  }
  EXPECT_EQ(list.json.find("data")->as_array()->size(), 8U);
}

TEST(SandboxTestClocks, take_their_customers_with_them_when_deleted) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  EXPECT_EQ(World::texts(world.get("/v1/customers"), "id"), Texts{});
  EXPECT_EQ(World::texts(world.get("/v1/customers", "test_clock=" + world.clock_id), "id"),
            Texts{world.customer});
  const auto gone = world.remove("/v1/test_helpers/test_clocks/" + world.clock_id);
  EXPECT_TRUE(*gone.json.find("deleted")->as_bool());
  EXPECT_EQ(world.get("/v1/subscriptions/" + id).text({"status"}), "canceled");
  EXPECT_TRUE(*world.get("/v1/customers/" + world.customer).json.find("deleted")->as_bool());
}

TEST(SandboxTestClocks, one_can_be_everybodys) {
  Billing world("2027-01-15");
  world.post("/_sandbox/settings", "test_clock=" + world.clock_id);
  const auto customer = world.post("/v1/customers", "name=Ana");
  EXPECT_EQ(customer.text({"test_clock"}), world.clock_id) << customer.body;
  EXPECT_EQ(customer.number({"created"}), at("2027-01-15"));
  EXPECT_EQ(world.get("/v1/customers").json.find("data")->as_array()->size(), 2U);
  EXPECT_EQ(world.post("/_sandbox/settings", "test_clock=clock_absent").status, 400);
  world.post("/_sandbox/settings", "test_clock=");
  EXPECT_EQ(world.post("/v1/customers").text({"test_clock"}), "(none)");
}

TEST(SandboxTestClocks, webhooks_of_another_time_are_delivered_and_retried_in_real_time) {
  Billing world("2020-01-15");
  int refused = 2;
  world.http.answer = [&](const ports::HttpRequest&) -> ports::HttpResult {
    return ports::HttpResponse{refused-- > 0 ? 500 : 200, {}, {}};
  };
  world.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(world.get("/_sandbox/webhooks").json.find("webhooks")->as_array()->size(), 0U);
  EXPECT_GE(world.http.requests.size(), 4U) << "both events came again";
}

}  // namespace
}  // namespace cobro::sandbox
