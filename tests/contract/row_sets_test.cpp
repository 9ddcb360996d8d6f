// A type of row that nobody has made yet is stored by the same loops: it needs its own type, its
// `Stored`, and its name in a list.
#include <gtest/gtest.h>

#include <array>

#include "sim/ground/seeded_random.h"
#include "store/sql/entities.h"
#include "store/sql/plan_rows.h"
#include "store/sqlite/session.h"

namespace cobro::testing {

// Made up.
struct Voucher {
  base::Id<struct VoucherTag> id;
  std::string code;
  std::int64_t left = 0;
  std::int64_t version = 1;
};
// Made up too: it only grows.
struct Stamp {
  base::Id<struct StampTag> id;
  std::string on;
};

}  // namespace cobro::testing

namespace cobro::store {

template <>
struct Stored<testing::Voucher> {
  static const Table& table() {
    static const Table table("vouchers", {"code"}, {"remaining"});
    return table;
  }
  static void put_fixed(Params& params, const testing::Voucher& row) { params.add(row.code); }
  static void put_changing(Params& params, const testing::Voucher& row) { params.add(row.left); }
  static Statement insert(const testing::Voucher& row) {
    return insert_into(table(), row, &put_fixed, &put_changing);
  }
  static Statement update(const testing::Voucher& row) {
    return update_of(table(), row, &put_changing);
  }
};

template <>
struct Stored<testing::Stamp> {
  static const Table& table() {
    static const Table table("stamps", {"stamped"}, {});
    return table;
  }
  static Statement insert(const testing::Stamp& row) {
    return {table().insert(), params_of(row.id, row.on)};
  }
};

}  // namespace cobro::store

namespace cobro::testing {
namespace {

using MadeUp = ports::RowSets<Voucher, Stamp>;

class RowSets : public ::testing::Test {
 protected:
  RowSets() {
    session_.connection().execute(
        "CREATE TABLE vouchers (id TEXT PRIMARY KEY, code TEXT UNIQUE, remaining INTEGER,"
        " version INTEGER CONSTRAINT cas CHECK (version > 0));"
        "CREATE TABLE stamps (id TEXT PRIMARY KEY, stamped TEXT)");
  }

  template <class Id>
  Id id() {
    return random_.make_id<Id>({1});
  }
  Voucher voucher(std::string code, std::int64_t left) {
    return {id<decltype(Voucher::id)>(), std::move(code), left, 1};
  }
  Stamp stamp(std::string on) { return {id<decltype(Stamp::id)>(), std::move(on)}; }
  // All of the writes as one. False when a version was not the one read.
  bool write(const std::vector<MadeUp>& writes) {
    MadeUp all;
    for (const auto& sets : writes) all.merge(sets);
    std::vector<store::Statement> statements;
    all.for_each([&](const auto& rows) {
      store::plan_old_rows(statements, rows, store::kSqliteTraits);
      store::plan_new_rows(statements, rows);
    });
    planned = statements.size();
    session_.connection().execute("BEGIN");
    try {
      session_.run_all(statements);
    } catch (const std::runtime_error&) {  // a CHECK, or a row that is gone
      session_.connection().execute("ROLLBACK");
      return false;
    }
    session_.connection().execute("COMMIT");
    return true;
  }
  // "code left version, …"
  std::string vouchers() {
    return told("SELECT code || ' ' || remaining || ' ' || version FROM vouchers ORDER BY code");
  }
  std::string stamps() { return told("SELECT stamped FROM stamps ORDER BY stamped"); }
  bool has_any(const MadeUp& sets) {
    bool found = false;
    sets.for_each([&](const auto& rows) {
      const auto look = store::plan_exists(rows);
      found = found || (look && !session_.run(*look).empty());
    });
    return found;
  }

  std::size_t planned = 0;

 private:
  std::string told(std::string_view query) {
    const auto rows = session_.run({query});
    std::string all;
    for (std::size_t i = 0; i < rows.size(); ++i)
      all += (i == 0 ? "" : ", ") + store::Cells(rows, i).text();
    return all;
  }

  sim::SeededRandom random_{7};
  store::Session session_{":memory:"};
};

TEST_F(RowSets, of_made_up_types_are_inserted_changed_relied_on_and_removed) {
  auto a = voucher("a", 10);
  auto b = voucher("b", 20);
  const auto c = voucher("c", 30);
  MadeUp first;
  EXPECT_TRUE(first.empty());
  first.of<Voucher>().inserted = {a, b, c};
  first.of<Stamp>().inserted = {stamp("monday")};
  EXPECT_FALSE(first.empty());
  EXPECT_FALSE(has_any(first));
  ASSERT_TRUE(write({first}));
  EXPECT_TRUE(has_any(first));
  EXPECT_EQ(vouchers(), "a 10 1, b 20 1, c 30 1");
  EXPECT_EQ(stamps(), "monday");

  MadeUp next;
  a.left = 5;
  next.of<Voucher>().updated = {a};
  next.of<Voucher>().relied_on = {{b.id.uuid, b.version}};
  next.of<Voucher>().removed = {c};
  ASSERT_TRUE(write({next}));
  EXPECT_EQ(vouchers(), "a 5 2, b 20 1");
  // Each of the three fails the whole write once its row has moved.
  EXPECT_FALSE(write({next}));
  b.version = 7;
  MadeUp relying;
  relying.of<Voucher>().relied_on = {{b.id.uuid, b.version}};
  relying.of<Stamp>().inserted = {stamp("tuesday")};
  EXPECT_FALSE(write({relying}));
  EXPECT_EQ(stamps(), "monday");
}

TEST_F(RowSets, of_several_writes_take_few_statements_and_free_a_key_before_it_is_taken) {
  const auto old = voucher("summer", 1);
  MadeUp first;
  first.of<Voucher>().inserted = {old};
  ASSERT_TRUE(write({first}));
  // One write takes the code that the other one gives back, whichever stands first.
  MadeUp taking;
  taking.of<Voucher>().inserted = {voucher("summer", 2)};
  MadeUp leaving;
  leaving.of<Voucher>().removed = {old};
  ASSERT_TRUE(write({taking, leaving}));
  EXPECT_EQ(vouchers(), "summer 2 1");

  std::vector<MadeUp> many(16);
  for (auto& sets : many) sets.of<Stamp>().inserted = {stamp("x")};
  ASSERT_TRUE(write(many));
  EXPECT_EQ(planned, 1U);
}

TEST_F(RowSets, that_are_merged_hold_what_both_held) {
  MadeUp all;
  all.of<Voucher>().inserted = {voucher("a", 1)};
  MadeUp other;
  other.of<Voucher>().inserted = {voucher("b", 2)};
  other.of<Stamp>().inserted = {stamp("friday")};
  all.merge(std::move(other));
  ASSERT_TRUE(write({all}));
  EXPECT_EQ(vouchers(), "a 1 1, b 2 1");
  EXPECT_EQ(stamps(), "friday");
}

}  // namespace
}  // namespace cobro::testing
