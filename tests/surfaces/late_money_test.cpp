// Overpayments and reconciliations as clients see them.
#include "surfaces/dashboard.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kUnknownId = "019a53c8-4a17-7e2b-a6d9-5c0f7b21e834";

std::string payment_path(std::int64_t number) {
  return "/api/v1/payments/" + std::to_string(number);
}

// The gateway captures that much for ana's payment, and says so.
void capture_there(Desk& desk, std::int64_t payment, const std::string& minor) {
  capture_there(desk, *desk.as("ana", "GET", payment_path(payment)).body.string_at({"data", "id"}),
                minor);
}

// A payment of 59.98 that was cancelled, and paid at the gateway all the same.
std::int64_t make_overpaid(Desk& desk) {
  const auto payment = desk.make_payment();
  EXPECT_EQ(desk.as("ana", "DELETE", payment_path(payment)).status, 200);
  capture_there(desk, payment, "5998");
  return payment;
}

const wire::Json& first(const Desk::Answer& answer, std::string_view plural) {
  const auto* items = answer.body.at({"data", plural});
  if (items == nullptr || items->as_array()->empty())
    throw std::runtime_error("nothing listed: " + answer.text);
  return items->as_array()->front();
}

std::string id_of(Desk& desk, const std::string& plural) {
  return *first(desk.as("admin", "GET", "/api/v1/" + plural), plural).string_at({"id"});
}

struct LateMoney : ::testing::Test {
  Desk desk;
  LateMoney() { desk.service->start_jobs(); }
};

TEST_F(LateMoney, is_shown_to_whom_it_belongs) {
  const auto payment = make_overpaid(desk);
  const auto listed = desk.as("ana", "GET", "/api/v1/overpayments");
  EXPECT_EQ(listed.data("total"), "1") << listed.text;
  EXPECT_EQ(listed.data("next_cursor"), "null");
  const auto& row = first(listed, "overpayments");
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"amount", "59.98"},
                                                        {"currency", "\"PEN\""},
                                                        {"reason", "\"payment_cancelled\""},
                                                        {"status", "\"open\""},
                                                        {"refunded_amount", "0.00"},
                                                        {"refunding_amount", "0.00"},
                                                        {"gateway", "\"stripe\""}})
    EXPECT_EQ(wire::to_text(*row.find(name)), value) << name;
  EXPECT_THAT(row.string_at({"gateway_transaction_id"}).value_or(""), HasSubstr("ch_"));
  const auto shown = desk.as("ana", "GET", payment_path(payment));
  EXPECT_EQ(shown.data("status"), "\"cancelled\"");
  EXPECT_EQ(shown.data("id"), wire::to_text(*row.find("payment_id")));
  EXPECT_EQ(shown.data("order_id"), wire::to_text(*row.find("order_id")));
  EXPECT_EQ(shown.data("overpayment_id"), wire::to_text(*row.find("id")));
  EXPECT_EQ(shown.data("amount_captured"), "0.00");

  const auto by_payment = "/api/v1/overpayments?payment_id=" + std::to_string(payment);
  EXPECT_EQ(desk.as("ana", "GET", by_payment).data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/overpayments?status=refunding,refunded").data("total"),
            "0");
  EXPECT_EQ(desk.as("bea", "GET", "/api/v1/overpayments").data("overpayments"), "[]");
  EXPECT_EQ(desk.as("bea", "GET", by_payment).status, 404);
  EXPECT_EQ(desk.as("service", "GET", by_payment).data("total"), "1");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/overpayments?status=lost").status, 400);
}

TEST_F(LateMoney, is_sent_back_once_by_an_administrator) {
  const auto payment = make_overpaid(desk);
  const auto id = id_of(desk, "overpayments");
  const auto path = "/api/v1/overpayments/" + id + "/refund";
  EXPECT_EQ(desk.as("ana", "POST", path).status, 403);
  EXPECT_EQ(desk.as("service", "POST", path).status, 403);
  EXPECT_THAT(desk.as("admin", "POST", path, R"({"reason":""})").details(),
              ::testing::ElementsAre("reason:too_short"));

  const wire::Headers key = {{"Idempotency-Key", "back"}};
  const auto back = desk.as("admin", "POST", path, R"({"reason":"Paid twice"})", key);
  ASSERT_EQ(back.status, 200) << back.text;
  EXPECT_EQ(back.data("status"), "\"refunded\"");
  EXPECT_EQ(back.data("refunded_amount"), "59.98");
  EXPECT_EQ(desk.as("admin", "POST", path, R"({"reason":"Paid twice"})", key).text, back.text);
  EXPECT_EQ(desk.as("admin", "POST", path).code(), "invalid_state");
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/overpayments?status=refunded").data("total"), "1");

  const auto refunds =
      desk.as("ana", "GET", "/api/v1/refunds?payment_id=" + std::to_string(payment));
  EXPECT_EQ(first(refunds, "refunds").string_at({"overpayment_id"}), id);
  EXPECT_EQ(first(refunds, "refunds").string_at({"reason"}), "Paid twice");
  const auto one =
      desk.as("ana", "GET", "/api/v1/refunds/" + *first(refunds, "refunds").string_at({"id"}));
  EXPECT_EQ(one.data("overpayment_id"), '"' + id + '"');
  EXPECT_EQ(one.data("payment_status"), "\"cancelled\"");
}

