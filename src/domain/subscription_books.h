// The working set of one decision about one subscription. Its row, its history, its events and the
// access it grants change together or not at all. Nothing here does I/O.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/books.h"
#include "domain/entitlement.h"
#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"
#include "domain/subscription.h"

namespace cobro::domain {

// Who is behind a change, as the history says it. The gateway is, unless an open call of ours asked
// for the change.
struct Author {
  std::string changed_by = "gateway";
  std::optional<Operation> operation = {};
};
Author author_of(const GatewayCall& call);

class SubscriptionBooks {
 public:
  // `plans` are ours; they tell which one a price is.
  SubscriptionBooks(Moment moment, Subscription subscription, std::vector<Plan> plans);

  [[nodiscard]] const Subscription& subscription() const { return row_; }
  [[nodiscard]] base::Timestamp now() const { return moment_.now; }
  IdSource& ids() { return moment_.ids; }

  // Writes the first line of the history of a fresh one.
  void create(const std::string& changed_by);
  // Follows what the gateway says now. False when that is nothing new. A cancelled or expired
  // subscription stays so.
  bool apply(const GatewaySubscription& snapshot, const Author& author);
  // Follows the gateway's page that will make it. Once it is made, the page tells nothing.
  bool apply(const GatewayCheckout& snapshot, const Author& author);
  // Ends one that the gateway never made.
  void give_up(const std::string& changed_by, const std::string& reason);
  // Ends one that the gateway knows no more; it is never made again. False when it had ended.
  bool end_as_gone();
  // Writes the event that the trial's end is near.
  void warn_of_trial_end();
  // Notes facts about the row that are no change of state: the calls' counter, …
  template <class Edit>
  void note(Edit edit) {
    edit(row_);
    changed_ = true;
  }

  [[nodiscard]] bool changed() const { return changed_; }
  struct Result {
    std::vector<StatusChange> status_changes;
    std::vector<Event> events;
    std::vector<Entitlement> entitlements;
  };
  [[nodiscard]] const Result& result() const { return result_; }

 private:
  void move_to(SubscriptionStatus status, std::string reason, std::string changed_by);
  void write_history(std::optional<SubscriptionStatus> before, std::string reason,
                     std::string changed_by);
  void write_event(const std::string& type);
  bool follow_facts(const GatewaySubscription& snapshot);
  bool follow_method(const GatewaySubscription& snapshot, const Author& author);
  bool follow_end(const GatewaySubscription& snapshot, const Author& author);
  bool follow_price(const GatewaySubscription& snapshot, const Author& author);
  void follow_access(bool had_access, bool other_plan);

  Moment moment_;
  Subscription row_;
  std::vector<Plan> plans_;
  bool changed_ = false;
  Result result_;
};

}  // namespace cobro::domain
