// Limits of what a request may be, to the byte; pages, references, amounts and words at their
// borders.
#include <gmock/gmock.h>

#include <map>

#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/desk.h"
#include "surfaces/platform/payment_words.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- the message ----------------------------------------------------------------------------

TEST(Bodies, may_have_a_mebibyte_and_not_a_byte_more) {
  Desk desk;
  const auto sent = [&](std::size_t bytes) {
    return desk.as("ana", "POST", "/api/v1/orders", std::string(bytes - 2, ' ') + "{}").status;
  };
  EXPECT_EQ(sent(1024 * 1024), 400);
  EXPECT_EQ(sent(1024 * 1024 + 1), 413);
}

TEST(Bodies, are_json_by_their_type_in_any_spelling_or_without_one) {
  Desk desk;
  for (const auto* type : {"application/json", "Application/JSON", "application/json;charset=utf-8",
                           " application/json ; charset=utf-8"})
    EXPECT_EQ(desk.as("ana", "POST", "/api/v1/orders", "{}", {{"Content-Type", type}}).status, 400)
        << type;
  for (const auto* type : {"", "application/jsonx", "text/json", "application", "*/*"})
    EXPECT_EQ(desk.as("ana", "POST", "/api/v1/orders", "{}", {{"Content-Type", type}}).status, 415)
        << type;
  // Where there is no body, its type says nothing.
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders", "", {{"Content-Type", "text/plain"}}).status,
            200);
  EXPECT_EQ(
      desk.as("ana", "DELETE", "/api/v1/orders/99", "", {{"Content-Type", "text/plain"}}).status,
      404);
}

TEST(Bodies, that_cannot_be_read_say_why) {
  Desk desk;
  const auto why = [&](const std::string& body) {
    const auto answer = desk.as("ana", "POST", "/api/v1/orders", body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "validation_failed");
    const auto details = answer.details();
    return details.size() == 1 ? details[0] : answer.text;
  };
  EXPECT_EQ(why("{"), ":invalid_json");
  EXPECT_EQ(why(R"({"a":1,"a":2})"), ":duplicate_name");
  EXPECT_EQ(why(std::string(33, '[') + std::string(33, ']')), ":too_deep");
  EXPECT_EQ(why(R"({"a":)" + std::string(65, '1') + "}"), ":number_too_long");
  EXPECT_EQ(why("{\"a\":\"\xff\"}"), ":not_utf8");
  // Just inside of the limits something else is wrong.
  EXPECT_NE(why(R"({"a":)" + std::string(64, '1') + "}"), ":number_too_long");
  EXPECT_NE(why(std::string(32, '[') + std::string(32, ']')), ":too_deep");
}

TEST(Queries, that_are_malformed_are_refused_where_nobody_reads_them_too) {
  Desk desk;
  desk.make_order();
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders/1?a=%zz").status, 400);
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders?a=%zz").status, 400);
  EXPECT_EQ(desk.as("ana", "GET", "/api/v1/orders/1?a=b").status, 200);
}

TEST(RequestIds, may_have_128_of_these_characters) {
  Desk desk;
  const auto id_for = [&](const std::string& given) {
    return desk.send("GET", "/healthz", "", {{"X-Request-Id", given}}).header("X-Request-Id");
  };
  for (const auto& good :
       {std::string(128, 'a'), std::string("a"), std::string("azAZ09._-"), std::string("-")})
    EXPECT_EQ(id_for(good), good);
  for (const auto& bad : {std::string(129, 'a'), std::string(""), std::string("a/b"),
                          std::string("a:b"), std::string("a@b"), std::string("a[b"),
                          std::string("a`b"), std::string("a{b"), std::string("\xc3\xa9")}) {
    EXPECT_NE(id_for(bad), bad);
    EXPECT_EQ(id_for(bad).size(), 36U);
  }
}

TEST(Authorization, has_one_scheme_and_comes_once) {
  Desk desk;
  const auto status = [&](const wire::Headers& headers) {
    return desk.send("GET", "/api/v1/orders", "", headers).status;
  };
  const auto token = desk.token("ana");
  EXPECT_EQ(status({{"Authorization", "Bearer " + token}}), 200);
  EXPECT_EQ(status({{"authorization", "bEARER   " + token + " "}}), 200);
  for (const auto& bad : {"Bearer" + token, std::string("Bearer"), std::string("Bearer "),
                          std::string(""), "Token " + token, token, "Bearer " + token + " x"})
    EXPECT_EQ(status({{"Authorization", bad}}), 401) << bad;
  const auto twice =
      desk.send("GET", "/api/v1/orders", "",
                {{"Authorization", "Bearer " + token}, {"authorization", "Bearer " + token}});
  EXPECT_EQ(twice.status, 401);
  EXPECT_EQ(twice.header("WWW-Authenticate"), "Bearer");
  EXPECT_THAT(twice.text, HasSubstr("more than one"));
}

