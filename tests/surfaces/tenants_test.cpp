// Two tenants whose users have the same `sub`: neither ever sees, counts or touches what the
// other has.
#include <algorithm>
#include <array>
#include <set>

#include "surfaces/belongings.h"
#include "surfaces/common/access.h"

namespace cobro::testing {
namespace {

constexpr auto kLists = std::to_array<const char*>(
    {"orders", "payments", "refunds", "transactions", "payment-methods",
     "subscriptions?status=active", "entitlements", "disputes", "overpayments"});

// The items of a list's answer; its member is named by the path.
std::set<std::string> ids_in(const Desk::Answer& answer) {
  std::set<std::string> ids;
  for (const auto& [name, value] : *answer.body.find("data")->as_object())
    if (const auto* items = value.as_array())
      for (const auto& item : *items) ids.insert(item.string_at({"id"}).value());
  EXPECT_EQ(answer.data("total"), std::to_string(ids.size())) << answer.text;
  return ids;
}

std::string list_path(const char* list) {
  return std::string("/api/v1/") + list + (std::string_view(list).contains('?') ? "&" : "?") +
         "limit=100";
}

bool share(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::any_of(a, [&](const auto& id) { return b.contains(id); });
}

struct TwoTenants : ::testing::Test {
  Desk desk;
  Belongings acme = make_belongings(desk, "ana@acme");
  Belongings globex = make_belongings(desk, "ana@globex");
  Belongings nobody = make_belongings(desk, "ana");  // no tenant is one of its own

  std::set<std::string> list(const std::string& who, const char* plural) {
    return ids_in(desk.as(who, "GET", list_path(plural)));
  }
};

TEST_F(TwoTenants, list_what_is_theirs_alone) {
  for (const auto* plural : kLists) {
    SCOPED_TRACE(plural);
    const auto ours = list("ana@acme", plural);
    const auto theirs = list("ana@globex", plural);
    const auto others = list("ana", plural);
    EXPECT_FALSE(ours.empty());
    EXPECT_EQ(ours.size(), theirs.size());
    EXPECT_EQ(ours.size(), others.size());
    EXPECT_FALSE(share(ours, theirs));
    EXPECT_FALSE(share(ours, others));
    if (std::string_view(plural) == "payment-methods") continue;  // everybody's own, always
    for (const std::string role : {"admin", "service"}) {
      EXPECT_EQ(list(role + "@acme", plural), ours);
      EXPECT_EQ(list(role + "@globex", plural), theirs);
      EXPECT_TRUE(list(role + "@initech", plural).empty());
      EXPECT_EQ(list(role, plural).size(), 3 * ours.size());
    }
  }
}

// It names nothing that the token does not: no filter for the deployment, and no way out of a
// tenant.
TEST_F(TwoTenants, are_named_by_tokens_alone) {
  std::vector<const char*> lists(kLists.begin(), kLists.end());
  lists.push_back("reconciliations");
  lists.push_back("plans");
  for (const auto* plural : lists) {
    SCOPED_TRACE(plural);
    const auto path = list_path(plural);
    for (const std::string role : {"admin", "service"}) {
      if (role == "service" && std::string_view(plural) == "reconciliations") continue;
      const auto all = desk.as(role, "GET", path);
      for (const std::string named : {"acme", "globex", "initech", ""})
        EXPECT_EQ(desk.as(role, "GET", path + "&tenant_id=" + named).text, all.text) << named;
      const auto ours = desk.as(role + "@acme", "GET", path);
      EXPECT_EQ(ours.status, 200);
      EXPECT_EQ(desk.as(role + "@acme", "GET", path + "&tenant_id=acme").text, ours.text);
      EXPECT_EQ(desk.as(role + "@acme", "GET", path + "&tenant_id=globex").status, 404);
    }
  }
}

TEST_F(TwoTenants, are_not_given_what_the_deployment_makes) {
  const auto made = desk.as("admin", "POST", "/api/v1/orders",
                            R"({"tenant_id":"acme","items":[{"product_id":1,"quantity":1,
                                "unit_price":5}],"shipping_address":{}})");
  ASSERT_EQ(made.status, 201) << made.text;
  const auto path = "/api/v1/orders/" + *made.body.string_at({"data", "id"});
  EXPECT_EQ(desk.as("admin", "GET", path).status, 200);
  EXPECT_EQ(desk.as("admin@acme", "GET", path).status, 404);
}

TEST_F(TwoTenants, list_reconciliations_to_their_own_administrators) {
  const auto ours = list("admin@acme", "reconciliations");
  EXPECT_EQ(ours, (std::set{acme["reconciliation"]}));
  EXPECT_EQ(list("admin@globex", "reconciliations"), (std::set{globex["reconciliation"]}));
  EXPECT_EQ(list("admin", "reconciliations").size(), 3U);
}

TEST_F(TwoTenants, see_their_own_payments_in_the_courses_history) {
  const auto ids = [&](const std::string& who) {
    std::set<std::string> all;
    const auto answer = desk.as(who, "GET", "/payments/history?limit=100");
    for (const auto& item : *answer.body.find("payments")->as_array())
      all.insert(item.string_at({"id"}).value());
    return all;
  };
  EXPECT_EQ(ids("ana@acme"), list("ana@acme", "payments"));
  EXPECT_EQ(ids("ana@globex"), list("ana@globex", "payments"));
  EXPECT_TRUE(ids("admin@acme").empty());
  const auto current = [&](const std::string& who) {
    return desk.as(who, "GET", "/payments/subscriptions/current").body.string_at({"id"});
  };
  EXPECT_NE(current("ana@acme"), current("ana@globex"));
  EXPECT_TRUE(list("ana@acme", "subscriptions?status=active").contains(*current("ana@acme")));
}

