#include "surfaces/common/router.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/check.h"
#include "base/text.h"
#include "wire/form.h"

namespace cobro::surfaces {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// A UUID or a number without leading zeros: `/payments/intent` is no payment.
bool could_be_id(std::string_view segment) {
  if (segment.size() == 36) return true;
  return !segment.empty() && segment.front() != '0' &&
         std::ranges::all_of(segment, [](char c) { return c >= '0' && c <= '9'; });
}

bool could_be(std::string_view parameter, std::string_view segment) {
  return parameter == "{id}" ? could_be_id(segment) : !segment.empty();
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& segments) {
  return std::ranges::equal(pattern, segments, [](std::string_view want, std::string_view have) {
    return is_parameter(want) ? could_be(want, have) : want == have;
  });
}

// Nothing when a segment's escapes are malformed, or hide what no name holds.
std::optional<std::vector<std::string>> values_of(const std::vector<std::string>& pattern,
                                                  const std::vector<std::string_view>& segments) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) continue;
    auto value = wire::percent_decode(segments[i], false);
    if (!value || !base::is_utf8(*value) || value->find('\0') != std::string::npos)
      return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

std::size_t parameters_in(const std::vector<std::string>& segments) {
  return static_cast<std::size_t>(std::ranges::count_if(segments, is_parameter));
}

}  // namespace

Router::Router(std::vector<Surface> surfaces) {
  for (auto& surface : surfaces) {
    bases_.push_back({std::move(surface.base_path), surface.render_error});
    std::ranges::move(surface.routes, std::back_inserter(routes_));
  }
  for (std::size_t i = 0; i < routes_.size(); ++i) add(i);
  std::ranges::sort(bases_, std::ranges::greater{},
                    [](const Base& base) { return base.path.size(); });
  COBRO_CHECK(!bases_.empty() && bases_.back().path.empty());
  std::ranges::sort(templates_, {}, [](const Template& entry) {
    return std::pair(parameters_in(entry.segments), std::string_view(entry.path));
  });
}

void Router::add(std::size_t index) {
  const auto& path = routes_[index].operation.path;
  auto found = std::ranges::find(templates_, path, &Template::path);
  if (found == templates_.end()) {
    const auto segments = base::split(path, '/');
    templates_.push_back({path, {segments.begin(), segments.end()}, {}});
    found = std::prev(templates_.end());
  }
  for (const auto other : found->routes)
    COBRO_CHECK(routes_[other].operation.method != routes_[index].operation.method);
  found->routes.push_back(index);
}

RenderError Router::words_at(std::string_view path) const {
  const auto found = std::ranges::find_if(bases_, [&](const Base& base) {
    return path.starts_with(base.path) &&
           (base.path.empty() || path.size() == base.path.size() || path[base.path.size()] == '/');
  });
  return found->render_error;
}

const Router::Template* Router::find(const std::vector<std::string_view>& segments) const {
  const auto found = std::ranges::find_if(
      templates_, [&](const Template& entry) { return fits(entry.segments, segments); });
  return found == templates_.end() ? nullptr : &*found;
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Match match{.render_error = words_at(path)};
  const auto segments = base::split(path, '/');
  const auto* entry = find(segments);
  if (entry == nullptr) return match;
  auto values = values_of(entry->segments, segments);
  if (!values) return match;
  match.path_values = std::move(*values);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const auto index : entry->routes) {
    const auto& route = routes_[index];
    const auto& served = route.operation.method;
    if (served == wanted) match.route = &route;
    match.any = &route;
    match.allow += (match.allow.empty() ? "" : ", ") + served + (served == "GET" ? ", HEAD" : "");
  }
  match.allow += ", OPTIONS";
  return match;
}

}  // namespace cobro::surfaces
