// Chance. Production draws it from the operating system, the simulator from its seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.h"
#include "base/uuid.h"

namespace cobro::ports {

class Random {
 public:
  virtual ~Random() = default;
  // In production the bytes are cryptographically strong.
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  template <class IdType>
  IdType make_id(base::Timestamp now) {
    std::array<std::uint8_t, 10> chance{};
    fill(chance);
    return IdType{base::Uuid::v7(now, chance)};
  }
};

}  // namespace cobro::ports
