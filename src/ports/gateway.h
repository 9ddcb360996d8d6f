// A payment gateway, as pure functions: build a request, parse an answer, verify a
// webhook. None of them does I/O; the driver in app sends the bytes. What a gateway can do
// is a value, decided at start, not a virtual with a default body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/refusal.h"
#include "ports/answers.h"
#include "ports/billing.h"
#include "ports/commands.h"
#include "ports/gateway_event.h"
#include "ports/http_client.h"
#include "wire/message.h"

namespace cobro::ports {

struct Capabilities {
  bool remote = true;  // false: nothing is ever called (manual)
  bool capture_later = false;
  bool partial_refund = false;
  // A payment is confirmed with a method that is named; false: the customer chooses one on the
  // gateway's own page, and approves there.
  bool needs_method = true;
  // A key sent again within this span of its first send gives the first answer again.
  base::Duration key_window{};
};

// A webhook as it came. A gateway may sign any part of it, so all of it is kept.
struct WebhookRequest {
  std::string method;
  std::string path;
  std::string query;  // raw, without '?'
  wire::Headers headers;
  std::string body;
};
struct WebhookRefusal {
  std::string message;  // for the 400 answer
};

// An access token (OAuth 2.0, RFC 6749) that the gateway gives for our credentials.
struct AccessToken {
  base::Secret text;
  base::Duration lifetime{};
};
class AccessTokens {
 public:
  virtual ~AccessTokens() = default;
  [[nodiscard]] virtual HttpRequest request(base::Duration timeout) const = 0;
  // Gives nothing when the answer holds no token.
  [[nodiscard]] virtual std::optional<AccessToken> parse(const HttpResponse& response) const = 0;
};

class GatewayLists;

class Gateway {
 public:
  virtual ~Gateway() = default;
  [[nodiscard]] virtual domain::GatewayName name() const = 0;
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;

  // What it can do beside payments. Null when it cannot.
  [[nodiscard]] virtual const SavedMethods* saved_methods() const = 0;
  [[nodiscard]] virtual const GatewaySubscriptions* subscriptions() const = 0;
  // What can be read there about everything that happened (gateway_lists.h).
  [[nodiscard]] virtual const GatewayLists* lists_of_everything() const = 0;

  // Refusals: currency_not_supported, validation_failed (an amount that the gateway cannot
  // take: below its minimum, not a multiple, above its maximum), before a payment is made.
  [[nodiscard]] virtual std::optional<domain::Refusal> check_amount(domain::Money amount) const = 0;

  // Makes the request of a call about a payment. Refuses as check_amount does, for the command's
  // amount; minimum and maximum bind only what is charged, not captures and refunds.
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const PaymentCommand& command, const domain::Payment& payment, domain::CallId call) const = 0;
  // Says what the answer to a call of that operation means. Never throws for what it says.
  [[nodiscard]] virtual GatewayAnswer parse(domain::Operation operation,
                                            const HttpResponse& response) const = 0;

  // Fetches the payment's object by its gateway id, or its page; without either, lists what
  // was created between the two instants (the caller compares metadata), on pages of the
  // gateway's own when `on_page`.
  [[nodiscard]] virtual domain::GatewayRequest look_up_payment(const domain::Payment& payment,
                                                               base::Timestamp from,
                                                               base::Timestamp to,
                                                               bool on_page) const = 0;
  // Lists the refunds of the payment's object.
  [[nodiscard]] virtual domain::GatewayRequest look_up_refunds(
      const domain::Payment& payment) const = 0;
  [[nodiscard]] virtual LookUpAnswer parse_look_up(const domain::GatewayRequest& request,
                                                   const HttpResponse& response) const = 0;

  // How credentials are changed for a token first. Null when they go along as they are.
  [[nodiscard]] virtual const AccessTokens* access_tokens() const = 0;
  // Adds base URL, credentials (or `token`, where there are access_tokens), version and (for calls)
  // the idempotency key.
  [[nodiscard]] virtual HttpRequest to_http(const domain::GatewayRequest& request,
                                            std::optional<std::string_view> key,
                                            base::Duration timeout,
                                            const base::Secret* token) const = 0;

  // The request for the keys that the webhook is signed with, where they must be fetched first;
  // else nothing.
  [[nodiscard]] virtual std::optional<domain::GatewayRequest> webhook_keys(
      const WebhookRequest& request) const = 0;
  // Verifies the signature and reads the event. `keys` is the answer to webhook_keys; null when
  // there was nothing to fetch.
  [[nodiscard]] virtual base::Result<GatewayEvent, WebhookRefusal> verify(
      const WebhookRequest& request, const HttpResponse* keys, base::Timestamp now) const = 0;
  // Reads a stored event again, its signature having been verified when it came.
  [[nodiscard]] virtual base::Result<GatewayEvent, WebhookRefusal> read_event(
      const WebhookRequest& request) const = 0;
};

}  // namespace cobro::ports
