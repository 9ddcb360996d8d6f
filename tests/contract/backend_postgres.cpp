#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "contract/backend.h"
#include "store/postgres/blocking.h"
#include "store/postgres_store.h"

namespace cobro::testing {
namespace {

const char* server() {
  return std::getenv("COBRO_TEST_POSTGRES");
}

// The server's URL with another database in it: postgresql://user@host:port/name
std::string url_of(const std::string& database) {
  std::string url = server();
  const auto query = url.find('?');
  const auto tail = query == std::string::npos ? "" : url.substr(query);
  url.resize(std::min(query, url.size()));
  const auto slash = url.find('/', url.find("://") + 3);
  return url.substr(0, slash) + "/" + database + tail;
}

// A database of its own, dropped at the end.
class Database {
 public:
  Database() : name_(fresh_name()), url_(url_of(name_)) {
    store::PgBlocking(server()).script("CREATE DATABASE " + name_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { store::PgBlocking(server()).script("DROP DATABASE " + name_ + " WITH (FORCE)"); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  static std::string fresh_name() {
    static int count = 0;
    return "cobro_" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) +
           "_" + std::to_string(++count);
  }
  std::string name_;
  std::string url_;
};

// Making a database takes a second, emptying one a few milliseconds.
std::shared_ptr<Database> emptied_database() {
  static const auto database = std::make_shared<Database>();
  static ManualClock clock;
  static SeededRandom random;
  static const auto migrated = store::migrate_postgres(database->url(), clock, random);
  std::string script = "BEGIN;";
  for (const auto* table :
       {"events",        "webhooks",        "sweep_points",      "gateway_accounts",
        "reviews",       "records",         "gateway_calls",     "instances",
        "entitlements",  "disputes",        "checkout_sessions", "ledger_entries",
        "transactions",  "refunds",         "payments",          "subscription_status_changes",
        "subscriptions", "payment_methods", "customers",         "order_items",
        "orders"})
    script += std::string("DELETE FROM ") + table + ";";
  for (const auto* sequence : {"order", "payment", "transaction"})
    script += std::string("ALTER SEQUENCE ") + sequence + "_numbers RESTART;";
  store::PgBlocking(database->url()).script(script + "COMMIT");
  return database;
}

class PostgresBackend final : public Backend {
 public:
  explicit PostgresBackend(std::shared_ptr<Database> database, bool always_merge = false)
      : database_(std::move(database)), always_merge_(always_merge) {}

  std::unique_ptr<ports::Store> open() override {
    return store::open_postgres({database_->url(), 8, always_merge_}, loop_, clock, random);
  }
  store::Migrated migrate() override {
    auto chance = fresh_random();
    return store::migrate_postgres(database_->url(), clock, chance);
  }
  void set_reachable(bool reachable) override {
    store::PgBlocking outside(server());
    outside.script("ALTER DATABASE " + database_->name() + " ALLOW_CONNECTIONS " +
                   (reachable ? "true" : "false"));
    outside.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                   database_->name() + "'");
  }
  void execute(const std::string& sql) override { store::PgBlocking(database_->url()).script(sql); }
  std::function<void(const std::string& sql)> session() override {
    return [connection = std::make_shared<store::PgBlocking>(database_->url())](
               const std::string& sql) { connection->script(sql); };
  }
  void run_until(const std::function<bool()>& ended) override {
    while (!ended()) {
      loop_.restart();
      if (loop_.run_one_for(std::chrono::seconds(60)) == 0)
        throw std::runtime_error("nothing happens any more");
    }
  }

 private:
  std::shared_ptr<Database> database_;
  bool always_merge_;
  boost::asio::io_context loop_;
};

}  // namespace

std::vector<BackendChoice> postgres_backends() {
  const auto choice = [](std::string name, bool always_merge) -> BackendChoice {
    return {std::move(name),
            [=] { return std::make_unique<PostgresBackend>(emptied_database(), always_merge); },
            true};
  };
  if (server() != nullptr) return {choice("postgres", false), choice("postgres_merged", true)};
  static const bool told = [] {
    std::puts("COBRO_TEST_POSTGRES is not set: PostgreSQL is not tested");
    return true;
  }();
  return told ? std::vector<BackendChoice>{} : std::vector<BackendChoice>{};
}

std::unique_ptr<Backend> fresh_postgres_backend() {
  return std::make_unique<PostgresBackend>(std::make_shared<Database>());
}

}  // namespace cobro::testing
