// Every body that Stripe sends us, with one member lost, doubled or turned into something else,
// and with two: nothing of it may fail a check of ours, or be half read.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "gateways/reader_checks.h"

namespace cobro::gateways {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonNumber;
using wire::JsonObject;

// The place of a value: the indices of members and items that lead to it.
using Place = std::vector<std::size_t>;

void walk(const Json& value, Place& here, std::vector<Place>& places) {
  if (!here.empty()) places.push_back(here);
  const auto* members = value.as_object();
  const auto* items = value.as_array();
  const auto count = members != nullptr ? members->size() : items != nullptr ? items->size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    here.push_back(i);
    walk(members != nullptr ? (*members)[i].second : (*items)[i], here, places);
    here.pop_back();
  }
}

std::vector<Place> places_in(const Json& body) {
  std::vector<Place> places;
  Place here;
  walk(body, here, places);
  return places;
}

// The value before the last step, and that step; nothing where an earlier change took it away.
struct Spot {
  Json* parent = nullptr;
  std::size_t index = 0;

  [[nodiscard]] Json* value() const { return child(*parent, index); }
  static Json* child(Json& of, std::size_t index) {
    if (auto* members = of.as_object())
      return index < members->size() ? &(*members)[index].second : nullptr;
    auto* items = of.as_array();
    return items != nullptr && index < items->size() ? &(*items)[index] : nullptr;
  }
};

Spot find(Json& body, const Place& place) {
  Spot spot{&body, place.back()};
  for (std::size_t i = 0; i + 1 < place.size(); ++i) {
    spot.parent = Spot::child(*spot.parent, place[i]);
    if (spot.parent == nullptr) return {};
  }
  return spot.value() == nullptr ? Spot{} : spot;
}

struct Change {
  std::string_view name;
  std::function<void(const Spot&)> make;
};

Change becomes(std::string_view name, Json value) {
  return {name, [value](const Spot& spot) { *spot.value() = value; }};
}

void lose(const Spot& spot) {
  const auto at = static_cast<std::ptrdiff_t>(spot.index);
  if (auto* members = spot.parent->as_object()) members->erase(members->begin() + at);
  if (auto* items = spot.parent->as_array()) items->erase(items->begin() + at);
}

// In an object under another name: a body with the same name twice is not read at all.
void twice(const Spot& spot) {
  const Json copy = *spot.value();
  if (auto* items = spot.parent->as_array()) items->push_back(copy);
  if (auto* members = spot.parent->as_object())
    members->emplace_back((*members)[spot.index].first + "_again", copy);
}

void negate(const Spot& spot) {
  if (const auto number = spot.value()->as_int64(); number && *number != INT64_MIN)
    *spot.value() = -*number;
}

void rename(const Spot& spot) {
  if (auto* members = spot.parent->as_object()) (*members)[spot.index].first += "_x";
}

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      {"lost", lose},
      {"twice", twice},
      {"negated", negate},
      {"renamed", rename},
      {"in a list", [](const Spot& at) { *at.value() = JsonArray{*at.value(), *at.value()}; }},
      {"expanded", [](const Spot& at) { *at.value() = JsonObject{{"id", *at.value()}}; }},
      {"as text", [](const Spot& at) { *at.value() = wire::to_text(*at.value()); }},
      becomes("null", JsonNull{}),
      becomes("true", true),
      becomes("empty text", ""),
      becomes("a text", "zzz"),
      becomes("a path", "../x?y"),
      becomes("NUL", std::string_view("a\0b", 3)),
      becomes("a long text", std::string(2'000, 'x')),
      becomes("zero", 0),
      becomes("one", 1),
      becomes("minus one", -1),
      becomes("most", INT64_MAX),
      becomes("least", INT64_MIN),
      becomes("twelve digits", 999'999'999'999),
      becomes("beyond", JsonNumber{"99999999999999999999"}),
      becomes("a fraction", JsonNumber{"0.5"}),
      becomes("huge", JsonNumber{"1e999999"}),
      becomes("an empty list", JsonArray{}),
      becomes("an empty object", JsonObject{}),
      becomes("yen", "jpy"),
      becomes("krona", "ISK"),
      becomes("dinar", "kwd"),
      becomes("succeeded", "succeeded"),
      becomes("canceled", "canceled"),
  };
  return all;
}

std::optional<std::string> problem_of(const Body& body, const Json& changed) {
  try {
    return problem_with(body.reader, wire::to_text(changed));
  } catch (const std::exception& error) {
    return fmt::format("thrown: {}", error.what());
  }
}

TEST(StripeMutations, no_body_of_ours_is_in_trouble_as_it_is) {
  for (const auto& body : real_bodies())
    EXPECT_EQ(problem_of(body, body.json), std::nullopt) << body.name;
}

// A tenth of them here, of every place other ones than of its neighbours; tests/fuzz does more.
TEST(StripeMutations, one_change_anywhere_fails_no_check) {
  std::size_t tried = 0;
  std::size_t number = 0;
  for (const auto& body : real_bodies())
    for (const auto& place : places_in(body.json))
      for (std::size_t i = number++ % 10; i < changes().size(); i += 10) {
        Json changed = body.json;
        changes()[i].make(find(changed, place));
        ++tried;
        const auto problem = problem_of(body, changed);
        ASSERT_EQ(problem, std::nullopt)
            << body.name << " " << changes()[i].name << ": " << wire::to_text(changed);
      }
  EXPECT_GT(tried, 3'000U);
}

TEST(StripeMutations, two_changes_anywhere_fail_no_check) {
  std::mt19937 chance(20261130);  // NOLINT: the same each time, on purpose
  const auto below = [&](std::size_t limit) { return chance() % limit; };
  const auto bodies = real_bodies();
  for (int i = 0; i < 3'000; ++i) {
    const auto& body = bodies[below(bodies.size())];
    Json changed = body.json;
    std::string names;
    for (int step = 0; step < 2; ++step) {
      const auto places = places_in(changed);
      if (places.empty()) break;
      const auto& change = changes()[below(changes().size())];
      change.make(find(changed, places[below(places.size())]));
      names += fmt::format("{}, ", change.name);
    }
    ASSERT_EQ(problem_of(body, changed), std::nullopt)
        << body.name << " " << names << wire::to_text(changed);
  }
}

}  // namespace
}  // namespace cobro::gateways
