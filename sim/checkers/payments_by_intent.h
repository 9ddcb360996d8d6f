// Which payment of ours an intent of the gateway is: by its metadata, or, where the gateway
// made it by itself, by its id.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/evidence.h"

namespace cobro::sim {

class PaymentsByIntent {
 public:
  explicit PaymentsByIntent(const std::vector<domain::Payment>& payments) {  // outlive it
    for (const auto& payment : payments) {
      by_id_[payment.id.to_string()] = &payment;
      if (payment.gateway_payment_id) by_intent_[*payment.gateway_payment_id] = &payment;
    }
  }
  // Null when it is nobody's.
  [[nodiscard]] const domain::Payment* find(const RemotePayment& remote) const {
    const bool unnamed = remote.our_payment.empty();
    const auto& all = unnamed ? by_intent_ : by_id_;
    const auto found = all.find(unnamed ? remote.id : remote.our_payment);
    return found == all.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, const domain::Payment*> by_id_;
  std::map<std::string, const domain::Payment*> by_intent_;
};

}  // namespace cobro::sim
