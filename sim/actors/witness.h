// The clients' own memory: what each was told, and what each key answered first. Held
// against the database and the gateway at the end.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/evidence.h"
#include "sim/world.h"
#include "wire/json.h"

namespace cobro::sim {

class Witness {
 public:
  // Both outlive it.
  Witness(std::vector<std::string>& violations, const ManualClock& clock)
      : violations_(violations), clock_(clock) {}

  // `sent_at`: steady time when the request left.
  void hear(const Ask& ask, const Heard& heard, base::Duration sent_at);
  // Under one key, what carries this tag exists once at most.
  void expect_once(const std::string& tag) {
    promises_.push_back({Promise::Kind::made_once, tag, "", 0});
  }

  [[nodiscard]] std::vector<Promise> promises() const;
  // How many answers of each status.
  [[nodiscard]] const std::map<int, std::int64_t>& statuses() const { return statuses_; }

 private:
  struct First {
    Heard heard;
    base::Duration at;
  };
  void compare_with_first(const Ask& ask, const Heard& heard, base::Duration sent_at);
  void note_promises(const Ask& ask, const wire::Json& data);
  void note_method(const Ask& ask, const std::string& id, const wire::Json& data);
  void note_amount(Promise::Kind kind, const std::string& subject, const wire::Json& data,
                   std::string_view member);

  std::vector<std::string>& violations_;
  const ManualClock& clock_;
  std::map<std::string, First> first_;  // by caller, method, path and key
  std::vector<Promise> promises_;
  std::set<std::string> changed_;  // payments that somebody tried to give another amount
  std::set<std::string> removed_;  // methods that somebody tried to remove
  std::map<int, std::int64_t> statuses_;
};

}  // namespace cobro::sim
