// A state machine as data: one constexpr array of (from, event, to), one lookup, and
// compile-time proofs that the table is well formed.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace cobro::domain {

template <class State, class Event>
struct Transition {
  State from;
  Event event;
  State to;
};

template <class State, class Event, std::size_t N>
constexpr std::optional<State> find_transition(const std::array<Transition<State, Event>, N>& table,
                                               State from, Event event) {
  for (const auto& edge : table)
    if (edge.from == from && edge.event == event) return edge.to;
  return std::nullopt;
}

// Whether no (from, event) stands there twice, so that an event has one meaning in a state.
template <class State, class Event, std::size_t N>
constexpr bool is_deterministic(const std::array<Transition<State, Event>, N>& table) {
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t j = i + 1; j < N; ++j)
      if (table[i].from == table[j].from && table[i].event == table[j].event) return false;
  return true;
}

template <class State, class Event, std::size_t N>
constexpr bool has_no_exit(const std::array<Transition<State, Event>, N>& table, State state) {
  for (const auto& edge : table)
    if (edge.from == state) return false;
  return true;
}

// Whether every state but `start` is the target of some edge.
template <class State, class Event, std::size_t N, std::size_t M>
constexpr bool reaches_all(const std::array<Transition<State, Event>, N>& table, State start,
                           const std::array<State, M>& states) {
  for (const auto state : states) {
    bool reached = state == start;
    for (const auto& edge : table) reached = reached || edge.to == state;
    if (!reached) return false;
  }
  return true;
}

}  // namespace cobro::domain
