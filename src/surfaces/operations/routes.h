// The operations surface: health, readiness, the OpenAPI document and webhooks in.
#pragma once

#include <memory>
#include <vector>

#include "surfaces/common/route_spec.h"
#include "surfaces/operations/readiness.h"

namespace cobro::surfaces::operations {

struct Parts {
  Readiness& readiness;                        // outlives the routes
  std::shared_ptr<const std::string> openapi;  // its text is filled in before the first request
  // An event was stored that is still to be applied, by this instance.
  std::function<void(ports::StoredWebhook)> webhook_left;
};

std::vector<Route> routes(const Parts& parts);

// Receives webhooks as /webhooks/{gateway} does, at a path of another surface that names no
// gateway.
Route unnamed_webhook_route(const Parts& parts, const ApiStyle& style, std::string path,
                            std::string id);

// ---- by resource ------------------------------------------------------------------------

void add_health_routes(const Parts& parts, std::vector<Route>& routes);
void add_webhook_route(const Parts& parts, std::vector<Route>& routes);

}  // namespace cobro::surfaces::operations
