// Reads as statements, all sent at once: what hangs on the root is reached by subselects on
// the root's key, never by a second round trip.
#pragma once

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
  subscription,
  checkout,
  dispute,
  account,
  record,
  webhook,
  order_number,
  payment_number,
  transaction_number,
};

struct ReadPlan {
  std::vector<Statement> statements;
  std::vector<Part> parts;  // what each statement answers

  void add(Part part, std::string_view text, std::vector<Param> params) {
    statements.push_back({text, std::move(params)});
    parts.push_back(part);
  }
};

// Without `draw` no numbers are drawn.
ReadPlan plan_reads(const ports::Reads& reads, const SqlTraits& traits, bool draw);
// `answers` stand in the order of the plan's statements.
ports::Loaded to_loaded(const ReadPlan& plan, std::span<const Rows> answers);

}  // namespace cobro::store
