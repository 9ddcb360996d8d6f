// Which rows some changes would write, and which they rely on: two writes that meet in one are
// not run together, for the later would be decided from rows that the earlier has changed. What is
// not told here is held by the database all the same (versions, unique keys, CHECKs).
#pragma once

#include <string>
#include <unordered_set>

#include "ports/store.h"

namespace cobro::store {

class Touched {
 public:
  Touched() = default;
  explicit Touched(const ports::Changes& changes);

  // One writes or relies on what the other writes or relies on.
  [[nodiscard]] bool meets(const Touched& other) const;
  void add(const Touched& other);
  [[nodiscard]] bool empty() const { return written_.empty() && relied_on_.empty(); }

 private:
  void write(const auto& rows);

  std::unordered_set<std::string> written_;
  std::unordered_set<std::string> relied_on_;
};

}  // namespace cobro::store