TEST(Cors, tells_caches_that_the_origin_counts_and_others_nothing) {
  Desk desk({.cors_origins = {"https://shop.example", "https://other.example"}});
  EXPECT_EQ(desk.send("GET", "/healthz").header("Vary"), "Origin");
  const auto of_second = desk.send("GET", "/healthz", "", {{"Origin", "https://other.example"}});
  EXPECT_EQ(of_second.header("Access-Control-Allow-Origin"), "https://other.example");
  EXPECT_THAT(of_second.header("Access-Control-Expose-Headers"),
              HasSubstr("Idempotent-Replayed, Retry-After"));
  const auto ask = [&](const std::string& origin) {
    return desk.send("OPTIONS", "/api/v1/orders", "",
                     {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
  };
  const auto stranger = ask("https://evil.example");
  EXPECT_EQ(stranger.status, 204);
  EXPECT_EQ(stranger.header("Access-Control-Allow-Methods"), "");
  EXPECT_EQ(stranger.header("Access-Control-Allow-Origin"), "");
  const auto ours = ask("https://shop.example");
  EXPECT_EQ(ours.header("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(ours.header("Access-Control-Max-Age"), "600");
  EXPECT_EQ(ours.header("Access-Control-Expose-Headers"), "");
  Desk open;
  EXPECT_EQ(open.send("GET", "/healthz").header("Vary"), "");
  EXPECT_EQ(open.send("GET", "/healthz").header("Access-Control-Allow-Origin"), "");
  const auto nowhere = open.send("OPTIONS", "/nothing", "", {{"Origin", "https://a.example"}});
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.header("Access-Control-Allow-Origin"), "*");
}

TEST(Paths, name_an_id_by_its_form) {
  Desk desk;
  desk.make_order();
  const auto status = [&](const std::string& id) {
    return desk.as("ana", "GET", "/api/v1/orders/" + id).status;
  };
  EXPECT_EQ(status("1"), 200);
  for (const auto* bad : {"01", "0", "+1", "1x", "", "%00", "1%00", "%ff", "1/"})
    EXPECT_EQ(status(bad), 404) << bad;
  EXPECT_EQ(status(std::string(36, 'x')), 404);
  EXPECT_EQ(status("999999999999999999"), 404);
  EXPECT_EQ(status("9999999999999999999999"), 404);
}

// ---- pages ----------------------------------------------------------------------------------

TEST(Pages, end_at_a_cursor_that_is_read_back) {
  base::Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i)
    id.bytes[i] = static_cast<std::uint8_t>(250 + i);
  const auto cursor = surfaces::to_cursor(id);
  EXPECT_EQ(surfaces::parse_cursor(cursor), id);
  EXPECT_EQ(surfaces::parse_cursor(cursor.substr(1)), std::nullopt);
  EXPECT_EQ(surfaces::parse_cursor(cursor + "AAAA"), std::nullopt);
  EXPECT_EQ(surfaces::parse_cursor(""), std::nullopt);
  EXPECT_EQ(surfaces::parse_cursor("!!"), std::nullopt);
}

struct Item {
  domain::PlanId id;
};

TEST(Pages, of_a_list_that_is_there_as_a_whole) {
  std::vector<Item> all(5);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].id.uuid.bytes[0] = static_cast<std::uint8_t>(i + 1);
  const auto taken = [&](const ports::Page& page) {
    const auto listed = surfaces::take_page(all, page);
    std::string text;
    for (const auto& item : listed.items)
      text += std::to_string(static_cast<int>(item.id.uuid.bytes[0]));
    EXPECT_EQ(listed.total, 5);
    EXPECT_EQ(surfaces::next_cursor(listed).has_value(), listed.more && !listed.items.empty());
    return text + (listed.more ? "+" : "");
  };
  EXPECT_EQ(taken({}), "12345");
  EXPECT_EQ(taken({.limit = 5}), "12345");
  EXPECT_EQ(taken({.limit = 4}), "1234+");
  EXPECT_EQ(taken({.limit = 2, .offset = 3}), "45");
  EXPECT_EQ(taken({.limit = 2, .offset = 2}), "34+");
  EXPECT_EQ(taken({.limit = 2, .offset = 5}), "");
  EXPECT_EQ(taken({.limit = 2, .offset = 99}), "");
  EXPECT_EQ(taken({.limit = 2, .after = all[1].id.uuid}), "34+");
  EXPECT_EQ(taken({.limit = 2, .offset = 1, .after = all[2].id.uuid}), "45");
  EXPECT_EQ(taken({.limit = 2, .after = all[4].id.uuid}), "");
  EXPECT_EQ(taken({.limit = 2, .after = base::Uuid{}}), "");
}

TEST(Pages, have_limits) {
  Desk desk;
  const auto status = [&](const std::string& query) {
    return desk.as("ana", "GET", "/api/v1/orders?" + query).status;
  };
  for (const auto* good : {"limit=1", "limit=100", "offset=0", "offset=1000000000"})
    EXPECT_EQ(status(good), 200) << good;
  for (const auto* bad : {"limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "offset=-1",
                          "offset=1000000001", "cursor="})
    EXPECT_EQ(status(bad), 400) << bad;
}

// ---- references and amounts -----------------------------------------------------------------

TEST(References, are_uuids_or_positive_numbers_of_18_digits) {
  const auto parse = [](std::string_view text) {
    return surfaces::parse_reference<domain::OrderId>(text);
  };
  EXPECT_EQ(std::get<std::int64_t>(parse("1").value()), 1);
  EXPECT_EQ(std::get<std::int64_t>(parse("999999999999999999").value()), 999'999'999'999'999'999);
  EXPECT_TRUE(std::holds_alternative<domain::OrderId>(
      parse("0192f0c1-2345-7abc-8def-0123456789ab").value()));
  for (const auto* bad : {"", "0", "-1", "+1", "1.0", "1e3", " 1", "1000000000000000000", "abc"})
    EXPECT_EQ(parse(bad), std::nullopt) << bad;
}

TEST(Amounts, are_checked_to_the_last_digit) {
  using surfaces::Fields;
  const auto code = [](const std::string& json, std::optional<std::string> currency) {
    Fields fields;
    const auto value = wire::parse_json(json).value();
    const auto unit = currency ? domain::Currency::parse(*currency) : std::nullopt;
    fields.check_amount(&value, unit, "amount");
    return fields.failed() ? fields.refusal().details.at(0).code : "";
  };
  EXPECT_EQ(code("0", {}), "must_be_positive");
  EXPECT_EQ(code("-1", {}), "must_be_positive");
  EXPECT_EQ(code("0.00", {}), "must_be_positive");
  EXPECT_EQ(code("0e9", {}), "must_be_positive");
  EXPECT_EQ(code("\"0\"", {}), "must_be_positive");
  EXPECT_EQ(code("1", {}), "");
  EXPECT_EQ(code("0.001", {}), "");
  EXPECT_EQ(code("\"x\"", {}), "") << "decoding says that";
  EXPECT_EQ(code("[]", "PEN"), "");
  EXPECT_EQ(code("0.01", "PEN"), "");
  EXPECT_EQ(code("0.001", "PEN"), "too_many_decimals");
  EXPECT_EQ(code("1e-3", "PEN"), "too_many_decimals");
  EXPECT_EQ(code("1e-300", "PEN"), "too_many_decimals");
  EXPECT_EQ(code("9999999999.99", "PEN"), "");
  EXPECT_EQ(code("10000000000.00", "PEN"), "too_large");
  Fields none;
  none.check_amount(nullptr, domain::Currency::parse("PEN"), "amount");
  EXPECT_FALSE(none.failed());
}

TEST(Tokens, of_methods_are_letters_digits_and_no_card) {
  using surfaces::Fields;
  const auto code = [](const std::optional<std::string>& token) {
    Fields fields;
    fields.check_token(token, "token");
    if (!fields.failed()) return std::string();
    const auto refusal = fields.refusal();
    return refusal.details.empty() ? std::string("?") : refusal.details[0].code;
  };
  EXPECT_EQ(code(std::nullopt), "");
  for (const auto* good :
       {"pm_card_visa", "pm-1", "PM9", "z", "A", "0", "9", "pm 1", "4242424242424243"})
    EXPECT_EQ(code(good), "") << good;
  for (const auto* bad : {"pm/1", "pm:1", "pm@1", "pm[1", "pm`1", "pm{1", "pm\x01", "pm.1", "é"})
    EXPECT_EQ(code(bad), "invalid_format") << bad;
  EXPECT_EQ(code("4242424242424242"), "card_data_not_allowed");
  EXPECT_EQ(code("4242-4242 4242-4242"), "card_data_not_allowed");
}

// What is wrong beside a card number is not listed with it.
TEST(Fields, with_a_card_number_say_that_alone) {
  surfaces::Fields fields;
  fields.fail("a", "required", "is needed");
  EXPECT_EQ(fields.refusal().code, domain::RefusalCode::validation_failed);
  EXPECT_EQ(fields.refusal().message, "One field is not valid.");
  fields.fail("b", "required", "is needed");
  EXPECT_EQ(fields.refusal().message, "2 fields are not valid.");
  fields.check_token("4242424242424242", "c");
  EXPECT_EQ(fields.refusal().code, domain::RefusalCode::card_data_not_allowed);
  EXPECT_EQ(fields.refusal().details.size(), 1U);
}

// ---- the words of a payment ----------------------------------------------------------------

TEST(PaymentWords, of_every_kind_and_state) {
  using domain::PaymentKind;
  using domain::PaymentState;
  using surfaces::platform::PrintedState;
  const auto words = [](PaymentKind kind) {
    std::string all;
    const auto add = [&](const PrintedState& printed) {
      all += std::string(wire::to_string(surfaces::platform::status_of(printed))) + " ";
    };
    for (const auto state : domain::kPaymentStates) {
      add({.kind = kind, .state = state});
      if (state == PaymentState::pending) add({.kind = kind, .state = state, .with_method = true});
      if (state == PaymentState::succeeded)
        add({.kind = kind, .state = state, .refunded_in_full = true});
    }
    return all;
  };
  std::string states;
  for (const auto state : domain::kPaymentStates)
    states += std::string(domain::to_string(state)) + " ";
  ASSERT_EQ(states, "pending requires_action processing authorized succeeded failed cancelled ");
  EXPECT_EQ(words(PaymentKind::order),
            "pending pending processing processing processing completed refunded failed "
            "cancelled ");
  EXPECT_EQ(words(PaymentKind::intent),
            "requires_payment_method requires_confirmation requires_action processing "
            "requires_capture succeeded succeeded requires_payment_method canceled ");
  for (const auto kind :
       {PaymentKind::course_purchase, PaymentKind::subscription, PaymentKind::one_time})
    EXPECT_EQ(words(kind),
              "pending pending processing processing processing succeeded refunded failed "
              "cancelled ");
  EXPECT_EQ(words(PaymentKind::session),
            "pending pending pending processing processing completed refunded failed cancelled ");
}

// A filter by a word finds exactly what prints that word.
TEST(PaymentWords, are_found_by_what_prints_them) {
  using domain::PaymentState;
  using surfaces::platform::PaymentStatus;
  for (int number = 0; number <= static_cast<int>(PaymentStatus::canceled); ++number) {
    const auto status = static_cast<PaymentStatus>(number);
    const auto found = surfaces::platform::payments_that_print({status});
    EXPECT_FALSE(found.empty()) << number;
    for (const auto& word : found) {
      EXPECT_EQ(word.refunded_in_full.has_value(), word.state == PaymentState::succeeded);
      EXPECT_EQ(word.with_method.has_value(), word.state == PaymentState::pending);
      ASSERT_TRUE(word.kind);
      EXPECT_EQ(
          surfaces::platform::status_of({.kind = *word.kind,
                                         .state = word.state,
                                         .refunded_in_full = word.refunded_in_full.value_or(false),
                                         .with_method = word.with_method.value_or(false)}),
          status);
    }
  }
  EXPECT_THAT(surfaces::platform::payments_that_print({}), IsEmpty());
  std::vector<PaymentStatus> every;
  for (int number = 0; number <= static_cast<int>(PaymentStatus::canceled); ++number)
    every.push_back(static_cast<PaymentStatus>(number));
  // 6 kinds: 5 states once, two of them twice.
  EXPECT_EQ(surfaces::platform::payments_that_print(every).size(), 6U * 9U);
}

}  // namespace
}  // namespace cobro::testing
