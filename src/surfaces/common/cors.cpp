#include "surfaces/common/cors.h"

#include <algorithm>

namespace cobro::surfaces {

// Whether the origin may read the answer.
bool Cors::add_origin(const wire::Request& request, wire::Reply& reply) const {
  const auto origin = request.headers.find("Origin");
  if (!origins_.empty()) reply.headers.add("Vary", "Origin");
  if (!origin) return false;
  if (origins_.empty()) {
    reply.headers.set("Access-Control-Allow-Origin", "*");
    return true;
  }
  if (std::ranges::find(origins_, *origin) == origins_.end()) return false;
  reply.headers.set("Access-Control-Allow-Origin", std::string(*origin));
  return true;
}

void Cors::add(const wire::Request& request, wire::Reply& reply) const {
  if (!add_origin(request, reply)) return;
  reply.headers.set("Access-Control-Expose-Headers",
                    "X-Request-Id, Idempotent-Replayed, Retry-After, WWW-Authenticate");
}

void Cors::add_preflight(const wire::Request& request, const std::string& allow,
                         wire::Reply& reply) const {
  if (!add_origin(request, reply)) return;
  reply.headers.set("Access-Control-Allow-Methods", allow);
  reply.headers.set("Access-Control-Allow-Headers",
                    "authorization, content-type, idempotency-key, x-request-id, traceparent");
  reply.headers.set("Access-Control-Max-Age", "600");
}

}  // namespace cobro::surfaces
