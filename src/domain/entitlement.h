// An entitlement: access to what was bought. It is granted while a course purchase stands or a
// subscription is active, and revoked after. Each payment or subscription, its source, has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/dispute.h"
#include "domain/ids.h"
#include "domain/payment.h"
#include "domain/read_rows.h"
#include "domain/subscription.h"

namespace cobro::domain {

enum class EntitlementKind { course, plan };

struct Entitlement {
  EntitlementId id;
  std::string user_id;
  std::optional<std::string> tenant_id = {};
  EntitlementKind kind = EntitlementKind::course;
  std::string reference;                     // the course's id; the plan's code, or its price's id
  std::optional<PaymentId> payment_id = {};  // one of the two is the source
  std::optional<SubscriptionId> subscription_id = {};
  std::optional<Money> amount = {};  // paid, or of one period
  base::Timestamp granted_at;
  std::optional<base::Timestamp> revoked_at = {};
};

// Whether the source grants access now. A payment's disputes are all that were ever opened of it;
// they need not be read of one that was never disputed. A subscription's are no matter: its status
// alone decides.
bool grants_access(const Payment& payment, const ReadRows<Dispute>& disputes);
bool grants_access(const Subscription& subscription);
// Makes the entitlement of a source that grants access, or (`granted` false) did so before.
Entitlement entitlement_of(const Payment& payment, bool granted, base::Timestamp now, IdSource&);
Entitlement entitlement_of(const Subscription& subscription, bool granted, base::Timestamp now,
                           IdSource& ids);

}  // namespace cobro::domain
