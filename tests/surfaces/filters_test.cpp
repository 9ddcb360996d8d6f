// Every filter that a list of the platform takes, with rows on both of its sides: one that is
// ignored lists too much.
#include <algorithm>

#include "surfaces/belongings.h"
#include "surfaces/dashboard.h"

namespace cobro::testing {
namespace {

struct Filter {
  std::string list;      // also the member that holds its items
  std::string query;     // <name>: the id of one of ana's belongings
  std::string member;    // of the items, that it is about
  std::string value;     // as JSON text, that they have then; <name> as above
  std::string all = {};  // what is added to the query to have everything, where that is not so
};

const std::vector<Filter> kFilters = {
    {"orders", "status=paid", "status", "\"paid\""},
    {"orders", "user_id=ana", "user_id", "\"ana\""},
    {"payments", "status=cancelled", "status", "\"cancelled\""},
    {"payments", "order_id=<paid_order>", "order_id", "\"<paid_order>\""},
    {"payments", "kind=course_purchase", "kind", "\"course_purchase\""},
    {"refunds", "payment_id=<paid>", "payment_id", "\"<paid>\""},
    {"transactions", "payment_id=<paid>", "payment_id", "\"<paid>\""},
    {"transactions", "type=refund", "transaction_type", "\"refund\""},
    {"transactions", "status=failed", "status", "\"failed\""},
    {"subscriptions", "status=cancelled", "status", "\"cancelled\"", "status=active,cancelled"},
    {"entitlements", "active=true", "active", "true"},
    {"entitlements", "active=false", "active", "false"},
    {"disputes", "status=won", "status", "\"won\""},
    {"disputes", "payment_id=<disputed>", "payment_id", "\"<disputed>\""},
    {"overpayments", "status=refunded", "status", "\"refunded\""},
    {"overpayments", "payment_id=<overpaid>", "payment_id", "\"<overpaid>\""},
    {"reconciliations", "status=resolved", "status", "\"resolved\""},
    {"reconciliations", "payment_id=<contradicted>", "payment_id", "\"<contradicted>\""},
};

std::vector<wire::Json> items_of(const Desk::Answer& answer, const std::string& list) {
  const auto* items = answer.body.at({"data", list});
  if (items == nullptr) throw std::runtime_error(answer.text);
  EXPECT_EQ(answer.data("total"), std::to_string(items->as_array()->size()));
  return *items->as_array();
}

// Everything twice, ana's and bea's; what has a status that ends has ended for ana.
struct ListFilters : ::testing::Test {
  Desk desk;
  Belongings ids = make_belongings(desk, "ana");
  Belongings bea;
  std::string between;  // a time

  ListFilters() {
    desk.clock.advance(std::chrono::minutes(1));
    between = base::to_iso8601(desk.clock.now());
    desk.clock.advance(std::chrono::minutes(1));
    bea = make_belongings(desk, "bea");
    name_payments();
    end_everything_of_ana();
  }

  Desk::Answer get(const std::string& list, const std::string& query) {
    return desk.as("admin", "GET", "/api/v1/" + list + "?limit=100&" + fill(query, ids));
  }

  // The payments that ana's other belongings are of.
  void name_payments() {
    for (const auto& [list, name] :
         std::vector<std::pair<std::string, std::string>>{{"disputes", "disputed"},
                                                          {"overpayments", "overpaid"},
                                                          {"reconciliations", "contradicted"}})
      ids[name] = items_of(get(list, ""), list).back().string_at({"payment_id"}).value();
  }

  void must(const std::string& method, const std::string& path, const std::string& body = "") {
    const auto answer = desk.as("admin", method, "/api/v1/" + fill(path, ids), body);
    if (answer.status != 200 && answer.status != 402) throw std::runtime_error(answer.text);
  }

  void end_everything_of_ana() {
    must("DELETE", "subscriptions/<subscription>?immediate=true");
    must("POST", "overpayments/<overpayment>/refund");
    must("POST", "reconciliations/<reconciliation>/resolve", R"({"outcome":"failed","note":"n"})");
    must("POST", "payments/<payment>/process",
         R"({"payment_method_id":"pm_card_visa_chargeDeclined"})");
    const auto dispute = items_of(get("disputes", "payment_id=<disputed>"), "disputes").front();
    at_stripe(desk, "POST", "/v1/disputes/" + *dispute.string_at({"gateway_dispute_id"}),
              "submit=true&evidence[uncategorized_text]=winning_evidence");
    desk.clock.advance(std::chrono::seconds(2));
    hear(desk, "charge.dispute.closed");
  }
};

TEST_F(ListFilters, list_what_they_say_and_nothing_else) {
  for (const auto& row : kFilters) {
    SCOPED_TRACE(row.list + "?" + row.query);
    const auto all = items_of(get(row.list, row.all), row.list);
    std::vector<wire::Json> wanted;
    std::ranges::copy_if(all, std::back_inserter(wanted), [&](const wire::Json& item) {
      return wire::to_text(*item.find(row.member)) == fill(row.value, ids);
    });
    EXPECT_FALSE(wanted.empty());
    EXPECT_LT(wanted.size(), all.size());
    EXPECT_EQ(items_of(get(row.list, row.query), row.list), wanted);
  }
}

TEST_F(ListFilters, of_transactions_by_time_have_a_start_and_an_end) {
  const auto all = items_of(get("transactions", ""), "transactions");
  const auto later = items_of(get("transactions", "from=" + between), "transactions");
  const auto earlier = items_of(get("transactions", "to=" + between), "transactions");
  EXPECT_FALSE(later.empty());
  EXPECT_FALSE(earlier.empty());
  EXPECT_EQ(later.size() + earlier.size(), all.size());
  for (const auto& item : later) EXPECT_GE(*item.string_at({"created_at"}), between);
  for (const auto& item : earlier) EXPECT_LT(*item.string_at({"created_at"}), between);
}

// A cursor says where a page begins; an offset beside it is not added.
TEST_F(ListFilters, of_a_page_are_its_cursor_or_its_offset) {
  const auto all = items_of(get("orders", ""), "orders");
  const auto first = desk.as("admin", "GET", "/api/v1/orders?limit=1");
  const auto cursor = first.body.string_at({"data", "next_cursor"}).value();
  const auto second = desk.as("admin", "GET", "/api/v1/orders?limit=1&offset=1&cursor=" + cursor);
  EXPECT_EQ(*second.body.at({"data", "orders"})->as_array(), std::vector{all.at(1)});
}

}  // namespace
}  // namespace cobro::testing
