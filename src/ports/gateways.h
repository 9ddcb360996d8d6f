// The gateways that this deployment has, by name. It owns none of them: they outlive it.
#pragma once

#include <array>
#include <ranges>

#include "base/check.h"
#include "ports/gateway.h"

namespace cobro::ports {

class Gateways {
 public:
  Gateways() = default;
  // There is at most one of each name.
  Gateways(std::initializer_list<const Gateway*> all) {
    for (const Gateway* gateway : all) add(*gateway);
  }

  void add(const Gateway& gateway) {
    const Gateway*& slot = slots_.at(static_cast<std::size_t>(gateway.name()));
    COBRO_CHECK(slot == nullptr);
    slot = &gateway;
  }
  // All that there are, in the order of GatewayName.
  [[nodiscard]] auto all() const {
    return slots_ | std::views::filter([](const Gateway* gateway) { return gateway != nullptr; });
  }
  // The one that customers save payment methods at; null when there is none. Of several it is the
  // first.
  [[nodiscard]] const Gateway* with_saved_methods() const {
    for (const Gateway* gateway : all())
      if (gateway->saved_methods() != nullptr) return gateway;
    return nullptr;
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
