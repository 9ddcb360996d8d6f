// Makes a caller of the Authorization header.
#pragma once

#include "app/pipeline/caller.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/jwt.h"
#include "wire/message.h"

namespace cobro::surfaces {

struct AuthenticationFailure {
  std::string message;
  std::string challenge;  // of WWW-Authenticate
};

base::Result<app::Caller, AuthenticationFailure> authenticate(const wire::Headers& headers,
                                                              const crypto::JwtVerifier& verifier,
                                                              base::Timestamp now);

}  // namespace cobro::surfaces
