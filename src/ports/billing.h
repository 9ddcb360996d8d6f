// What a gateway may be able to do beside payments, as two small interfaces of pure functions
// like those of gateway.h: customers with their saved methods, and subscriptions that the
// gateway bills by itself. A gateway without one of them gives none.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "domain/gateway_account.h"
#include "domain/refusal.h"
#include "ports/answers.h"
#include "ports/commands.h"
#include "ports/http_client.h"

namespace cobro::ports {

// What both interfaces do with a call once it is built: read its answer, and find out later what
// became of it.
class OtherCalls {
 public:
  virtual ~OtherCalls() = default;

  // What the answer to a call of that operation means. Never throws for what it says.
  [[nodiscard]] virtual GatewayAnswer parse(domain::Operation operation,
                                            const HttpResponse& response) const = 0;
  // The request that fetches what the call changed. For what the call may have made (a customer,
  // a subscription of that customer) it lists what was created between the two instants.
  // `gateway_id` is the object's id when it is known, the customer's for create_subscription, and
  // the page's where the call ends one.
  [[nodiscard]] virtual domain::GatewayRequest look_up(const domain::GatewayCall& call,
                                                       const std::optional<std::string>& gateway_id,
                                                       base::Timestamp from,
                                                       base::Timestamp to) const = 0;
  [[nodiscard]] virtual LookUpAnswer parse_look_up(domain::Operation operation,
                                                   const domain::GatewayRequest& request,
                                                   const HttpResponse& response) const = 0;
};

// Our rows of customers and methods are copies of what is kept there under one account, so the
// gateway is asked which account that is.
class SavedMethods : public virtual OtherCalls {
 public:
  [[nodiscard]] virtual domain::GatewayRequest fetch_account() const = 0;
  // Gives nothing when the answer names no account.
  [[nodiscard]] virtual std::optional<domain::GatewayAccount> parse_account(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const MethodCommand& command, domain::CallId call) const = 0;
};

class GatewaySubscriptions : public virtual OtherCalls {
 public:
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const SubscriptionCommand& command, domain::CallId call) const = 0;

  // These requests only read. `parse_*` gives nothing when the answer cannot be read.
  [[nodiscard]] virtual domain::GatewayRequest fetch_subscription(
      const std::string& gateway_subscription_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewaySubscription> parse_subscription(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual domain::GatewayRequest fetch_checkout(
      const std::string& gateway_checkout_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewayCheckout> parse_checkout(
      const HttpResponse& response) const = 0;
  // The answer shows the invoice together with its payment's object.
  [[nodiscard]] virtual domain::GatewayRequest fetch_invoice(
      const std::string& gateway_invoice_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewayInvoice> parse_invoice(
      const HttpResponse& response) const = 0;
  // Asks what a change of plan would cost, without making it. Refusals of `parse_preview`:
  // validation_failed (price_id, proration_date), currency_not_supported (it costs no whole amount
  // of its currency), gateway_refused, gateway_busy.
  [[nodiscard]] virtual domain::GatewayRequest preview(const ChangePlanCommand& change) const = 0;
  [[nodiscard]] virtual base::Result<domain::GatewayPreview, domain::Refusal> parse_preview(
      const HttpResponse& response) const = 0;
};

}  // namespace cobro::ports
