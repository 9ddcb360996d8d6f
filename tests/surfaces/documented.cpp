#include "surfaces/documented.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace cobro::testing {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

// How many segments of the template are literally the path's; nothing when it is of another one.
std::optional<int> likeness(std::string_view path, std::string_view pattern) {
  const auto ours = segments_of(path);
  const auto theirs = segments_of(pattern);
  if (ours.size() != theirs.size()) return std::nullopt;
  int literal = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i].starts_with("/{")) continue;
    if (ours[i] != theirs[i]) return std::nullopt;
    ++literal;
  }
  return literal;
}

}  // namespace

void expect_documented(const wire::Json& document, const std::string& method,
                       const std::string& path, int status) {
  const wire::Json* found = nullptr;
  std::optional<int> best;
  for (const auto& [pattern, item] : *document.find("paths")->as_object()) {
    const auto like = likeness(path, pattern);
    if (!like || (best && *like < *best)) continue;
    best = like;
    found = item.find(method == "HEAD" ? "get" : base::to_lower(method));
  }
  if (found == nullptr) return;
  EXPECT_NE(found->at({"responses", std::to_string(status)}), nullptr)
      << method << ' ' << path << " answers " << status << ", and its document does not say so";
}

}  // namespace cobro::testing
