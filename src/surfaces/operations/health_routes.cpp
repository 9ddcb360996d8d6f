#include "surfaces/common/documents.h"
#include "surfaces/operations/routes.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::operations {

struct Health {
  std::string status;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status))

struct Checks {
  bool store = false;
  bool draining = false;
  bool accounts = true;
};
BOOST_DESCRIBE_STRUCT(Checks, (), (store, draining, accounts))

struct ReadyReply {
  std::string status;
  wire::Omittable<Checks> checks;
};
BOOST_DESCRIBE_STRUCT(ReadyReply, (), (status, checks))

namespace {

using app::Answer;

base::Task<Answer> alive(Exchange&) {
  co_return wire::json_reply(200, wire::encode(Health{"ok"}));
}

bool is_verbose(std::string_view query) {
  return query == "verbose" || query.starts_with("verbose=") || query.starts_with("verbose&");
}

base::Task<Answer> ready(const Exchange& exchange, Readiness& readiness) {
  const auto report = co_await readiness.look();
  ReadyReply body{.status = report.ready() ? "ready" : "not_ready"};
  if (is_verbose(exchange.request.query))
    body.checks.emplace(
        Checks{.store = report.store, .draining = report.draining, .accounts = report.accounts});
  co_return wire::json_reply(report.ready() ? 200 : 503, wire::encode(body));
}

base::Task<Answer> document(std::shared_ptr<const std::string> openapi) {
  co_return wire::json_reply(200, *openapi);
}

Route open_route(std::string path, std::string id, std::string summary, Handle handle,
                 std::vector<wire::ResponseDoc> responses) {
  return {.operation = {.method = "GET",
                        .path = std::move(path),
                        .id = std::move(id),
                        .summary = std::move(summary),
                        .tag = "Operations",
                        .responses = std::move(responses),
                        .needs_bearer = false},
          .handle = std::move(handle),
          .render_error = &platform::render_error,
          .access = Access::anyone};
}

wire::Parameter verbose_parameter() {
  return {.name = "verbose",
          .in = wire::Parameter::In::query,
          .required = false,
          .schema = example(R"({"type": "string"})"),
          .description = "Given in any form: the answer names each check."};
}

}  // namespace

void add_health_routes(const Parts& parts, std::vector<Route>& routes) {
  const auto ok = reply_of<Health>(200, "The process answers.", example(R"({"status": "ok"})"));
  routes.push_back(
      open_route("/healthz", "getHealth", "Whether the process answers", &alive, {ok}));
  routes.push_back(
      open_route("/livez", "getLiveness", "Whether the process is alive", &alive, {ok}));
  auto readyz = open_route(
      "/readyz", "getReadiness", "Whether this instance should be sent requests",
      [&readiness = parts.readiness](Exchange& exchange) { return ready(exchange, readiness); },
      {reply_of<ReadyReply>(200, "It should.", example(R"({"status": "ready"})")),
       reply_of<ReadyReply>(
           503,
           "It should not: the store is away, it is being stopped, or a gateway's keys are "
           "another account's.",
           example(R"({"status": "not_ready",
                                        "checks": {"store": false, "draining": false,
                                                   "accounts": true}})"))});
  readyz.operation.parameters.push_back(verbose_parameter());
  routes.push_back(std::move(readyz));
  routes.push_back(
      open_route("/openapi.json", "getOpenApi", "This document",
                 [openapi = parts.openapi](Exchange&) { return document(openapi); },
                 {reply_of<wire::AnyObject>(200, "The OpenAPI 3.1 document of this service.",
                                            example(R"({"openapi": "3.1.0"})"))}));
}

}  // namespace cobro::surfaces::operations
