// Reads as statements, all sent at once: what hangs on a root is reached by the root's key, never
// by a second round trip.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ports/store.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"
#include "store/sql/traits.h"

namespace cobro::store {

enum class Part {
  order,
  items,
  payments,
  refunds,
  transactions,
  open_calls,
  call,
  review,
  customer,
  methods,
  customer_subscriptions,
  method_calls,
  subscription,
  checkout,
  dispute,
  disputes,
  account,
  record,
  webhook,
  order_number,
  payment_number,
  transaction_number,
};

class Pieces;

struct ReadPlan {
  std::vector<Statement> statements;
  // What each statement answers: one part, or several in its cells (pieces.h).
  struct Answered {
    Part part{};
    const Pieces* pieces = nullptr;
  };
  std::vector<Answered> answered;
  // Of the root, what was asked for; nothing without a root.
  std::optional<ports::Parts> parts = {};

  void add(Part part, std::string_view text, std::vector<Param> params) {
    statements.push_back({text, std::move(params)});
    answered.push_back({.part = part});
  }
  void add(const Pieces& pieces, std::string_view text, std::vector<Param> params) {
    statements.push_back({text, std::move(params)});
    answered.push_back({.pieces = &pieces});
  }
};

// Without `draw` no numbers are drawn.
ReadPlan plan_reads(const ports::Reads& reads, const SqlTraits& traits, bool draw);
// `answers` stand in the order of the plan's statements.
ports::Loaded to_loaded(const ReadPlan& plan, std::span<const Rows> answers);

}  // namespace cobro::store
