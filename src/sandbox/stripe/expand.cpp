#include "sandbox/stripe/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/expand_links.h"
#include "sandbox/stripe/old_shapes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using Path = std::span<const std::string>;

constexpr std::size_t kMaxDepth = 4;
constexpr std::string_view kData = "data";

std::vector<std::string> names_of(std::string_view path) {
  const auto names = base::split(path, '.');
  return {names.begin(), names.end()};
}

std::size_t length_of(const Link& link) {
  return static_cast<std::size_t>(std::count(link.field.begin(), link.field.end(), '.')) + 1;
}

ApiError cannot_expand(std::string_view path, std::string_view better) {
  std::string message = fmt::format("This property cannot be expanded ({}).", path);
  if (!better.empty())
    message += fmt::format(" You may want to try expanding '{}' instead.", better);
  return invalid_request(std::move(message), "expand");
}

// How many objects lie on the path; nothing when it leads nowhere.
std::optional<std::size_t> depth_of(std::string_view kind, Path path, bool old_shape) {
  std::size_t depth = 0;
  while (!path.empty()) {
    const Link* link = link_of(kind, path, old_shape);
    if (!link) return std::nullopt;
    ++depth;
    path = path.subspan(length_of(*link));
    if (path.size() > 1 && path.front() == kData) path = path.subspan(1);
    kind = link->target;
  }
  return depth;
}

std::optional<Json> fetch(const Call& call, std::string_view kind, const std::string& id) {
  if (kind == "balance_transaction") return balance_transaction(call.account, id);
  auto found = call.account.database.find(kind, id);
  if (!found && kind == "customer") found = call.account.database.find("deleted_customer", id);
  if (!found) return std::nullopt;
  use_shape_of_version(call, found->body);
  return std::move(found->body);
}

Json* member(Json& object, std::string_view name) {
  auto* members = object.as_object();
  if (!members) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == members->end() ? nullptr : &found->second;
}

void expand_path(const Call& call, std::string_view kind, Json& object, Path path);

void expand_behind(const Call& call, const Link& link, Json& target, Path rest) {
  if (rest.empty()) return;
  Json* data = rest.front() == kData ? member(target, kData) : nullptr;
  if (!data || !data->as_array()) return expand_path(call, link.target, target, rest);
  for (Json& item : *data->as_array()) expand_path(call, link.target, item, rest.subspan(1));
}

void expand_path(const Call& call, std::string_view kind, Json& object, Path path) {
  const Link* link = link_of(kind, path, !call.version_is_at_least(kVersionWithPeriodsOnItems));
  if (!link || !object.as_object()) return;
  if (link->compute && !object.find(link->field))
    object.set(link->field, link->compute(call.account, object));
  Json* target = &object;
  for (const auto& name : path.first(length_of(*link)))
    if (target) target = member(*target, name);
  if (!target) return;
  if (const std::string* id = target->as_string())
    if (auto named = fetch(call, link->target, *id)) *target = std::move(*named);
  expand_behind(call, *link, *target, path.subspan(length_of(*link)));
}

}  // namespace

std::optional<ApiError> check_expand(const Call& call, std::string_view kind, bool is_list,
                                     const std::vector<std::string>& paths) {
  const bool old_shape = !call.version_is_at_least(kVersionWithPeriodsOnItems);
  for (const std::string& text : paths) {
    const auto names = names_of(text);
    Path path = names;
    if (is_list && path.front() != kData)
      return cannot_expand(text, depth_of(kind, path, old_shape) ? "data." + text : "");
    if (is_list) path = path.subspan(1);
    const auto depth = depth_of(kind, path, old_shape);
    if (depth.value_or(names.size()) > kMaxDepth)
      return invalid_request(
          fmt::format("You cannot expand more than {} levels of a property", kMaxDepth), "expand");
    if (!depth) return cannot_expand(text, "");
  }
  return std::nullopt;
}

void expand(const Call& call, std::string_view kind, Json& answer,
            const std::vector<std::string>& paths) {
  Json* data = answer.string_at({"object"}) == "list" ? member(answer, kData) : nullptr;
  if (data && data->as_array())
    for (Json& item : *data->as_array()) use_shape_of_version(call, item);
  else
    use_shape_of_version(call, answer);
  for (const std::string& text : paths) {
    const auto names = names_of(text);
    if (!data) {
      expand_path(call, kind, answer, names);
      continue;
    }
    for (Json& item : *data->as_array()) expand_path(call, kind, item, Path(names).subspan(1));
  }
}

}  // namespace cobro::sandbox::stripe
