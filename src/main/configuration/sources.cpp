#include "main/configuration/sources.h"

#include <unistd.h>

#include <toml++/toml.h>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "main/configuration/key_forms.h"
#include "main/configuration/keys.h"
#include "observe/json_log.h"

namespace cobro::configuration {
namespace {

std::string in_ticks(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  const auto near = base::nearest(name, known);
  return near ? "; did you mean " + in_ticks(*near) + "?" : "";
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A secret in a setting that is none. The publishable key has a check of its own, which says more.
bool is_misplaced(const Key& key, std::string_view text) {
  return !key.secret && key.name != "stripe.publishable_key" && holds_secret_key(text);
}

class Reader {
 public:
  explicit Reader(Loaded& loaded) : loaded_(loaded) {
    for (const auto& key : all_keys())
      loaded_.settings[std::string(key.name)] = {std::string(key.fallback), "default"};
  }

  // The last call for a key wins, so places are read from the weakest to the strongest.
  void set(const Key& key, std::string text, std::string source) {
    if (is_quoted(text) && !take_quotes(key, source)) return;
    if (is_misplaced(key, text))
      return problem(source + ": " + std::string(key.name) +
                     " holds what looks like a secret key; it would be printed and shown. Secrets "
                     "stand in their own settings");
    if (const auto wrong = why_invalid(key, text)) {
      const bool hidden = key.secret || looks_secret(text) || text.contains('@');
      problem(source + ": " + std::string(key.name) + " " + *wrong +
              (hidden ? "" : ", not " + in_ticks(text)));
      return;
    }
    loaded_.settings[std::string(key.name)] = {std::move(text), std::move(source)};
  }

  // What is unknown may be anything, a key too.
  void problem(std::string text) { loaded_.problems.push_back(observe::redact(std::move(text))); }
  void notice(std::string text) { loaded_.notices.push_back(std::move(text)); }

  // A secret's text from a file of its own, without the line end that editors add.
  void set_from_file(const Key& key, const std::string& path, const std::string& source) {
    auto text = read_file(path);
    if (!text) return problem(source + ": cannot read " + in_ticks(path));
    while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
    if (text->empty()) return problem(source + ": " + in_ticks(path) + " is empty");
    set(key, std::move(*text), source);
  }

 private:
  // Docker's --env-file and systemd's credentials keep the quotes that a shell would take away.
  // Only of a secret of tokens may they be a part, for whoever makes the tokens may read it so too.
  bool take_quotes(const Key& key, const std::string& source) {
    const auto where = source + ": " + std::string(key.name);
    if (!key.name.starts_with("jwt.")) {
      problem(where + " is in quotes, and they are part of the value; take them away");
      return false;
    }
    notice(where + " is in quotes, and they are part of the value");
    return true;
  }

  Loaded& loaded_;
};

// The file.

std::string joined(const toml::array& array, bool& texts_only) {
  std::string out;
  for (const auto& element : array) {
    const auto text = element.value_exact<std::string>();
    texts_only = texts_only && text;
    if (!out.empty()) out += ',';
    out += text.value_or("");
  }
  return out;
}

// The value as an environment variable would hold it; nothing when it is of no fitting type.
std::optional<std::string> text_of(const toml::node& node, const Key& key) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<std::int64_t>(); number && key.type == Type::integer)
    return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>(); flag && key.type == Type::boolean)
    return *flag ? "on" : "off";
  bool texts_only = true;
  if (const auto* array = node.as_array(); array && key.type == Type::list)
    if (auto text = joined(*array, texts_only); texts_only) return text;
  return std::nullopt;
}

