// The two wires of the service: to its gateway, and from the gateway's webhooks. What was
// sent goes its way, whether or not its sender still lives.
#pragma once

#include <string>

#include "base/task.h"
#include "ports/http_client.h"
#include "sim/ground/ground.h"
#include "sim/ground/process.h"
#include "sim/ground/seen.h"
#include "wire/message.h"

namespace cobro::sim {

inline constexpr std::string_view kGatewayOrigin = "http://stripe.test";
inline constexpr std::string_view kServiceOrigin = "http://cobro.test";

wire::Request to_incoming(ports::HttpRequest request);

// What one process sends to its gateway.
class GatewayWire final : public ports::HttpClient {
 public:
  // All of them outlive it; `seen` is that of every process.
  GatewayWire(Ground& ground, Process& process, wire::Handler gateway, Seen& seen);
  base::Task<ports::HttpResult> send(ports::HttpRequest request) override;

 private:
  using Answered = base::Completion<ports::HttpResult>;
  base::Task<void> carry(ports::HttpRequest request, std::int64_t number, Answered answer);
  base::Task<void> give_up(base::Duration after, Answered answer);
  // The gateway's answer, after a rule of its own when it is to refuse.
  base::Task<wire::Reply> ask(ports::HttpRequest request);
  base::Task<wire::Reply> ask_in_vain(ports::HttpRequest request, std::string_view fault);
  void note_refusal(const std::string& key, const ports::HttpResult& result);

  Ground& ground_;
  wire::Handler gateway_;
  Process& process_;
  Seen& seen_;
  base::TaskGroup packets_;
};

// What the gateway sends to the service. Its handler answers status 0 when nobody is there.
class WebhookWire final : public ports::HttpClient {
 public:
  WebhookWire(Ground& ground, wire::Handler service);
  base::Task<ports::HttpResult> send(ports::HttpRequest request) override;

 private:
  using Answered = base::Completion<ports::HttpResult>;
  base::Task<void> carry(ports::HttpRequest request, base::Duration delay, Answered answer);
  void lose(const std::string& event);
  base::Task<void> give_up(base::Duration after, Answered answer);

  Ground& ground_;
  wire::Handler service_;
  base::TaskGroup packets_;
};

}  // namespace cobro::sim
