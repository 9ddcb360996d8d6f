// Who may use which route: every route of the service, by everybody who may call. A route that
// has no row here fails the test.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "surfaces/belongings.h"

namespace cobro::testing {
namespace {

// What a route is about. Everything there is belongs to ana of the tenant acme.
enum class About {
  open,           // no token is needed
  shared,         // the same for all
  self,           // what the caller makes for themselves
  own,            // a thing of ana's: hers, and of those whom her tenant trusts
  own_alone,      // a thing of ana's that is nobody else's business, whatever their role
  trusted,        // a thing of ana's; users are told that their role does not allow it
  trusted_after,  // likewise, but only ana learns that it is there
  admin,          // a thing of ana's, for administrators
  list,           // things of ana's
  list_alone,     // things of ana's that are nobody else's business
  list_trusted,   // things of ana's, by a filter that users may not use
  list_admin,     // things of ana's, for administrators
};

struct Row {
  About about;
  std::string method;
  std::string route;   // as the OpenAPI document has it
  std::string target;  // <name>: the id of one of ana's belongings; empty: the route
  std::string body = {};
};

const std::vector<Row> kRows = {
    {About::self, "POST", "/api/v1/orders", "", std::string(kOrderBody)},
    {About::list, "GET", "/api/v1/orders", ""},
    {About::list_trusted, "GET", "/api/v1/orders", "/api/v1/orders?user_id=ana"},
    {About::own, "GET", "/api/v1/orders/{id}", "/api/v1/orders/<order>"},
    {About::own, "PUT", "/api/v1/orders/{id}", "/api/v1/orders/<order>", R"({"notes":"n"})"},
    {About::trusted, "PUT", "/api/v1/orders/{id}", "/api/v1/orders/<paid_order>",
     R"({"status":"processing"})"},
    {About::own, "DELETE", "/api/v1/orders/{id}", "/api/v1/orders/<order>"},

    {About::own, "POST", "/api/v1/payments", "",
     R"({"order_id":"<order>","payment_method":"stripe","amount":5})"},
    {About::self, "POST", "/api/v1/payments/intent", "",
     R"({"amount":9.99,"payment_method_id":"pm_card_visa"})"},
    {About::list, "GET", "/api/v1/payments", ""},
    {About::own, "GET", "/api/v1/payments", "/api/v1/payments?order_id=<paid_order>"},
    {About::own, "GET", "/api/v1/payments/{id}", "/api/v1/payments/<payment>"},
    {About::own, "PUT", "/api/v1/payments/{id}", "/api/v1/payments/<payment>",
     R"({"description":"d"})"},
    {About::own, "DELETE", "/api/v1/payments/{id}", "/api/v1/payments/<payment>"},
    {About::trusted_after, "DELETE", "/api/v1/payments/{id}", "/api/v1/payments/<held>"},
    {About::own, "POST", "/api/v1/payments/{id}/process", "/api/v1/payments/<payment>/process",
     R"({"payment_method_id":"pm_card_visa"})"},
    {About::trusted, "POST", "/api/v1/payments/{id}/capture", "/api/v1/payments/<held>/capture"},
    {About::trusted, "POST", "/api/v1/payments/{id}/refund", "/api/v1/payments/<paid>/refund"},

    {About::list, "GET", "/api/v1/refunds", ""},
    {About::own, "GET", "/api/v1/refunds", "/api/v1/refunds?payment_id=<paid>"},
    {About::own, "GET", "/api/v1/refunds/{id}", "/api/v1/refunds/<refund>"},
    {About::trusted, "POST", "/api/v1/transactions", "",
     R"({"payment_id":"<manual>","transaction_type":"charge","amount":59.98})"},
    {About::list, "GET", "/api/v1/transactions", ""},
    {About::own, "GET", "/api/v1/transactions", "/api/v1/transactions?payment_id=<paid>"},
    {About::own, "GET", "/api/v1/transactions/{id}", "/api/v1/transactions/<transaction>"},

    {About::self, "POST", "/api/v1/payment-methods", "", R"({"payment_method_id":"pm_card_visa"})"},
    {About::list_alone, "GET", "/api/v1/payment-methods", ""},
    {About::own_alone, "DELETE", "/api/v1/payment-methods/{payment_method}",
     "/api/v1/payment-methods/<method>"},
    {About::own_alone, "PATCH", "/api/v1/payment-methods/{payment_method}/default",
     "/api/v1/payment-methods/<method>/default"},
    {About::shared, "GET", "/api/v1/plans", ""},
    {About::shared, "GET", "/api/v1/plans/{plan}", "/api/v1/plans/pro"},

    {About::self, "POST", "/api/v1/subscriptions", "",
     R"({"price_id":"price_1Sb3k64dPtEGmLmpm5n5bbJH","payment_method_id":"pm_card_visa"})"},
    {About::list, "GET", "/api/v1/subscriptions", ""},
    {About::own, "GET", "/api/v1/subscriptions/{subscription}",
     "/api/v1/subscriptions/<subscription>"},
    {About::own, "DELETE", "/api/v1/subscriptions/{subscription}",
     "/api/v1/subscriptions/<subscription>"},
    {About::own, "PATCH", "/api/v1/subscriptions/{subscription}",
     "/api/v1/subscriptions/<subscription>", R"({"payment_method_id":"pm_card_mastercard"})"},
    {About::own, "POST", "/api/v1/subscriptions/{subscription}/resume",
     "/api/v1/subscriptions/<ending>/resume"},
    {About::own, "POST", "/api/v1/subscriptions/{subscription}/change-plan",
     "/api/v1/subscriptions/<subscription>/change-plan", R"({"plan_id":"premium"})"},
    {About::own, "GET", "/api/v1/subscriptions/{subscription}/history",
     "/api/v1/subscriptions/<subscription>/history"},

    {About::list, "GET", "/api/v1/entitlements", ""},
    {About::list, "GET", "/api/v1/disputes", ""},
    {About::own, "GET", "/api/v1/disputes", "/api/v1/disputes?payment_id=<paid>"},
    {About::list, "GET", "/api/v1/overpayments", ""},
    {About::own, "GET", "/api/v1/overpayments", "/api/v1/overpayments?payment_id=<paid>"},
    {About::admin, "POST", "/api/v1/overpayments/{id}/refund",
     "/api/v1/overpayments/<overpayment>/refund"},
    {About::list_admin, "GET", "/api/v1/reconciliations", ""},
    {About::admin, "GET", "/api/v1/reconciliations", "/api/v1/reconciliations?payment_id=<paid>"},
    {About::admin, "POST", "/api/v1/reconciliations/{id}/resolve",
     "/api/v1/reconciliations/<reconciliation>/resolve", R"({"outcome":"failed","note":"seen"})"},

    {About::self, "POST", "/payments/create-payment-intent", "",
     R"({"amount":2900,"currency":"usd","type":"course_purchase","courseId":"c-2"})"},
    {About::self, "POST", "/payments/create-checkout-session", "",
     R"({"type":"course_purchase","amount":2900,"currency":"usd","courseId":"c-3"})"},
    {About::list_alone, "GET", "/payments/history", ""},
    {About::self, "POST", "/payments/subscriptions", "",
     R"({"plan":"pro","paymentMethodId":"pm_card_visa"})"},
    {About::own_alone, "GET", "/payments/subscriptions/current", ""},
    {About::own, "DELETE", "/payments/subscriptions/{subscription}",
     "/payments/subscriptions/<subscription>"},

    {About::open, "GET", "/healthz", ""},
    {About::open, "GET", "/livez", ""},
    {About::open, "GET", "/readyz", ""},
    {About::open, "GET", "/openapi.json", ""},
    {About::open, "POST", "/webhooks/{gateway}", "/webhooks/stripe", "{}"},
    {About::open, "POST", "/payments/webhook", "", "{}"},
    {About::open, "POST", "/v1/payments/webhook", "", "{}"},
    {About::open, "GET", "/checkout/{session}", "/checkout/<checkout>"},
    {About::open, "GET", "/checkout/assets/{file}", "/checkout/assets/none.js"},
    {About::open, "GET", "/checkout/{session}/session", "/checkout/<checkout>/session"},
    {About::open, "POST", "/checkout/{session}/refresh", "/checkout/<checkout>/refresh"},
};

struct Who {
  std::string token;  // empty: none
  bool trusted = false;
  bool admin = false;
  bool in_reach = false;  // what the tenant acme has
  bool owner = false;
  bool of_tenant = true;
};

const std::vector<Who> kEverybody = {
    {.token = ""},
    {.token = "ana", .of_tenant = false},
    {.token = "ana@globex"},
    {.token = "bea@acme"},
    {.token = "admin@globex", .trusted = true, .admin = true},
    {.token = "service@globex", .trusted = true},
    {.token = "ana@acme", .in_reach = true, .owner = true},
    {.token = "admin@acme", .trusted = true, .admin = true, .in_reach = true},
    {.token = "service@acme", .trusted = true, .in_reach = true},
    {.token = "root@globex", .trusted = true, .admin = true},
    {.token = "root@acme", .trusted = true, .admin = true, .in_reach = true},
    {.token = "admin", .trusted = true, .admin = true, .in_reach = true, .of_tenant = false},
    {.token = "service", .trusted = true, .in_reach = true, .of_tenant = false},
};

enum class Outcome { open, unauthorized, forbidden, not_found, done, all_listed, none_listed };

Outcome outcome(const Row& row, const Who& who) {
  const auto seen_or = [](bool sees, Outcome seen, Outcome otherwise) {
    return sees ? seen : otherwise;
  };
  const auto thing = [&](bool sees) { return seen_or(sees, Outcome::done, Outcome::not_found); };
  const auto list = [&](bool sees) {
    return seen_or(sees, Outcome::all_listed, Outcome::none_listed);
  };
  if (row.about == About::open) return Outcome::open;
  if (who.token.empty()) return Outcome::unauthorized;
  switch (row.about) {
    case About::open:
    case About::shared:
    case About::self:
      return Outcome::done;
    case About::own:
      return thing(who.in_reach);
    case About::own_alone:
      return thing(who.owner);
    case About::trusted:
      return who.trusted ? thing(who.in_reach) : Outcome::forbidden;
    case About::trusted_after:
      return who.owner ? Outcome::forbidden : thing(who.in_reach);
    case About::admin:
      return who.admin ? thing(who.in_reach) : Outcome::forbidden;
    case About::list:
      return list(who.in_reach);
    case About::list_alone:
      return list(who.owner);
    case About::list_trusted:
      return who.trusted ? list(who.in_reach) : Outcome::forbidden;
    case About::list_admin:
      return who.admin ? list(who.in_reach) : Outcome::forbidden;
  }
  return Outcome::unauthorized;
}

std::string total_of(const Desk::Answer& answer) {
  const auto total = answer.data("total");
  return total == "(absent)" ? answer.member("total") : total;
}

void check(Outcome expected, const Desk::Answer& answer, const std::string& all) {
  switch (expected) {
    case Outcome::open:
      EXPECT_TRUE(answer.status != 401 && answer.status != 403) << answer.text;
      return;
    case Outcome::unauthorized:
      EXPECT_EQ(answer.status, 401) << answer.text;
      return;
    case Outcome::forbidden:
      EXPECT_EQ(answer.status, 403) << answer.text;
      return;
    case Outcome::not_found:
      EXPECT_EQ(answer.status, 404) << answer.text;
      return;
    case Outcome::done:
      EXPECT_EQ(answer.status / 100, 2) << answer.text;
      return;
    case Outcome::all_listed:
      EXPECT_EQ(total_of(answer), all) << answer.text;
      EXPECT_NE(all, "0");
      return;
    case Outcome::none_listed:
      EXPECT_EQ(total_of(answer), "0") << answer.text;
      return;
  }
}

// A tenant_id.
struct Naming {
  std::string in_query = {};
  std::string in_body = {};  // as JSON text
};

// The service, and everything that ana@acme has; nobody else has anything.
struct AccessMatrix : ::testing::Test {
  Desk desk;
  const Belongings belongings = make_belongings(desk, "ana@acme");

