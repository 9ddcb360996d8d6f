// A program with mistakes: it asks for what must be refused (methods that are nobody's, another
// user's, detached or used up; prices that are none; more than is left), and at once for something
// that the refusal must not stand in the way of.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/actors/asking.h"

namespace cobro::sim {

class Blunderer {
 public:
  Blunderer(World& world, Witness& witness)  // both outlive it
      : asking_(world, witness, "blunderer") {}

  // Acts until the faults end.
  base::Task<void> live();
  [[nodiscard]] const std::vector<Blunder>& blunders() const { return blunders_; }

 private:
  struct Named {
    std::string id;          // ours
    std::string gateway_id;  // the gateway's; "" where none was told
  };
  // ---- what is wrong
  base::Task<void> pay_with_a_wrong_method();
  base::Task<void> refund_too_much();
  base::Task<void> subscribe_to_nothing();
  base::Task<void> change_a_subscription_wrongly();
  // ---- what is needed for it; nothing: a fault was in the way
  base::Task<std::optional<std::string>> new_intent();
  base::Task<std::optional<std::string>> paid_intent(std::string method);
  base::Task<std::optional<Named>> saved_method(std::string who);
  base::Task<std::optional<std::string>> running_subscription();
  base::Task<std::optional<std::string>> wrong_method(std::string& what);
  base::Task<std::string> used_up_card();
  base::Task<std::string> wrong_price(std::string& what);

  base::Task<void> blunder(std::string what, Wish wrong, std::optional<Wish> next);
  [[nodiscard]] std::int64_t disturbances();
  [[nodiscard]] bool is_calm();

  Asking asking_;
  std::string who_;  // this time
  std::map<std::string, std::string> subscriptions_;
  std::vector<Blunder> blunders_;
};

}  // namespace cobro::sim
