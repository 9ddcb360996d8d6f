// The scripts of migrations/, embedded by the build, numbered from 1 without gaps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cobro::store {

struct Migration {
  std::int64_t version;
  std::string_view name;
  std::string_view checksum;  // SHA-256 of the scripts
  std::string_view shared;    // runs first, on both databases
  std::string_view postgres;
  std::string_view sqlite;
};
std::span<const Migration> migrations();

}  // namespace cobro::store
