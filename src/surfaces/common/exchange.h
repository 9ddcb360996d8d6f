// One request on its way through a surface, and the table row that serves it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/pipeline/context.h"
#include "app/pipeline/pipeline.h"
#include "base/task.h"
#include "domain/currency.h"
#include "surfaces/common/errors.h"
#include "surfaces/common/return_urls.h"
#include "wire/json.h"
#include "wire/message.h"
#include "wire/openapi.h"

namespace cobro::surfaces {

// Where people's browsers go; base URLs without a slash at the end.
struct Sites {
  std::string own;          // this service
  std::string merchant;     // empty: not known
  ReturnUrls returns = {};  // what a caller may name
};

// What every route works with. It outlives them.
struct SurfaceContext {
  SurfaceContext(app::Context& with_context, domain::Currency with_currency, Sites with_sites)
      : context(with_context), default_currency(with_currency), sites(std::move(with_sites)) {}

  app::Context& context;
  domain::Currency default_currency;
  Sites sites;
};

struct Exchange;
// A coroutine function, or one that returns such a coroutine's task: never a coroutine lambda
// that captures. The exchange outlives the task.
using Handle = std::function<base::Task<app::Answer>(Exchange& exchange)>;

// Who may call at all. What belongs to whom is for the use case.
enum class Access {
  anyone,
  bearer,  // any valid token
  admin,
  deployment,  // an admin who is of no tenant
  trusted,     // admin and service
  refunding,   // trusted; every token where the owner may refund too
};
enum class BodyKind { json, raw };

// Gives the surface's word for a payment's state.
using RenderState = std::string (*)(const domain::Payment&, domain::PaymentState);

struct Route {
  wire::Operation operation;  // method, path template and documentation
  Handle handle = {};
  RenderError render_error = nullptr;
  RenderState render_state = nullptr;  // null where no payment is spoken of
  Access access = Access::bearer;
  BodyKind body_kind = BodyKind::json;
  bool reads_query = false;  // the handler decodes the query, and looks for cards in it
};

struct Exchange {
  const SurfaceContext& surface;
  const Route& route;
  wire::Request request;
  std::string request_id;
  std::vector<std::string> path_values;  // decoded, in the order of the template
  app::Caller caller = {};
  wire::Json body = wire::JsonObject{};  // {} when absent; of BodyKind::json

  // Makes the call of a use case that writes. Refusals: validation_failed (a malformed
  // Idempotency-Key), not_found (a tenant that is not the caller's).
  [[nodiscard]] base::Result<app::Call, domain::Refusal> call() const;
};

}  // namespace cobro::surfaces