TEST_F(TwoTenants, do_not_find_each_others_objects) {
  for (const auto* path :
       {"orders/<order>", "orders/<paid_order>", "payments/<payment>", "refunds/<refund>",
        "transactions/<transaction>", "subscriptions/<subscription>",
        "subscriptions/<ending>/history", "payments?order_id=<order>", "refunds?payment_id=<paid>",
        "transactions?payment_id=<paid>", "disputes?payment_id=<paid>",
        "overpayments?payment_id=<paid>"}) {
    SCOPED_TRACE(path);
    const auto ours = "/api/v1/" + fill(path, acme);
    for (const auto* who : {"ana@acme", "admin@acme", "service@acme", "admin", "service"})
      EXPECT_EQ(desk.as(who, "GET", ours).status, 200) << who;
    for (const auto* who : {"ana@globex", "admin@globex", "service@globex", "ana", "bea@acme"})
      EXPECT_EQ(desk.as(who, "GET", ours).status, 404) << who;
  }
}

TEST_F(TwoTenants, do_not_find_them_by_number_or_by_the_gateways_id) {
  const auto shown = [&](const std::string& path) {
    return desk.as("ana@acme", "GET", "/api/v1/" + fill(path, acme));
  };
  const auto subscription = shown("subscriptions/<subscription>");
  for (const auto& path :
       {"orders/" + shown("orders/<order>").data("number"),
        "payments/" + shown("payments/<payment>").data("number"),
        "transactions/" + shown("transactions/<transaction>").data("number"),
        "subscriptions/" + *subscription.body.string_at({"data", "gateway_subscription_id"})}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(shown(path).status, 200);
    for (const auto* who : {"ana@globex", "admin@globex", "ana"})
      EXPECT_EQ(desk.as(who, "GET", "/api/v1/" + path).status, 404) << who;
  }
}

TEST_F(TwoTenants, filter_by_user_within_their_own) {
  const auto by_user = [&](const std::string& who) { return list(who, "orders?user_id=ana"); };
  EXPECT_EQ(by_user("admin@acme"), list("ana@acme", "orders"));
  EXPECT_EQ(by_user("service@globex"), list("ana@globex", "orders"));
  EXPECT_EQ(by_user("admin").size(), 3 * by_user("admin@acme").size());
  EXPECT_TRUE(list("admin@acme", "orders?user_id=bea").empty());
}

TEST_F(TwoTenants, page_through_their_own_by_cursor) {
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = desk.as("ana@acme", "GET", "/api/v1/payments?limit=2" + cursor);
    for (const auto& item : *page.body.at({"data", "payments"})->as_array())
      seen.insert(item.string_at({"id"}).value());
    const auto next = page.body.string_at({"data", "next_cursor"});
    cursor = next ? "&cursor=" + *next : "";
  } while (!cursor.empty());
  EXPECT_EQ(seen, list("ana@acme", "payments"));
}

TEST_F(TwoTenants, pay_with_their_own_methods_only) {
  const auto pay = [&](const std::string& who, const Belongings& theirs) {
    return desk.as(who, "POST", fill("/api/v1/payments/<payment>/process", theirs),
                   fill(R"({"payment_method_id":"<method>"})", acme));
  };
  EXPECT_EQ(pay("ana@globex", globex).status, 400);
  EXPECT_EQ(pay("admin", globex).status, 400);
  EXPECT_EQ(pay("ana", nobody).status, 400);
  EXPECT_EQ(pay("ana@acme", acme).data("status"), "\"completed\"");
}

TEST_F(TwoTenants, may_use_the_same_idempotency_key_for_different_things) {
  const wire::Headers key = {{"Idempotency-Key", "one"}};
  const auto order = [&](const std::string& who, const std::string& note) {
    return desk.as(who, "POST", "/api/v1/orders",
                   R"({"items":[{"product_id":1,"quantity":1,"unit_price":5}],
                       "shipping_address":{},"notes":")" +
                       note + "\"}",
                   key);
  };
  const auto ours = order("ana@acme", "ours");
  EXPECT_EQ(ours.status, 201) << ours.text;
  EXPECT_EQ(order("ana@globex", "theirs").data("notes"), "\"theirs\"");
  EXPECT_EQ(order("ana", "nobody's").data("notes"), "\"nobody's\"");
  EXPECT_EQ(order("ana@acme", "ours").text, ours.text);
}

TEST(Tenants, of_another_name_do_not_refund_what_an_owner_may) {
  Desk desk({.refund_self_service_days = 7});
  const auto ids = make_belongings(desk, "ana@acme");
  const auto path = fill("/api/v1/payments/<paid>/refund", ids);
  for (const auto* who : {"ana@globex", "ana", "bea@acme", "admin@globex", "service@globex"})
    EXPECT_EQ(desk.as(who, "POST", path).status, 404) << who;
  EXPECT_EQ(desk.as("ana@acme", "POST", path).status, 200);
}

// No tenant writes what belongs to the deployment.
TEST(Deployment, is_changed_by_its_own_administrators_only) {
  using surfaces::Access;
  const auto may = [](app::Role role, std::optional<std::string> tenant) {
    return surfaces::may_call({.sub = "x", .roles = role, .tenant_id = std::move(tenant)},
                              Access::deployment, {});
  };
  EXPECT_TRUE(may(app::Role::admin, std::nullopt));
  EXPECT_FALSE(may(app::Role::admin, "acme"));
  EXPECT_FALSE(may(app::Role::service, std::nullopt));
  EXPECT_FALSE(may(app::Role::service, "acme"));
  EXPECT_FALSE(may(app::Role::user, std::nullopt));
  EXPECT_FALSE(may(app::Role::user, "acme"));
}

}  // namespace
}  // namespace cobro::testing
