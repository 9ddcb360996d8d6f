// What the gateway did under each key of the service, as seen at the gateway's own door:
// there no answer is lost.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "wire/message.h"

namespace cobro::sim {

struct Deed {
  std::string object;  // pi_… or re_…
  std::string charge;  // the one that it shows; "" when none
  std::string status;  // the object's, or "refused"
};

class Deeds {
 public:
  using ByKey = std::map<std::string, std::vector<Deed>>;

  // Notes the answer to a request under `key`, unless it only repeats an earlier one.
  void note(const std::string& key, const wire::Reply& reply);
  [[nodiscard]] const ByKey& by_key() const { return by_key_; }

 private:
  ByKey by_key_;
};

}  // namespace cobro::sim