TEST_F(LateMoney, walks_by_cursor_to_the_end) {
  for (int i = 0; i < 3; ++i) make_overpaid(desk);
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page = desk.as("ana", "GET", "/api/v1/overpayments?limit=1" + cursor);
    ASSERT_EQ(page.status, 200) << page.text;
    EXPECT_EQ(page.data("total"), "3");
    seen.push_back(*first(page, "overpayments").string_at({"id"}));
    const auto next = page.body.string_at({"data", "next_cursor"});
    cursor = next ? "&cursor=" + *next : "";
  } while (!cursor.empty() && seen.size() < 9);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_GT(seen[0], seen[1]);
  EXPECT_GT(seen[1], seen[2]);
}

TEST_F(LateMoney, of_nobody_is_not_found) {
  for (const std::string& id : {std::string(kUnknownId), std::string("7"), std::string("x")}) {
    EXPECT_EQ(desk.as("admin", "POST", "/api/v1/overpayments/" + id + "/refund").status, 404) << id;
    EXPECT_EQ(desk.as("admin", "POST", "/api/v1/reconciliations/" + id + "/resolve",
                      R"({"outcome":"failed","note":"x"})")
                  .status,
              404)
        << id;
  }
}

TEST_F(LateMoney, that_contradicts_us_waits_for_an_administrator) {
  const auto payment = desk.make_payment();
  capture_there(desk, payment, "6998");
  const auto listed = desk.as("admin", "GET", "/api/v1/reconciliations?status=open");
  EXPECT_EQ(listed.data("total"), "1") << listed.text;
  const auto& row = first(listed, "reconciliations");
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"attempt_id", "null"},
                                                        {"kind", "\"conflict\""},
                                                        {"operation", "null"},
                                                        {"gateway", "\"stripe\""},
                                                        {"amount", "59.98"},
                                                        {"currency", "\"PEN\""},
                                                        {"status", "\"open\""},
                                                        {"outcome", "null"},
                                                        {"note", "null"},
                                                        {"resolved_by", "null"},
                                                        {"resolved_at", "null"}})
    EXPECT_EQ(wire::to_text(*row.find(name)), value) << name;
  EXPECT_EQ(row.find("payment_status"), nullptr);
  EXPECT_THAT(row.string_at({"detail"}).value_or(""), HasSubstr("69.98"));
  EXPECT_EQ(desk.as("ana", "GET", payment_path(payment)).data("conflicted"), "true");

  const auto path = "/api/v1/reconciliations/" + *row.string_at({"id"}) + "/resolve";
  for (const std::string who : {"ana", "service"}) {
    EXPECT_EQ(desk.as(who, "GET", "/api/v1/reconciliations").status, 403);
    EXPECT_EQ(desk.as(who, "POST", path, R"({"outcome":"failed","note":"x"})").status, 403);
  }
  EXPECT_THAT(desk.as("admin", "POST", path, "{}").details(),
              UnorderedElementsAre("outcome:required", "note:required"));
  EXPECT_THAT(
      desk.as("admin", "POST", path, R"({"outcome":"maybe","note":"","gateway_transaction_id":""})")
          .details(),
      UnorderedElementsAre("outcome:not_one_of", "note:too_short",
                           "gateway_transaction_id:too_short"));

  const std::string seen = R"({"outcome":"succeeded","gateway_transaction_id":"ch_seen",
      "note":"59.98 of it are for us"})";
  const wire::Headers key = {{"Idempotency-Key", "seen"}};
  const auto resolved = desk.as("admin", "POST", path, seen, key);
  ASSERT_EQ(resolved.status, 200) << resolved.text;
  EXPECT_EQ(desk.as("admin", "POST", path, seen, key).text, resolved.text);
  EXPECT_EQ(resolved.data("status"), "\"resolved\"");
  EXPECT_EQ(resolved.data("outcome"), "\"succeeded\"");
  EXPECT_EQ(resolved.data("resolved_by"), "\"admin\"");
  EXPECT_EQ(resolved.data("payment_status"), "\"completed\"");
  EXPECT_NE(resolved.data("resolved_at"), "null");
  const auto shown = desk.as("ana", "GET", payment_path(payment));
  EXPECT_EQ(shown.data("status"), "\"completed\"");
  EXPECT_EQ(shown.data("conflicted"), "false");
  EXPECT_EQ(shown.data("gateway_transaction_id"), "\"ch_seen\"");
  EXPECT_EQ(desk.as("admin", "POST", path, R"({"outcome":"failed","note":"x"})").code(),
            "invalid_state");
  const auto number = std::to_string(payment);
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/reconciliations?status=open").data("total"), "0");
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/reconciliations?payment_id=" + number).data("total"),
            "1");
  EXPECT_EQ(desk.as("admin", "GET", "/api/v1/reconciliations?payment_id=99").status, 404);
}

TEST_F(LateMoney, goes_back_by_itself_where_that_is_on) {
  Desk generous({.refund_overpayments = true});
  generous.service->start_jobs();
  make_overpaid(generous);
  generous.clock.advance(std::chrono::seconds(10));
  const auto row = first(generous.as("ana", "GET", "/api/v1/overpayments"), "overpayments");
  EXPECT_EQ(row.string_at({"status"}), "refunded");
}

}  // namespace
}  // namespace cobro::testing
