#include "main/sandbox_host.h"

#include <stdexcept>

namespace cobro {
namespace {

wire::Reply stripe_refusal(const wire::Request&, int status, std::string_view reason) {
  return wire::json_reply(status, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"" +
                                      std::string(reason) + "\"}}");
}

// Does to a reply what the sandbox wants done to it.
net::Sending spoil(wire::Reply& reply) {
  const auto cut = reply.headers.find(sandbox::kCutHeader);
  if (!cut) return net::Sending::whole;
  const auto sending = *cut == "close"     ? net::Sending::none
                       : *cut == "reset"   ? net::Sending::reset
                       : *cut == "silence" ? net::Sending::silence
                                           : net::Sending::half;
  reply.headers.remove(sandbox::kCutHeader);
  return sending;
}

}  // namespace

SandboxHost::SandboxHost(const Options& options, net::Loop& loop, ports::Clock& clock,
                         ports::Random& random, ports::HttpClient& http, ports::Log& log) {
  const auto listen = [&](const net::Endpoint& where) {
    server_ = std::make_unique<net::HttpServer>(
        loop, where, [this](wire::Request request) { return handle(std::move(request)); },
        net::ServerLimits{}, log, stripe_refusal);
    server_->spoil_replies(spoil);
  };
  try {
    listen(options.listen);
  } catch (const std::runtime_error&) {
    if (!options.any_port) throw;
    listen({options.listen.address, 0});
  }
  url_ = "http://" + to_string(server_->endpoint());
  sandbox::StripeOptions stripe;
  stripe.database = options.database;
  stripe.webhooks = options.webhooks;
  stripe.public_url = url_;
  stripe.faults = options.faults;
  if (options.idempotency_kept) stripe.idempotency_kept = *options.idempotency_kept;
  stripe_ = std::make_unique<sandbox::Stripe>(std::move(stripe), clock, random, http, log);
  tasks_ = std::make_unique<base::TaskGroup>([&log](std::string_view name, std::exception_ptr) {
    log.write(ports::LogLevel::error, "sandbox task ended by an exception", {{"task", name}});
  });
  tasks_->spawn("sandbox", stripe_->run());
}

base::Task<wire::Reply> SandboxHost::handle(wire::Request request) {
  return stripe_->handle(std::move(request));
}

}  // namespace cobro
