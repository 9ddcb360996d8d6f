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

// The calls of such an interface, once they are built.
class OtherCalls {
 public:
  virtual ~OtherCalls() = default;

  // What the answer to a call of that operation means. Never throws for what it says.
  [[nodiscard]] virtual GatewayAnswer parse(domain::Operation operation,
                                            const HttpResponse& response) const = 0;
  // Fetches what the call changed, or, for what it may have made (a customer, a subscription
  // of that customer), lists what was created between the two instants.
  // `gateway_id`: of the object when it is known; of the customer for create_subscription; of
  // the page where the call ends one.
  [[nodiscard]] virtual domain::GatewayRequest look_up(const domain::GatewayCall& call,
                                                       const std::optional<std::string>& gateway_id,
                                                       base::Timestamp from,
                                                       base::Timestamp to) const = 0;
  [[nodiscard]] virtual LookUpAnswer parse_look_up(domain::Operation operation,
                                                   const domain::GatewayRequest& request,
                                                   const HttpResponse& response) const = 0;
};

// Customers and methods are copies of what is there, under one account: it is asked for its name.
class SavedMethods : public virtual OtherCalls {
 public:
  [[nodiscard]] virtual domain::GatewayRequest fetch_account() const = 0;
  // Nothing when the answer names none.
  [[nodiscard]] virtual std::optional<domain::GatewayAccount> parse_account(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const MethodCommand& command, domain::CallId call) const = 0;
};

class GatewaySubscriptions : public virtual OtherCalls {
 public:
  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build(
      const SubscriptionCommand& command, domain::CallId call) const = 0;

  // Reads only. `parse_*` gives nothing when the answer tells nothing.
  [[nodiscard]] virtual domain::GatewayRequest fetch_subscription(
      const std::string& gateway_subscription_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewaySubscription> parse_subscription(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual domain::GatewayRequest fetch_checkout(
      const std::string& gateway_checkout_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewayCheckout> parse_checkout(
      const HttpResponse& response) const = 0;
  // With its payment's object.
  [[nodiscard]] virtual domain::GatewayRequest fetch_invoice(
      const std::string& gateway_invoice_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::GatewayInvoice> parse_invoice(
      const HttpResponse& response) const = 0;
  // What a change of plan would cost, which changes nothing. Refusals: validation_failed
  // (price_id, proration_date), gateway_refused, gateway_busy.
  [[nodiscard]] virtual domain::GatewayRequest preview(const ChangePlanCommand& change) const = 0;
  [[nodiscard]] virtual base::Result<domain::GatewayPreview, domain::Refusal> parse_preview(
      const HttpResponse& response) const = 0;
};

}  // namespace cobro::ports
