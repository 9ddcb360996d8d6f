// The review queue: what no machine can decide is put before a person.
#pragma once

#include <optional>
#include <string>

#include "domain/books.h"
#include "domain/gateway_call.h"
#include "domain/review.h"

namespace cobro::app {

// Whose the matter is.
struct Owner {
  std::string user_id;
  std::optional<std::string> tenant_id;
};
// Makes the review of a call that is about no payment, and whose outcome nobody could learn.
domain::Review review_of(const domain::GatewayCall& call, const std::optional<Owner>& owner,
                         std::string detail, domain::Moment& moment);

}  // namespace cobro::app
