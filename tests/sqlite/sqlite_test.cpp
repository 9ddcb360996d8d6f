#include "sqlite/sqlite.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace cobro::sqlite {

namespace {

struct Database : testing::Test {
  Connection db{":memory:"};
  Database() {
    db.execute(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT) STRICT;"
        "CREATE TABLE c (p INTEGER NOT NULL REFERENCES p (id)) STRICT");
  }
};

}  // namespace

TEST_F(Database, binds_by_number_in_any_order_and_reads_back) {
  Statement insert(db.raw(), "INSERT INTO p (name, id) VALUES ($2, $1)");
  insert.bind(1, std::int64_t{7}).bind(2, "seven").bind(3, "not used").run();
  insert.bind(1, std::int64_t{8}).bind_null(2).run();
  insert.bind(1, std::int64_t{9}).bind(2, std::string_view{}).run();
  EXPECT_EQ(db.changes(), 1);

  Statement select(db.raw(), "SELECT id, name FROM p ORDER BY id");
  EXPECT_EQ(select.columns(), 2);
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.int64(0), 7);
  EXPECT_EQ(select.text(1), "seven");
  ASSERT_TRUE(select.step());
  EXPECT_TRUE(select.is_null(1));
  ASSERT_TRUE(select.step());
  EXPECT_FALSE(select.is_null(1));
  EXPECT_EQ(select.text(1), "");
  EXPECT_FALSE(select.step());
}

TEST_F(Database, keeps_zero_bytes_inside_a_text) {
  Statement echo(db.raw(), "SELECT $1");
  ASSERT_TRUE(echo.bind(1, std::string_view("a\0b", 3)).step());
  EXPECT_EQ(echo.text(0), std::string_view("a\0b", 3));
}

TEST_F(Database, foreign_keys_are_enforced_with_extended_codes) {
  Statement insert(db.raw(), "INSERT INTO c VALUES (1)");
  try {
    insert.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), SQLITE_CONSTRAINT_FOREIGNKEY);
    EXPECT_EQ(error.primary_code(), SQLITE_CONSTRAINT);
  }
}

TEST_F(Database, a_failed_statement_holds_up_no_commit_and_can_be_used_again) {
  db.execute("BEGIN; INSERT INTO p VALUES (1, 'a')");
  Statement insert(db.raw(), "INSERT INTO p VALUES ($1, 'b') RETURNING id");
  insert.bind(1, std::int64_t{1});
  EXPECT_THROW(insert.step(), Error);
  EXPECT_TRUE(db.in_transaction());
  insert.bind(1, std::int64_t{2}).run();
  db.execute("COMMIT");
  EXPECT_FALSE(db.in_transaction());
}

TEST_F(Database, a_prepared_text_is_prepared_once) {
  constexpr std::string_view kSql = "SELECT 1";
  EXPECT_EQ(&db.prepared(kSql), &db.prepared(kSql));
}

TEST_F(Database, refuses_two_statements_in_one_and_broken_sql) {
  EXPECT_THROW(Statement(db.raw(), "SELECT 1; SELECT 2"), Error);
  EXPECT_THROW(Statement(db.raw(), "SELEC 1"), Error);
  EXPECT_THROW(Statement(db.raw(), " "), Error);
  EXPECT_THROW(Connection("/nowhere/at/all.db"), Error);
}

}  // namespace cobro::sqlite
