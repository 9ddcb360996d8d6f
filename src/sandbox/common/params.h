// Reads one request's parameters the way Stripe does: each is asked for by name, the first
// mistake is kept, and whatever nobody asked for is unknown. Ask first, then call `done`.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/common/api_error.h"
#include "wire/json.h"

namespace cobro::sandbox {

class Params {
 public:
  explicit Params(wire::Json tree, std::string prefix = {})
      : tree_(std::move(tree)), prefix_(std::move(prefix)) {}

  [[nodiscard]] bool has(std::string_view name) const { return tree_.find(name) != nullptr; }
  // "" is Stripe's way to unset a field.
  std::optional<std::string> text(std::string_view name);
  // Refuses "".
  std::optional<std::string> non_empty(std::string_view name);
  // Refuses absence too; gives "" after a mistake.
  std::string required(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  // Unix seconds, from 1970 to 2200.
  std::optional<std::int64_t> moment(std::string_view name);
  // An integer of at least 1, as amounts are.
  std::optional<std::int64_t> positive(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::string> one_of(std::string_view name,
                                    std::initializer_list<std::string_view> values);
  std::vector<std::string> texts(std::string_view name);
  // The nested parameters of that name, null when absent or unset. Lives as long as this.
  Params* group(std::string_view name);
  // The same of an array of objects; empty when absent.
  std::vector<Params*> groups(std::string_view name);
  // The raw tree of that name (strings, objects, arrays), null when absent.
  const wire::Json* raw(std::string_view name);
  // Known, and without a part in what the request does here.
  void accept(std::initializer_list<std::string_view> names);
  // What the real gateway does with these, this sandbox does not: refused when they are given.
  void not_yet(std::initializer_list<std::string_view> names);
  // The same of `name[enabled]=true`, and of whatever else the group holds.
  void not_yet_enabled(std::string_view name);

  // Keeps the first mistake only.
  void refuse(ApiError error);
  void refuse_missing(std::string_view name);
  // The mistake to answer, or nothing.
  std::optional<ApiError> done();

  [[nodiscard]] const wire::Json& tree() const { return tree_; }
  [[nodiscard]] std::string full_name(std::string_view name) const;

 private:
  const std::string* string_of(std::string_view name);
  void collect_unknown(std::vector<std::string>& into) const;
  void collect_not_yet(std::vector<std::string>& into) const;
  std::optional<ApiError> first_mistake() const;

  wire::Json tree_;
  std::string prefix_;
  std::vector<std::string> asked_;
  std::vector<std::string> not_yet_;  // full names
  std::deque<Params> groups_;
  std::optional<ApiError> mistake_;
};

// `metadata` of a request merged into what an object had: "" deletes a key, `metadata=`
// deletes all (GATEWAYS §1.1). Refuses more than 50 keys, keys over 40, values over 500.
void merge_metadata(Params& params, wire::Json& metadata);

// What a nested parameter may hold.
struct GroupFields {
  std::vector<std::string_view> texts = {};
  std::vector<std::pair<std::string_view, GroupFields>> groups = {};
};

// A nested parameter as the object shows it: strings stay strings, "" unsets. What is not among
// the fields is unknown.
void copy_group(Params& params, wire::Json& body, std::string_view name, const GroupFields& fields);

}  // namespace cobro::sandbox
