#include "store/open.h"

#include "store/postgres_store.h"
#include "store/sqlite_store.h"

namespace cobro::store {

std::optional<Location> parse_location(std::string_view database_url,
                                       const std::string& data_folder) {
  constexpr std::string_view kSqlite = "sqlite://";
  if (database_url.empty()) return Location{Location::Kind::sqlite, data_folder + "/cobro.db"};
  if (database_url.starts_with("postgres://") || database_url.starts_with("postgresql://"))
    return Location{Location::Kind::postgres, std::string(database_url)};
  if (database_url.starts_with(kSqlite) && database_url.size() > kSqlite.size())
    return Location{Location::Kind::sqlite, std::string(database_url.substr(kSqlite.size()))};
  return std::nullopt;
}

std::string describe(const Location& location) {
  if (location.kind == Location::Kind::sqlite) return "SQLite " + location.where;
  // postgres://user:password@host/name?password=…
  std::string url = location.where.substr(0, location.where.find('?'));
  const auto scheme = url.find("://") + 3;
  const auto at = url.rfind('@');
  const auto colon = url.find(':', scheme);
  if (at != std::string::npos && colon < at) url.erase(colon, at - colon);
  return "PostgreSQL " + url;
}

std::unique_ptr<ports::Store> open(const Location& location, const OpenOptions& options,
                                   boost::asio::io_context& loop, base::Post post,
                                   ports::Clock& clock, ports::Random& random) {
  if (location.kind == Location::Kind::postgres)
    return open_postgres({location.where, static_cast<std::size_t>(options.pool)}, loop, clock,
                         random);
  return open_sqlite({.path = location.where}, std::move(post), clock, random);
}

Migrated migrate(const Location& location, ports::Clock& clock, ports::Random& random) {
  if (location.kind == Location::Kind::postgres)
    return migrate_postgres(location.where, clock, random);
  return migrate_sqlite(location.where, clock, random);
}

std::optional<std::string> unsafe_settings(const Location& location) {
  if (location.kind == Location::Kind::sqlite) return std::nullopt;
  return unsafe_postgres_settings(location.where);
}

}  // namespace cobro::store
