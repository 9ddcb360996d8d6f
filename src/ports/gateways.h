// Which gateways this deployment has, by name. Holds no ownership: the gateways outlive it.
#pragma once

#include <array>

#include "base/check.h"
#include "ports/gateway.h"

namespace cobro::ports {

class Gateways {
 public:
  Gateways() = default;
  // At most one of each name.
  Gateways(std::initializer_list<const Gateway*> all) {
    for (const Gateway* gateway : all) add(*gateway);
  }

  void add(const Gateway& gateway) {
    const Gateway*& slot = slots_.at(static_cast<std::size_t>(gateway.name()));
    COBRO_CHECK(slot == nullptr);
    slot = &gateway;
  }
  // Null when that gateway is not available here.
  [[nodiscard]] const Gateway* find(domain::GatewayName name) const {
    const auto index = static_cast<std::size_t>(name);
    return index < slots_.size() ? slots_[index] : nullptr;
  }

 private:
  static constexpr std::size_t kNames =
      static_cast<std::size_t>(domain::GatewayName::mercadopago) + 1;
  std::array<const Gateway*, kNames> slots_{};
};

}  // namespace cobro::ports
