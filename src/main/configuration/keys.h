// Every setting there is, in one table. From it come the reader of flags, environment and
// file, `--help`, `check-config` and config/cobro.example.toml: a key that is not here does not
// exist, and a key that is here is documented everywhere.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cobro::configuration {

enum class Type {
  text,
  url,       // http(s), without user info
  endpoint,  // address and port to listen on
  boolean,   // 1/0, true/false, yes/no, on/off
  choice,
  integer,
  duration,  // 90s, 30m, 72h, 14d
  list,      // separated by commas; in the file also an array
  path,
};

struct Key {
  std::string_view name;         // in the file: `table.key`, or `key` at the top
  std::string_view environment;  // also NAME_FILE, for secrets
  Type type = Type::text;
  std::string_view fallback;  // as it would be written; empty: none
  std::string_view values;    // choices by `|`; for numbers `least..most`, with the unit
  std::string_view meaning;
  bool secret = false;          // never printed, and no flag: command lines are public
  bool has_effect = true;       // false: accepted, but what it sets is not built yet
  std::string_view alias = {};  // another variable that sets it, where `environment` does not
};

std::span<const Key> all_keys();
const Key* find_key(std::string_view name);
// By its variable or its alias.
const Key* find_environment(std::string_view variable);
// Also NAME_FILE of a secret.
bool is_known_variable(std::string_view variable);
// `--data-dir` of `data_dir`; secrets have none.
std::optional<std::string> flag_of(const Key& key);
std::string_view type_name(Type type);

// Why `value` is no value of the key, without repeating it; nothing when it is one.
std::optional<std::string> why_invalid(const Key& key, std::string_view value);

// Readers of valid values.
bool read_boolean(std::string_view text);
std::optional<std::int64_t> read_duration_seconds(std::string_view text);

// The complete file, every key commented out with its default: config/cobro.example.toml.
std::string example_file();
// Two columns for `--help`: flag, variable and meaning, by group.
std::string keys_for_help();

}  // namespace cobro::configuration