  Desk::Answer send(const Row& row, const Who& who, const Belongings& ids,
                    const Naming& tenant = {}) {
    auto target = fill(row.target.empty() ? row.route : row.target, ids);
    if (!tenant.in_query.empty())
      target += (target.contains('?') ? "&tenant_id=" : "?tenant_id=") + tenant.in_query;
    auto body = fill(row.body, ids);
    if (!tenant.in_body.empty()) {
      auto named = wire::parse_json(body.empty() ? "{}" : body).value();
      named.set("tenant_id", wire::parse_json(tenant.in_body).value());
      body = wire::to_text(named);
    }
    return who.token.empty() ? desk.send(row.method, target, body)
                             : desk.as(who.token, row.method, target, body);
  }

  // What ana has, as it stands.
  std::string everything() {
    std::string all;
    for (const auto* plural : {"orders", "payments", "refunds", "transactions", "payment-methods",
                               "subscriptions", "entitlements", "disputes", "overpayments"})
      all += desk.as("ana@acme", "GET", std::string("/api/v1/") + plural + "?limit=100").text;
    return all + desk.as("admin", "GET", "/api/v1/reconciliations").text;
  }

  // How many there are; all of them are ana's.
  std::string number_of_all(const Row& row) {
    if (row.method != "GET") return "0";
    const bool alone = row.about == About::list_alone;
    return total_of(send(row, {.token = alone ? "ana@acme" : "admin"}, belongings));
  }
};

std::string key_of(const Row& row) {
  return row.method + " " + row.route;
}

// The text with everything upper-case, and the OpenAPI document's methods made so.
std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

TEST_F(AccessMatrix, has_a_row_for_every_route_and_no_other) {
  const auto document = desk.send("GET", "/openapi.json");
  std::set<std::string> served;
  for (const auto& [path, methods] : *document.body.find("paths")->as_object())
    for (const auto& [method, operation] : *methods.as_object())
      served.insert(upper(method) + " " + path);
  std::set<std::string> known;
  for (const auto& row : kRows) known.insert(key_of(row));
  for (const auto& route : served)
    EXPECT_TRUE(known.contains(route)) << route << " needs a row: who may call it?";
  for (const auto& route : known) EXPECT_TRUE(served.contains(route)) << route << " is not served";
}

// Whether what there is is not the same afterwards.
bool is_act(const Row& row, Outcome outcome) {
  return row.method != "GET" && outcome == Outcome::done;
}

std::string title(const Row& row, const Who& who) {
  return key_of(row) + " " + row.target + " by " + (who.token.empty() ? "nobody" : who.token);
}

TEST_F(AccessMatrix, is_documented_where_a_token_is_needed) {
  for (const auto& row : kRows) {
    const auto method = base::to_lower(row.method);
    const auto* security = desk.document().at({"paths", row.route, method, "security"});
    EXPECT_EQ(wire::to_text(*security), row.about == About::open ? "[]" : R"([{"bearer":[]}])")
        << key_of(row);
  }
}

TEST_F(AccessMatrix, refuses_everybody_else_and_nothing_changes) {
  for (const auto& row : kRows) {
    const auto all = number_of_all(row);
    const auto before = everything();
    for (const auto& who : kEverybody) {
      const auto expected = outcome(row, who);
      if (is_act(row, expected)) continue;
      SCOPED_TRACE(title(row, who));
      check(expected, send(row, who, belongings), all);
    }
    EXPECT_EQ(everything(), before) << key_of(row);
  }
}

TEST_F(AccessMatrix, lets_who_may_act_do_so) {
  for (const auto& row : kRows)
    for (const auto& who : kEverybody) {
      const auto expected = outcome(row, who);
      if (!is_act(row, expected)) continue;
      SCOPED_TRACE(title(row, who));
      check(expected, send(row, who, make_belongings(desk, "ana@acme", row.target + row.body)), "");
    }
}

// A tenant's token names its own tenant or none.
TEST_F(AccessMatrix, knows_no_tenant_but_the_callers_own) {
  for (const auto& row : kRows) {
    if (row.about == About::open) continue;
    const auto before = everything();
    for (const auto& who : kEverybody) {
      const auto expected = outcome(row, who);
      if (expected == Outcome::unauthorized || (!who.of_tenant && who.trusted)) continue;
      SCOPED_TRACE(title(row, who));
      // Some roles are looked at when the body has been read: either may be said first.
      const auto refused = ::testing::AnyOf(404, expected == Outcome::forbidden ? 403 : 404);
      EXPECT_THAT(send(row, who, belongings, {.in_query = "initech"}).status, refused);
      if (row.method == "GET") continue;
      for (const auto* named : {R"("initech")", "7", "[]", "{}", "true", R"("")"})
        EXPECT_THAT(send(row, who, belongings, {.in_body = named}).status, refused) << named;
    }
    EXPECT_EQ(everything(), before);
  }
}

TEST_F(AccessMatrix, takes_the_callers_own_tenant_by_name) {
  for (const bool act : {false, true})  // reads first: acts make more of everything
    for (const auto& row : kRows)
      for (const auto* token : {"admin@acme", "admin"}) {
        const auto who = *std::ranges::find(kEverybody, token, &Who::token);
        const auto expected = outcome(row, who);
        if (is_act(row, expected) != act || row.about == About::open) continue;
        SCOPED_TRACE(title(row, who));
        const auto ids =
            act ? make_belongings(desk, "ana@acme", row.target + row.body) : belongings;
        const auto all = number_of_all(row);
        check(expected, send(row, who, ids, {"acme", row.method == "GET" ? "" : R"("acme")"}), all);
      }
}

}  // namespace
}  // namespace cobro::testing
