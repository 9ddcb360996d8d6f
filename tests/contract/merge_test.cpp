// Statements of one text as one (docs/decisions/0005): what is sent, and whose the answers are.
// That it does the same as the statements alone, the whole suite shows on "postgres_merged".
#include "store/postgres/merge.h"

#include <gtest/gtest.h>

#include "contract/world.h"

namespace cobro::store {
namespace {

constexpr std::string_view kUpdate = "UPDATE t SET a = $2, version = $3 WHERE id = $1";
constexpr std::string_view kRely = "SELECT 1 FROM t WHERE id = $1 FOR SHARE";
constexpr std::string_view kRead = "SELECT a, b FROM t WHERE a = $1 AND b = $2 ORDER BY id";

base::Uuid id(std::uint8_t last) {
  base::Uuid made;
  made.bytes.back() = last;
  return made;
}
Statement update(std::uint8_t row, const std::optional<std::string>& a) {
  return {kUpdate, params_of(id(row), a, std::int64_t{row}), Touches::one};
}
Statement read(const std::string& a, std::int64_t b) {
  return {kRead, params_of(a, b)};
}
std::string text_at(const Statement& statement, std::size_t parameter) {
  return std::get<std::string>(statement.params.at(parameter).value);
}

TEST(ArrayLiterals, keep_every_text_apart_and_whole) {
  std::vector<Statement> all;
  for (const auto* text : {"", "a,b", "{c}", "NULL", R"(say "hi")", R"(back\slash)", " \n "})
    all.push_back(update(1, text));
  all.push_back(update(1, std::nullopt));
  EXPECT_EQ(array_literal(all, 1), R"({"","a,b","{c}","NULL","say \"hi\"","back\\slash"," )"
                                   "\n"
                                   R"( ",NULL})");
}

TEST(ArrayLiterals, of_numbers_and_ids_are_bare) {
  const std::vector<Statement> all{update(1, "x"), update(255, "y")};
  EXPECT_EQ(array_literal(all, 2), "{1,255}");
  EXPECT_EQ(array_literal(all, 0),
            "{00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-0000000000ff}");
}

TEST(MergedChanges, that_stand_together_are_one) {
  const auto merged = merge_changes({update(1, "a"), update(2, std::nullopt), update(3, "c")});
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].text,
            "UPDATE t SET a = asked.p2, version = asked.p3 FROM unnest($1::uuid[], $2::text[],"
            " $3::bigint[]) AS asked(p1, p2, p3) WHERE id = asked.p1");
  EXPECT_EQ(text_at(merged[0], 1), R"({"a",NULL,"c"})");
  EXPECT_EQ(merged[0].times, 3U);
  EXPECT_EQ(merged[0].touches, Touches::one);
}

// Rows of a table are locked by their ids, whoever changes or relies on them.
TEST(MergedChanges, keep_their_order) {
  const Statement rely{kRely, params_of(id(2)), Touches::finds_one};
  const Statement insert{"INSERT INTO t (a) VALUES ($1)", params_of("x")};
  const auto merged =
      merge_changes({update(1, "a"), rely, update(3, "c"), update(4, "d"), insert, insert});
  ASSERT_EQ(merged.size(), 5U);
  EXPECT_EQ(merged[0].text, kUpdate);
  EXPECT_EQ(merged[1].text, kRely);
  EXPECT_EQ(merged[2].times, 2U);
  EXPECT_EQ(merged[3].text, insert.text);
  EXPECT_EQ(merged[4].text, insert.text);
}

TEST(MergedChanges, of_one_row_stay_apart) {
  const auto merged = merge_changes({update(1, "a"), update(1, "a"), update(2, "b")});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].text, kUpdate);
  EXPECT_EQ(merged[1].times, 2U);
}

TEST(MergedChanges, deletions_are_merged_too) {
  constexpr std::string_view kGone = "DELETE FROM t WHERE id = $1";
  const auto merged = merge_changes(
      {{kGone, params_of(id(1)), Touches::one}, {kGone, params_of(id(2)), Touches::one}});
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].text,
            "DELETE FROM t USING unnest($1::uuid[]) AS asked(p1) WHERE id = asked.p1");
}

TEST(ReadsOfMany, of_one_text_are_one_whichever_write_they_are_of) {
  MergedReads reads;
  const Statement other{"SELECT 1 FROM u WHERE id = $1", params_of(id(9))};
  const std::vector<Statement> first{read("a", 1), other};
  const std::vector<Statement> second{read("b", 2)};
  reads.add(first);
  reads.add(second);
  const auto& sent = reads.statements();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].text,
            "SELECT asked.n, found.* FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS"
            " asked(p1, p2, n) CROSS JOIN LATERAL (SELECT a, b FROM t WHERE a = asked.p1 AND b ="
            " asked.p2 ORDER BY id) AS found");
  EXPECT_EQ(sent[1].text, other.text);

  Rows merged(3);
  for (const auto* cell : {"2", "b1", "x", "1", "a1", "y", "2", "b2", "z"})
    merged.add(std::string_view(cell));
  Rows alone(1);
  alone.add(std::string_view("1"));
  std::vector<Rows> answers{merged, alone};
  const auto of_first = reads.answers_of(0, answers);
  ASSERT_EQ(of_first.size(), 2U);
  ASSERT_EQ(of_first[0].size(), 1U);
  EXPECT_EQ(of_first[0].cell(0, 0), "a1");
  EXPECT_EQ(of_first[1].size(), 1U);
  const auto of_second = reads.answers_of(1, answers);
  ASSERT_EQ(of_second.size(), 1U);
  ASSERT_EQ(of_second[0].size(), 2U);
  EXPECT_EQ(of_second[0].cell(1, 1), "z");
}

TEST(ReadsOfMany, a_write_that_found_nothing_gets_no_rows) {
  MergedReads reads;
  reads.add(std::vector<Statement>{read("a", 1)});
  reads.add(std::vector<Statement>{read("b", 2)});
  ASSERT_EQ(reads.statements().size(), 1U);
  std::vector<Rows> answers{Rows(3)};
  EXPECT_TRUE(reads.answers_of(1, answers).at(0).empty());
}

}  // namespace
}  // namespace cobro::store
