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

class PostgresBackend final : public Backend {
 public:
  PostgresBackend() : name_(fresh_name()), url_(url_of(name_)) {
    store::PgBlocking(server()).script("CREATE DATABASE " + name_);
  }
  PostgresBackend(const PostgresBackend&) = delete;
  PostgresBackend& operator=(const PostgresBackend&) = delete;
  ~PostgresBackend() override {
    store::PgBlocking(server()).script("DROP DATABASE " + name_ + " WITH (FORCE)");
  }

  std::unique_ptr<ports::Store> open() override {
    return store::open_postgres({url_, 8}, loop_, clock, random);
  }
  store::Migrated migrate() override { return store::migrate_postgres(url_, clock, random); }
  void execute(const std::string& sql) override { store::PgBlocking(url_).script(sql); }
  void run_until(const std::function<bool()>& ended) override {
    while (!ended()) {
      loop_.restart();
      if (loop_.run_one_for(std::chrono::seconds(60)) == 0)
        throw std::runtime_error("nothing happens any more");
    }
  }

 private:
  static std::string fresh_name() {
    static int count = 0;
    return "cobro_" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) +
           "_" + std::to_string(++count);
  }
  std::string name_;
  std::string url_;
  boost::asio::io_context loop_;
};

}  // namespace

std::vector<BackendChoice> postgres_backends() {
  if (server() != nullptr)
    return {{"postgres", [] { return std::make_unique<PostgresBackend>(); }, true}};
  static const bool told = [] {
    std::puts("COBRO_TEST_POSTGRES is not set: PostgreSQL is not tested");
    return true;
  }();
  return told ? std::vector<BackendChoice>{} : std::vector<BackendChoice>{};
}

}  // namespace cobro::testing
