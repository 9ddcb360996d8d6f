// One line of this surface's route table: what differs from route to route. The rest of the
// documentation (security, the errors that every route shares) follows from it.
#pragma once

#include "surfaces/common/documents.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::platform {

struct RouteSpec {
  std::string method;
  std::string path;  // below /api/v1
  std::string id;
  std::string summary;
  std::string tag;
  Handle handle;
  wire::ResponseDoc success;
  std::optional<wire::RequestBody> body = {};
  std::vector<wire::Parameter> query = {};
  std::vector<int> errors = {};  // beside 400, 401, 500 and 503
  Access access = Access::bearer;
  RateClass rate_class = RateClass::other;
};

Route make_route(RouteSpec spec);

// The success document of a route that answers with T.
template <class T>
wire::ResponseDoc data_of(int status, std::string description, wire::Json data) {
  wire::Json envelope;
  envelope.set("success", true).set("data", std::move(data));
  return reply_of<Envelope<T>>(status, std::move(description), std::move(envelope));
}
// The data of a list with that one item.
wire::Json page_of(std::string_view plural, wire::Json item);

domain::Refusal no_such(std::string_view thing);

}  // namespace cobro::surfaces::platform
