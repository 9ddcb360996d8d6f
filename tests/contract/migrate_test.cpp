// Migrations, on both databases that keep something.
#include <gmock/gmock.h>

#include <barrier>
#include <future>
#include <set>

#include "contract/backend.h"
#include "store/migrations.h"
#include "store/open.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Migrations : public ::testing::TestWithParam<BackendChoice> {
 protected:
  Migrations() : backend(GetParam().make()) {}
  std::unique_ptr<Backend> backend;
  const std::int64_t newest = static_cast<std::int64_t>(store::migrations().size());
};

TEST_P(Migrations, the_first_run_makes_everything_and_the_second_nothing) {
  const auto first = backend->migrate();
  EXPECT_EQ(first.from, 0);
  EXPECT_EQ(first.to, newest);
  const auto second = backend->migrate();
  EXPECT_EQ(second.from, newest);
  EXPECT_EQ(second.to, newest);
  EXPECT_EQ(second.deployment, first.deployment);
  EXPECT_EQ(first.deployment.size(), 10U);
  EXPECT_EQ(first.deployment.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"),
            std::string::npos);
  EXPECT_EQ(backend->open()->deployment(), first.deployment);
}

TEST_P(Migrations, several_instances_at_once_migrate_once) {
  std::barrier together(16);
  std::vector<std::future<store::Migrated>> instances(16);
  for (auto& instance : instances)
    instance = std::async(std::launch::async, [&] {
      together.arrive_and_wait();
      return backend->migrate();
    });
  int first = 0;
  std::set<std::string> deployments;
  for (auto& instance : instances) {
    const auto result = instance.get();
    first += result.from == 0 ? 1 : 0;
    EXPECT_EQ(result.to, newest);
    deployments.insert(result.deployment);
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(deployments.size(), 1U);
}

TEST_P(Migrations, a_newer_schema_is_refused_with_both_versions) {
  backend->migrate();
  backend->execute(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
      "VALUES (999, 'from-the-future', 'x', 0)");
  EXPECT_THAT([&] { (void)backend->open(); },
              ThrowsMessage<store::SchemaMismatch>(HasSubstr(
                  "schema version 999, this binary knows only up to " + std::to_string(newest))));
}

TEST_P(Migrations, a_migration_changed_after_it_was_applied_is_refused) {
  backend->migrate();
  backend->execute("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
  EXPECT_THROW((void)backend->open(), store::SchemaMismatch);
}

std::vector<BackendChoice> migrating_backends() {
  std::vector<BackendChoice> all{{"sqlite_file", sqlite_file_backend}};
  if (!postgres_backends().empty()) all.push_back({"postgres", fresh_postgres_backend});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, Migrations, ::testing::ValuesIn(migrating_backends()),
                         [](const auto& info) { return info.param.name; });

TEST(Migrations, the_shared_script_in_sqlites_types) {
  EXPECT_EQ(store::to_sqlite("CREATE TABLE t (bigint_x bigint, id uuid, j json) /*strict*/;"),
            "CREATE TABLE t (bigint_x INTEGER, id TEXT, j TEXT) STRICT;");
}

TEST(Location, is_told_by_the_scheme) {
  using Kind = store::Location::Kind;
  const auto at = [](std::string_view url) { return store::parse_location(url, "data").value(); };
  EXPECT_EQ(at("").where, "data/cobro.db");
  EXPECT_EQ(at("sqlite:///var/x.db").where, "/var/x.db");
  EXPECT_EQ(at("sqlite://:memory:").where, ":memory:");
  EXPECT_EQ(at("postgres://h/n").kind, Kind::postgres);
  EXPECT_EQ(at("postgresql://h/n").where, "postgresql://h/n");
  EXPECT_FALSE(store::parse_location("mysql://h/n", "data"));
  EXPECT_FALSE(store::parse_location("sqlite://", "data"));
}

TEST(Location, is_described_without_its_password) {
  const auto text = [](const char* url) {
    return store::describe(store::parse_location(url, "data").value());
  };
  EXPECT_EQ(text("postgres://u:p@ss@h:5432/n?password=x"), "PostgreSQL postgres://u@h:5432/n");
  EXPECT_EQ(text("postgres://h:5432/n"), "PostgreSQL postgres://h:5432/n");
  EXPECT_EQ(text(""), "SQLite data/cobro.db");
}

}  // namespace
}  // namespace cobro::testing
