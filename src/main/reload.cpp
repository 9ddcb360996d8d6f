#include "main/reload.h"

#include <algorithm>

namespace cobro {
namespace {

constexpr std::string_view kLogLevel = "log.level";

ports::LogLevel level_of(const configuration::Configuration& configuration) {
  return observe::parse_log_level(configuration.log_level).value_or(ports::LogLevel::info);
}

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

}  // namespace

Reload::Reload(configuration::Sources sources, configuration::Purpose purpose,
               configuration::Loaded loaded, observe::JsonLog& log)
    : sources_(std::move(sources)), purpose_(purpose), in_force_(std::move(loaded)), log_(log) {}

void Reload::run(std::span<const std::string_view> taken,
                 const std::function<void(const configuration::Configuration&)>& apply) {
  auto fresh = load(sources_, purpose_);
  for (const auto& problem : fresh.problems)
    log_.write(ports::LogLevel::error, "the settings are refused and nothing is changed",
               {{"error", std::string_view(problem)}});
  if (!fresh.problems.empty()) return;
  try {
    apply(fresh.configuration);
  } catch (const std::exception& error) {
    log_.write(ports::LogLevel::error, "the settings cannot be put in force",
               {{"error", std::string_view(error.what())}});
    return;
  }
  std::string changed;
  std::string waiting;
  for (auto& [name, setting] : fresh.settings) {
    if (setting.text == in_force_.settings.at(name).text) continue;
    const bool is_taken = name == kLogLevel || std::ranges::find(taken, name) != taken.end();
    append(is_taken ? changed : waiting, name);
    if (is_taken) in_force_.settings[name] = std::move(setting);
  }
  // Said under the more talkative of the two levels.
  const auto before = level_of(in_force_.configuration);
  const auto after = level_of(fresh.configuration);
  log_.set_least(std::min({before, after, ports::LogLevel::info}));
  log_.write(
      ports::LogLevel::info, "reloaded",
      {{"changed", std::string_view(changed)}, {"needs_restart", std::string_view(waiting)}});
  log_.set_least(after);
  in_force_.configuration.log_level = fresh.configuration.log_level;
}

}  // namespace cobro
