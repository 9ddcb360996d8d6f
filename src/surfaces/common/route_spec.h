// One line of a surface's route table: what differs from route to route. The rest of the
// documentation (security, the errors that every route shares) follows from it and from how
// the surface speaks.
#pragma once

#include "surfaces/common/documents.h"

namespace cobro::surfaces {

struct RouteSpec {
  std::string method;
  std::string path;  // below the surface's base path
  std::string id;
  std::string summary;
  std::string tag;
  Handle handle;
  wire::ResponseDoc success;
  std::optional<wire::RequestBody> body = {};
  std::vector<wire::Parameter> query = {};
  std::vector<int> errors = {};  // beside those that all routes have
  Access access = Access::bearer;
};

// How one surface speaks.
struct ApiStyle {
  std::string_view base_path;  // "/api/v1"
  RenderError render_error = nullptr;
  const wire::Type* error_type = nullptr;  // of the body that render_error writes
  RenderState render_state = nullptr;
};

Route make_route(const ApiStyle& style, RouteSpec spec);

// Documents the error of that status, as render_error writes it, with an example.
wire::ResponseDoc document_error(const ApiStyle& style, int status);

domain::Refusal no_such(std::string_view thing);

}  // namespace cobro::surfaces
