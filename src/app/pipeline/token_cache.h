// The access tokens that gateways gave this instance: kept in memory, and never anywhere else.
#pragma once

#include <map>

#include "base/secret.h"
#include "base/time.h"
#include "domain/payment.h"

namespace cobro::app {

struct CachedToken {
  base::Secret token;
  base::Timestamp good_until;
};
using TokenCache = std::map<domain::GatewayName, CachedToken>;

}  // namespace cobro::app
