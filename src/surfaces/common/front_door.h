// What happens to every request before and after its route, in the contract's order:
//
//   404 route · 405 method · 401 · 403 by role · 413 · 415 · 400 unreadable body
//     └─▶ the route's handler: 400 of all fields · 400 Idempotency-Key · use case
//
// A handler that throws is answered 503 (the store is away) or 500, and logged; nothing
// internal leaves. What goes wrong is said in the words of the surface that the path is below.
// Every answer carries X-Request-Id and is logged by its route's template:
// never with query, body or token.
#pragma once

#include "crypto/jwt.h"
#include "surfaces/common/cors.h"
#include "surfaces/common/router.h"

namespace cobro::surfaces {

class FrontDoor {
 public:
  // All references outlive the door and its tasks.
  FrontDoor(const SurfaceContext& surface, const crypto::JwtVerifier& verifier,
            const Router& router, Cors cors);

  // Never throws.
  base::Task<wire::Reply> handle(wire::Request request) const;

  // Answers what never became a request; `seen` is what was read of it.
  [[nodiscard]] wire::Reply refuse(const wire::Request& seen, int status,
                                   std::string_view reason) const;

 private:
  base::Task<wire::Reply> serve(Exchange& exchange) const;
  base::Task<wire::Reply> serve_safely(Exchange& exchange) const;
  [[nodiscard]] wire::Reply refuse_route(const wire::Request& request,
                                         const std::string& request_id,
                                         const Router::Match& match) const;
  [[nodiscard]] std::string request_id_of(const wire::Request& request) const;

  const SurfaceContext& surface_;
  const crypto::JwtVerifier& verifier_;
  const Router& router_;
  Cors cors_;
};

}  // namespace cobro::surfaces
