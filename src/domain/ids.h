// The id types of the domain, and where a decision takes fresh ones from.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "base/uuid.h"

namespace cobro::domain {

using OrderId = base::Id<struct OrderTag>;
using OrderItemId = base::Id<struct OrderItemTag>;
using PaymentId = base::Id<struct PaymentTag>;
using CallId = base::Id<struct CallTag>;
using RefundId = base::Id<struct RefundTag>;
using TransactionId = base::Id<struct TransactionTag>;
using LedgerEntryId = base::Id<struct LedgerEntryTag>;
using EventId = base::Id<struct EventTag>;
using OverpaymentId = base::Id<struct OverpaymentTag>;
using ReviewId = base::Id<struct ReviewTag>;
using RecordId = base::Id<struct RecordTag>;
using CustomerId = base::Id<struct CustomerTag>;
using PaymentMethodId = base::Id<struct PaymentMethodTag>;
using PlanId = base::Id<struct PlanTag>;
using SubscriptionId = base::Id<struct SubscriptionTag>;
using StatusChangeId = base::Id<struct StatusChangeTag>;
using CheckoutSessionId = base::Id<struct CheckoutSessionTag>;
using EntitlementId = base::Id<struct EntitlementTag>;
using DisputeId = base::Id<struct DisputeTag>;
using WebhookId = base::Id<struct WebhookTag>;
using InstanceId = base::Id<struct InstanceTag>;

// Gives fresh UUIDv7 ids for one decision, increasing, all from one draw of chance. A copy
// gives the same ids again: a decision that is tried twice names its rows alike.
class IdSource {
 public:
  IdSource(base::Timestamp now, const std::array<std::uint8_t, 10>& chance)
      : next_(base::Uuid::v7(now, chance)) {}

  template <class IdType>
  IdType next() {
    return IdType{step()};
  }

 private:
  base::Uuid step();
  base::Uuid next_;
};

}  // namespace cobro::domain
