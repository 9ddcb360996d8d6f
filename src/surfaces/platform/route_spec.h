// The lines of this surface's route table, and the documents of its answers.
#pragma once

#include "surfaces/common/route_spec.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::platform {

inline constexpr std::string_view kBasePath = "/api/v1";

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

}  // namespace cobro::surfaces::platform
