#include "surfaces/common/route_spec.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace cobro::surfaces {
namespace {

struct KnownError {
  int status;
  std::string_view description;
  std::string_view code;
  std::string_view message;
};
constexpr std::array kKnownErrors = {
    KnownError{400, "The request is not valid; `details` names every failing field.",
               "validation_failed", "One field is not valid."},
    KnownError{401, "No valid bearer token.", "unauthorized", "A bearer token is needed."},
    KnownError{402, "The payment was declined.", "payment_declined",
               "Your card has insufficient funds."},
    KnownError{403, "The caller's role does not allow this.", "forbidden",
               "Your role does not allow this action."},
    KnownError{404, "No such object, or not the caller's.", "not_found",
               "There is no such payment."},
    KnownError{409, "The state does not permit it; the message says which one would.",
               "invalid_state", "The payment is cancelled."},
    KnownError{413, "The body is larger than 1 MiB.", "body_too_large",
               "The body is larger than 1 MiB."},
    KnownError{415, "The body is not application/json.", "unsupported_media_type",
               "The body must be JSON."},
    KnownError{422, "The Idempotency-Key was used before with another body.",
               "idempotency_key_reused", "This Idempotency-Key was used before with another body."},
    KnownError{500, "A fault of ours.", "internal", "Something went wrong on our side."},
    KnownError{502, "The gateway refused, and nothing moved.", "gateway_refused",
               "The gateway refused the request."},
    KnownError{503, "Try again after `Retry-After` seconds.", "unavailable",
               "The service is not available at the moment; try again shortly."},
    KnownError{504, "The outcome at the gateway is unknown; it will be resolved.",
               "outcome_unknown", "The outcome at the gateway is not known yet."},
};

bool is_write(const std::string& method) {
  return method != "GET";
}

std::vector<int> errors_of(const RouteSpec& spec) {
  std::vector<int> statuses = {400, 401, 500, 503};
  statuses.insert(statuses.end(), spec.errors.begin(), spec.errors.end());
  // A tenant that is not the caller's may be named to any route.
  if (spec.access != Access::anyone || spec.path.contains('{')) statuses.push_back(404);
  if (spec.access != Access::anyone && spec.access != Access::bearer) statuses.push_back(403);
  if (is_write(spec.method)) statuses.insert(statuses.end(), {409, 413, 415, 422});
  std::ranges::sort(statuses);
  statuses.erase(std::ranges::unique(statuses).begin(), statuses.end());
  return statuses;
}

wire::Parameter idempotency_parameter() {
  return {.name = "Idempotency-Key",
          .in = wire::Parameter::In::header,
          .required = false,
          .schema = example(R"({"type": "string", "minLength": 1, "maxLength": 257})"),
          .description = "The same key and body give the first answer again, for 24 hours."};
}

}  // namespace

wire::ResponseDoc document_error(const ApiStyle& style, int status) {
  const auto known = std::ranges::find(kKnownErrors, status, &KnownError::status);
  COBRO_CHECK(known != kKnownErrors.end());
  ErrorFacts facts{.status = known->status,
                   .code = std::string(known->code),
                   .message = std::string(known->message)};
  if (status == 402) facts.decline_code = "insufficient_funds";
  if (status == 400) facts.details = {{"amount", "must_be_positive", "must be greater than zero"}};
  const auto rendered = style.render_error(facts, "019a53c7-53a1-7c0e-9d6e-0f6f1f2a7b11");
  return {.status = status,
          .description = std::string(known->description),
          .type = style.error_type,
          .example = example(rendered.body)};
}

Route make_route(const ApiStyle& style, RouteSpec spec) {
  const auto statuses = errors_of(spec);
  Route route{.operation = {.method = spec.method,
                            .path = std::string(style.base_path) + spec.path,
                            .id = std::move(spec.id),
                            .summary = std::move(spec.summary),
                            .tag = std::move(spec.tag),
                            .parameters = std::move(spec.query),
                            .body = std::move(spec.body),
                            .responses = {std::move(spec.success)},
                            .needs_bearer = spec.access != Access::anyone},
              .handle = std::move(spec.handle),
              .render_error = style.render_error,
              .render_state = style.render_state,
              .access = spec.access};
  route.reads_query = !route.operation.parameters.empty();
  if (is_write(spec.method)) route.operation.parameters.push_back(idempotency_parameter());
  for (const auto status : statuses)
    route.operation.responses.push_back(document_error(style, status));
  return route;
}

domain::Refusal no_such(std::string_view thing) {
  return {.code = domain::RefusalCode::not_found,
          .message = "There is no such " + std::string(thing) + "."};
}

}  // namespace cobro::surfaces