void read_value(const std::string& name, const toml::node& node, const std::string& file,
                Reader& reader) {
  const auto source = file + ":" + std::to_string(node.source().begin.line);
  if (const auto* key = find_key(name)) {
    auto text = text_of(node, *key);
    if (!text)
      return reader.problem(source + ": " + name + " must be " + std::string(type_name(key->type)));
    // An empty text says nothing, as an empty environment variable does.
    if (!text->empty()) reader.set(*key, std::move(*text), source);
    return;
  }
  if (name.ends_with("_file")) {
    const auto* key = find_key(std::string_view(name).substr(0, name.size() - 5));
    const auto path = node.value_exact<std::string>();
    if (key && key->secret && path) return reader.set_from_file(*key, *path, source);
  }
  std::vector<std::string_view> known;
  for (const auto& key : all_keys()) known.push_back(key.name);
  reader.problem(source + ": unknown key " + in_ticks(name) + suggestion(name, known));
}

void read_table(const toml::table& table, const std::string& prefix, const std::string& file,
                Reader& reader) {
  for (const auto& [key, node] : table) {
    const auto name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table())
      read_table(*inner, name + ".", file, reader);
    else
      read_value(name, node, file, reader);
  }
}

void read_toml(const Sources& sources, Reader& reader) {
  constexpr auto kUsual = "cobro.toml";
  std::error_code ignored;
  if (!sources.file && !std::filesystem::exists(kUsual, ignored)) return;
  const auto path = sources.file.value_or(kUsual);
  const auto text = read_file(path);
  if (!text) return reader.problem("--config: cannot read " + in_ticks(path));
  try {
    read_table(toml::parse(*text), "", path, reader);
  } catch (const toml::parse_error& failed) {
    reader.problem(path + ":" + std::to_string(failed.source().begin.line) + ": " +
                   std::string(failed.description()));
  }
}

// The environment.

// Whether an alias says nothing, because the variable itself is set.
bool is_overruled(const Key& key, std::string_view variable, const Sources::Pairs& environment) {
  if (variable == key.environment) return false;
  const auto file = std::string(key.environment) + "_FILE";
  return std::ranges::any_of(environment, [&](const auto& other) {
    return (other.first == key.environment || other.first == file) && !other.second.empty();
  });
}

void read_secret_file_variables(const Sources::Pairs& environment, Reader& reader) {
  for (const auto& [name, path] : environment) {
    if (!name.ends_with("_FILE") || path.empty()) continue;
    const std::string_view plain = std::string_view(name).substr(0, name.size() - 5);
    const auto* key = find_environment(plain);
    if (!key || !key->secret) continue;
    if (is_overruled(*key, plain, environment)) continue;
    const auto both = std::ranges::any_of(environment, [&](const auto& other) {
      return other.first == plain && !other.second.empty();
    });
    if (both)
      reader.problem("environment: both " + std::string(plain) + " and " + name + " are set");
    reader.set_from_file(*key, path, "environment " + name);
  }
}

void read_environment(const Sources::Pairs& environment, Reader& reader) {
  std::vector<std::string_view> known;
  for (const auto& key : all_keys()) known.push_back(key.environment);
  for (const auto& [name, value] : environment) {
    if (name.starts_with("COBRO_") && !is_known_variable(name))
      reader.problem("environment: unknown variable " + in_ticks(name) + suggestion(name, known));
    const auto* key = find_environment(name);
    // Set but empty is how compose files say "not set".
    if (!key || value.empty()) continue;
    if (is_overruled(*key, name, environment))
      reader.notice("environment: " + name + " is not read, for " + std::string(key->environment) +
                    " is set");
    else
      reader.set(*key, value, "environment " + name);
  }
  read_secret_file_variables(environment, reader);
}

void read_flags(const Sources::Pairs& flags, Reader& reader) {
  for (const auto& [flag, value] : flags)
    for (const auto& key : all_keys())
      if (flag_of(key) == flag) reader.set(key, value, "flag " + flag);
}

}  // namespace

Sources::Pairs process_environment() {
  Sources::Pairs pairs;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != text.npos) pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

void read_sources(const Sources& sources, Loaded& loaded) {
  Reader reader(loaded);
  read_toml(sources, reader);
  read_environment(sources.environment, reader);
  read_flags(sources.flags, reader);
}

}  // namespace cobro::configuration
