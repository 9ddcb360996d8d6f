// The access tokens that gateways gave this instance, and the keys of their webhooks: kept in
// memory, and never anywhere else.
#pragma once

#include <map>
#include <string>

#include "base/secret.h"
#include "base/time.h"
#include "domain/payment.h"
#include "ports/http_client.h"

namespace cobro::app {

struct CachedToken {
  base::Secret token;
  base::Timestamp good_until;
};
using TokenCache = std::map<domain::GatewayName, CachedToken>;

// The keys that gateways sign webhooks with, by the path they were fetched from.
struct CachedKeys {
  ports::HttpResponse answer;
  base::Timestamp good_until;
};
using KeyCache = std::map<std::string, CachedKeys>;

}  // namespace cobro::app
