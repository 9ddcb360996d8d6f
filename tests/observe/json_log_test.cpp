#include "observe/json_log.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace cobro::observe {
namespace {

using ports::LogLevel;

constexpr base::Timestamp kNoon{1'762'338'600'123'000};

TEST(JsonLog, writes_one_object_a_line) {
  const auto line = format_line(kNoon, LogLevel::warning, "gateway answer is unknown",
                                {{"payment_id", std::string_view("p\n1")},
                                 {"elapsed_ms", std::int64_t{12}},
                                 {"retried", true},
                                 {"msg", std::string_view("mine")}},
                                LogFormat::json);
  EXPECT_EQ(line,
            "{\"ts\":\"2025-11-05T10:30:00.123Z\",\"level\":\"warning\","
            "\"msg\":\"gateway answer is unknown\",\"payment_id\":\"p\\n1\",\"elapsed_ms\":12,"
            "\"retried\":true,\"msg_\":\"mine\"}");
  EXPECT_TRUE(wire::parse_json(line));
}

TEST(JsonLog, bytes_that_are_no_text_do_not_break_the_line) {
  const auto line = format_line(kNoon, LogLevel::info, "x",
                                {{"error", std::string_view("a\xff\x1b")}}, LogFormat::json);
  EXPECT_TRUE(wire::parse_json(line)) << line;
}

TEST(JsonLog, secrets_are_cut_out_of_texts_and_numbers_stay) {
  const auto line = format_line(
      kNoon, LogLevel::info, "sk_test_abc",
      {{"error", std::string_view("Bearer abc")}, {"micros", std::int64_t{4242424242424242}}},
      LogFormat::json);
  EXPECT_TRUE(
      line.ends_with("\"msg\":\"[redacted]\",\"error\":\"[redacted]\","
                     "\"micros\":4242424242424242}"))
      << line;
}

TEST(JsonLog, text_is_for_people) {
  EXPECT_EQ(format_line(kNoon, LogLevel::info, "listening",
                        {{"url", std::string_view("http://x")}, {"why", std::string_view("a b")}},
                        LogFormat::text),
            "2025-11-05T10:30:00.123Z INFO listening  url=http://x  why=\"a b\"");
}

TEST(JsonLog, reads_levels_by_name) {
  EXPECT_EQ(parse_log_level("WARN"), LogLevel::warning);
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_FALSE(parse_log_level("loud"));
}

struct Row {
  const char* said;
  const char* printed;
};

TEST(Redact, cuts_secrets_and_card_numbers_and_nothing_else) {
  const Row rows[] = {
      {"key sk_test_51abcXYZ, more", "key [redacted], more"},
      {"sk_live_a", "[redacted]"},
      {"rk_live_0123", "[redacted]"},
      {"whsec_ab+/c=", "[redacted]"},
      {"Authorization: Bearer eyJ.a-b_c.d and", "Authorization: [redacted] and"},
      {"card 4242424242424242.", "card [redacted]."},
      {"card 4242 4242 4242 4242 exp", "card [redacted] exp"},
      {"card 3782-822463-10005", "card [redacted]"},
      {"two 4242424242424242 4000000000000002", "two [redacted] [redacted]"},
      {"not a card 4242424242424241", "not a card 4242424242424241"},
      {"exp 4242424242424242 12", "exp [redacted] 12"},
      {"1732200000123456", "1732200000123456"},
      {"id a4242424242424242", "id a4242424242424242"},
      {"42424242424242424242424242", "42424242424242424242424242"},
      {"sk_test_", "sk_test_"},
      {"task_live_forever", "ta[redacted]"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(redact(row.said), row.printed) << row.said;
}

}  // namespace
}  // namespace cobro::observe
