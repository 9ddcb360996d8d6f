// Every error that may be answered: its status, its code, its hint when to try again, its shape on
// each surface, and its row on the page for callers.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "domain/words.h"
#include "surfaces/common/errors.h"
#include "surfaces/common/flat_error.h"
#include "surfaces/desk.h"
#include "surfaces/platform/envelope.h"
#include "tests/support/checkout_files.h"
#include "wire/reason_phrase.h"

namespace cobro::testing {
namespace {

using domain::RefusalCode;

struct Refused {
  RefusalCode code;
  int status;
  std::string word;
};

const std::vector<Refused> kRefusals = {
    {RefusalCode::validation_failed, 400, "validation_failed"},
    {RefusalCode::card_data_not_allowed, 400, "card_data_not_allowed"},
    {RefusalCode::gateway_not_available, 400, "gateway_not_available"},
    {RefusalCode::currency_not_supported, 400, "currency_not_supported"},
    {RefusalCode::unauthorized, 401, "unauthorized"},
    {RefusalCode::forbidden, 403, "forbidden"},
    {RefusalCode::idempotency_key_reused, 422, "idempotency_key_reused"},
    {RefusalCode::idempotency_in_progress, 409, "idempotency_in_progress"},
    {RefusalCode::not_found, 404, "not_found"},
    {RefusalCode::invalid_state, 409, "invalid_state"},
    {RefusalCode::payment_in_progress, 409, "payment_in_progress"},
    {RefusalCode::payment_conflicted, 409, "payment_conflicted"},
    {RefusalCode::order_amount_taken, 409, "order_amount_taken"},
    {RefusalCode::order_closing, 409, "order_closing"},
    {RefusalCode::method_in_use, 409, "method_in_use"},
    {RefusalCode::payment_disputed, 409, "payment_disputed"},
    {RefusalCode::refund_required, 409, "refund_required"},
    {RefusalCode::refund_exceeds_remaining, 409, "refund_exceeds_remaining"},
    {RefusalCode::refund_in_progress, 409, "refund_in_progress"},
    {RefusalCode::amount_exceeds_authorized, 409, "amount_exceeds_authorized"},
    {RefusalCode::payment_declined, 402, "payment_declined"},
    {RefusalCode::gateway_refused, 502, "gateway_refused"},
    {RefusalCode::gateway_busy, 503, "gateway_busy"},
    {RefusalCode::outcome_unknown, 504, "outcome_unknown"},
    {RefusalCode::unavailable, 503, "unavailable"},
    {RefusalCode::internal, 500, "internal"},
};

// What HTTP itself refuses, here or at the listener.
const std::vector<std::pair<int, std::string>> kHttp = {
    {400, "bad_request"},
    {404, "not_found"},
    {405, "method_not_allowed"},
    {408, "request_timeout"},
    {413, "body_too_large"},
    {415, "unsupported_media_type"},
    {417, "expectation_failed"},
    {431, "headers_too_large"},
    {501, "not_implemented"},
    {503, "unavailable"},
    {505, "http_version_not_supported"},
};

TEST(ErrorWords, of_every_refusal_are_its_status_and_its_code) {
  EXPECT_EQ(kRefusals.size(), static_cast<std::size_t>(RefusalCode::internal) + 1);
  std::set<RefusalCode> seen;
  for (const auto& row : kRefusals) {
    EXPECT_TRUE(seen.insert(row.code).second);
    const auto facts = surfaces::facts_of({.code = row.code, .message = "why"});
    EXPECT_EQ(facts.status, row.status) << row.word;
    EXPECT_EQ(facts.code, row.word);
    EXPECT_EQ(facts.message, row.status == 500 ? "Something went wrong on our side." : "why");
    EXPECT_EQ(facts.retry_after_s, row.status == 503 ? std::optional(1) : std::nullopt);
    EXPECT_FALSE(facts.decline_code);
    EXPECT_TRUE(facts.details.empty());
  }
}

TEST(ErrorWords, carry_what_the_refusal_says_besides) {
  const auto facts = surfaces::facts_of({.code = RefusalCode::gateway_busy,
                                         .message = "later",
                                         .details = {{"a_b", "required", "is needed"}},
                                         .decline_code = "stolen_card",
                                         .retry_after_s = 7});
  EXPECT_EQ(facts.retry_after_s, 7);
  EXPECT_EQ(facts.decline_code, "stolen_card");
  ASSERT_EQ(facts.details.size(), 1U);
  const auto enveloped = surfaces::platform::render_error(facts, "r-1");
  EXPECT_EQ(enveloped.status, 503);
  EXPECT_EQ(enveloped.headers.find("Retry-After"), "7");
  EXPECT_EQ(enveloped.body,
            R"({"success":false,"error":{"code":"gateway_busy","message":"later",)"
            R"("decline_code":"stolen_card","details":[{"field":"a_b","code":"required",)"
            R"("message":"is needed"}],"request_id":"r-1"}})");
  const auto flat = surfaces::render_flat_error(facts, "r-1");
  EXPECT_EQ(flat.status, 503);
  EXPECT_EQ(flat.headers.find("Retry-After"), "7");
  EXPECT_THAT(flat.body, ::testing::HasSubstr(R"("field":"aB")"));
  EXPECT_THAT(flat.body, ::testing::HasSubstr("stolen_card"));
  EXPECT_THAT(flat.body, ::testing::HasSubstr("Service Unavailable"));
}

TEST(ErrorWords, leave_out_what_there_is_nothing_of) {
  const auto facts = surfaces::facts_of({.code = RefusalCode::not_found, .message = "no"});
  const auto enveloped = surfaces::platform::render_error(facts, "r-1");
  EXPECT_EQ(enveloped.body,
            R"({"success":false,"error":{"code":"not_found","message":"no","request_id":"r-1"}})");
  EXPECT_FALSE(enveloped.headers.find("Retry-After"));
  const auto flat = surfaces::render_flat_error(facts, "r-1");
  EXPECT_THAT(flat.body, ::testing::Not(::testing::HasSubstr("details")));
  EXPECT_THAT(flat.body, ::testing::Not(::testing::HasSubstr("decline")));
  EXPECT_FALSE(flat.headers.find("Retry-After"));
}

TEST(ErrorWords, of_http_itself_are_one_for_each_status) {
  Desk desk;
  for (const auto& [status, code] : kHttp) {
    SCOPED_TRACE(status);
    const auto facts = surfaces::http_error(status, "why");
    EXPECT_EQ(facts.status, status);
    EXPECT_EQ(facts.code, code);
    EXPECT_EQ(facts.message, "why");
    EXPECT_EQ(facts.retry_after_s, status == 503 ? std::optional(1) : std::nullopt);
    EXPECT_NE(wire::reason_phrase(status), "");
    // As the listener has it worded, below a path of this surface.
    wire::Request seen;
    seen.method = "POST";
    seen.path = "/api/v1/orders";
    const auto reply = desk.service->refuse(seen, status, "why");
    EXPECT_EQ(reply.status, status);
    EXPECT_THAT(reply.body, ::testing::HasSubstr("\"code\":\"" + code + "\""));
    EXPECT_EQ(reply.headers.find("Retry-After").has_value(), status == 503);
  }
}

// A body that is too large is known from the head, and so is a path that nobody serves.
TEST(ErrorWords, of_a_body_too_large_for_no_path_are_of_the_path) {
  Desk desk;
  wire::Request seen;
  seen.method = "POST";
  seen.path = "/api/v1/nothing";
  EXPECT_EQ(desk.service->refuse(seen, 413, "why").status, 404);
  EXPECT_EQ(desk.service->refuse(seen, 431, "why").status, 431);
  seen.path = "/api/v1/orders";
  EXPECT_EQ(desk.service->refuse(seen, 413, "why").status, 413);
  seen.method = "PATCH";
  const auto other_method = desk.service->refuse(seen, 413, "why");
  EXPECT_EQ(other_method.status, 405);
  EXPECT_TRUE(other_method.headers.find("Allow"));
}

// The page names each of them, and nothing else.
TEST(ErrorWords, are_the_rows_of_the_page_for_callers) {
  std::set<std::pair<std::string, int>> wanted;
  for (const auto& row : kRefusals) wanted.insert({row.word, row.status});
  for (const auto& [status, code] : kHttp) wanted.insert({code, status});
  std::istringstream page(testing::text_of("docs/platform.md"));
  std::set<std::pair<std::string, int>> found;
  std::string line;
  bool within = false;
  while (std::getline(page, line)) {
    if (line.starts_with("## ")) within = line == "## Errors";
    if (!within || !line.starts_with("| `")) continue;
    const auto end = line.find('`', 3);
    found.insert({line.substr(3, end - 3), std::stoi(line.substr(end + 3))});
  }
  EXPECT_EQ(found, wanted);
}

TEST(ReasonPhrases, are_those_of_the_registry) {
  const std::vector<std::pair<int, std::string_view>> kPhrases = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {599, ""},
  };
  for (const auto& [status, phrase] : kPhrases) EXPECT_EQ(wire::reason_phrase(status), phrase);
}

}  // namespace
}  // namespace cobro::testing
