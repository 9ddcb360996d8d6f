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
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/gateway_news.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/refusal.h"
#include "ports/billing.h"
#include "ports/http_client.h"
#include "wire/message.h"

namespace cobro::ports {

struct Capabilities {
  bool remote = true;  // false: nothing is ever called (manual)
  bool capture_later = false;
  bool partial_refund = false;
  // A key sent again within this span of its first send gives the first answer again.
  base::Duration key_window{};
};

// What an attempt asks for. `payment` is as it stands before the operation.
// With the customer and method that the payment names; or as a page that will make it.
struct CreateCommand {
  std::optional<CheckoutPage> page = {};
};
struct ConfirmCommand {
  // Nothing: the one that the object was made with.
  std::optional<std::string> payment_method;
  std::optional<std::string> customer = {};  // that it belongs to
  std::optional<std::string> return_url;
};
struct CaptureCommand {
  domain::Money amount;
};
struct CancelCommand {};
struct RefundCommand {
  domain::RefundId refund_id;
  domain::Money amount;
  std::string reason;
};
using GatewayCommand =
    std::variant<CreateCommand, ConfirmCommand, CaptureCommand, CancelCommand, RefundCommand>;

struct GatewayAnswer {
  AnswerKind kind = AnswerKind::unknown;
  std::optional<domain::PaymentNews> payment;  // also with a decline, when the gateway sends it
  std::optional<domain::RefundNews> refund;
  std::optional<domain::Decline> decline;
  bool heard = false;  // unknown, though the gateway answered: its object may tell more
  bool busy = false;   // not executed because the gateway sheds load: try later
  // Not executed, because the gateway does not take the payment method it was given.
  bool bad_payment_method = false;
  std::string message;  // why, for logs and a 502; nothing internal, no credentials
};

// One page of a look-up: what was found, and how to go on.
struct LookUpAnswer {
  bool understood = false;  // false: ask again later; nothing may be concluded
  std::vector<domain::PaymentNews> payments;
  std::vector<domain::RefundNews> refunds;
  std::optional<domain::GatewayRequest> next_page;
};

struct WebhookRefusal {
  std::string message;  // for the 400 answer
};

// A verified event: who it speaks of, and what it says if that is final.
struct GatewayEvent {
  std::string event_id;
  std::string type;
  base::Timestamp created_at;
  // Final facts, applied as they are. Empty when the object must be fetched instead.
  std::optional<domain::PaymentNews> payment;
  std::optional<domain::RefundNews> refund;
  // What to fetch: a payment object, its refunds, or nothing (unknown or irrelevant type).
  enum class Fetch { nothing, payment, refunds, subscription, invoice } fetch = Fetch::nothing;
  std::optional<domain::DisputeNews> dispute = {};  // applied as it is, in any order
  std::optional<std::string> gateway_subscription_id = {};
  std::optional<std::string> gateway_invoice_id = {};
  std::optional<domain::SubscriptionId> our_subscription = {};
  std::optional<std::string> gateway_payment_id;
  std::optional<domain::PaymentId> our_payment;
};

class Gateway {
 public:
  virtual ~Gateway() = default;
  [[nodiscard]] virtual domain::GatewayName name() const = 0;
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;

  // What it can do beside payments: null when nothing.
  [[nodiscard]] virtual const Billing* billing() const = 0;

  // Refusals: currency_not_supported, validation_failed (an amount that the gateway cannot
  // take: below its minimum, not a multiple, above its maximum), before a payment is made.
  [[nodiscard]] virtual std::optional<domain::Refusal> check_amount(domain::Money amount) const = 0;

  // The request of an attempt. Same refusals as check_amount, for the command's amount; the
  // minimum and maximum bind only what is charged, not captures and refunds.
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const GatewayCommand& command, const domain::Payment& payment,
      domain::AttemptId attempt) const = 0;
  // What the answer to an attempt of that operation means. Never throws for what it says.
  [[nodiscard]] virtual GatewayAnswer parse(domain::Operation operation,
                                            const HttpResponse& response) const = 0;

  // Fetches the payment's object by its gateway id, or its page; without either, lists what
  // was created between the two instants (the caller compares metadata), like `creation` when
  // that is known.
  [[nodiscard]] virtual domain::GatewayRequest look_up_payment(
      const domain::Payment& payment, base::Timestamp from, base::Timestamp to,
      const domain::GatewayRequest* creation) const = 0;
  // Lists the refunds of the payment's object.
  [[nodiscard]] virtual domain::GatewayRequest look_up_refunds(
      const domain::Payment& payment) const = 0;
  [[nodiscard]] virtual LookUpAnswer parse_look_up(const domain::GatewayRequest& request,
                                                   const HttpResponse& response) const = 0;

  // Adds base URL, credentials, version and (for attempts) the idempotency key.
  [[nodiscard]] virtual HttpRequest to_http(const domain::GatewayRequest& request,
                                            std::optional<std::string_view> key,
                                            base::Duration timeout) const = 0;

  // Verifies the signature over the raw body and reads the event.
  [[nodiscard]] virtual base::Result<GatewayEvent, WebhookRefusal> verify(
      const wire::Headers& headers, std::string_view body, base::Timestamp now) const = 0;
  // Reads a stored event again, its signature having been verified when it came.
  [[nodiscard]] virtual base::Result<GatewayEvent, WebhookRefusal> read_event(
      std::string_view body) const = 0;
};

}  // namespace cobro::ports
