// Stripe's customers, saved methods and subscriptions. The requests and the readers of each
// object stand in files of their own (customers, methods, subscriptions, invoices, prices).
//
// What an accepted answer must show, beside being readable:
//
//   create_customer      a customer that is not deleted
//   attach_method        a customer to which it belongs; detach_method: none
//   create_subscription  a status that we know
//   end_at_period_end    that it will end, or has ended; resume: that it goes on (one that is
//                        still to end says that nothing was done)
//   end_now              that it has ended
//   change_plan          a subscription that has not ended, and a price; set_method: and what
//                        it is paid with
//   pay_invoice          an invoice that is paid, or whose payment is under way
//
// All else of 2xx is unknown. Errors are judged by errors.h. A card that fails to pay a new
// subscription is no decline: it is accepted, `incomplete`, and can still be paid.
#pragma once

#include "ports/billing.h"

namespace cobro::gateways {

class StripeBilling final : public ports::SavedMethods, public ports::GatewaySubscriptions {
 public:
  // `live`: whether our key is for live money, or for tests; nothing when it does not say.
  explicit StripeBilling(std::optional<bool> live = {}) : live_(live) {}

  // Stripe's accounts do not name their mode, so the key's is taken.
  [[nodiscard]] domain::GatewayRequest fetch_account() const override;
  [[nodiscard]] std::optional<domain::GatewayAccount> parse_account(
      const ports::HttpResponse& response) const override;
  // Refusals: validation_failed for a payment method's id that is not made like Stripe's. Any other
  // unusable id is a Bug.
  [[nodiscard]] base::Result<domain::GatewayRequest, domain::Refusal> build(
      const ports::MethodCommand& command, domain::CallId call) const override;
  [[nodiscard]] base::Result<domain::GatewayRequest, domain::Refusal> build(
      const ports::SubscriptionCommand& command, domain::CallId call) const override;
  // An unknown answer may carry an object all the same; it shows what was read and proves nothing.
  [[nodiscard]] ports::GatewayAnswer parse(domain::Operation operation,
                                           const ports::HttpResponse& response) const override;
  // Lists with a minute of slack on each side: `created` is Stripe's clock, not ours.
  [[nodiscard]] domain::GatewayRequest look_up(const domain::GatewayCall& call,
                                               const std::optional<std::string>& gateway_id,
                                               base::Timestamp from,
                                               base::Timestamp to) const override;
  // A page with one unreadable item is not understood. An object is `missing` only when Stripe says
  // in its own words that it has none, or that the customer was deleted.
  [[nodiscard]] ports::LookUpAnswer parse_look_up(
      domain::Operation operation, const domain::GatewayRequest& request,
      const ports::HttpResponse& response) const override;

  // The answer shows the secret of its first payment, but no address to send the customer to (3-D
  // Secure): Stripe shows that only with the invoice's payment.
  [[nodiscard]] domain::GatewayRequest fetch_subscription(
      const std::string& gateway_subscription_id) const override;
  [[nodiscard]] std::optional<domain::GatewaySubscription> parse_subscription(
      const ports::HttpResponse& response) const override;
  [[nodiscard]] domain::GatewayRequest fetch_checkout(
      const std::string& gateway_checkout_id) const override;
  [[nodiscard]] std::optional<domain::GatewayCheckout> parse_checkout(
      const ports::HttpResponse& response) const override;
  [[nodiscard]] domain::GatewayRequest fetch_invoice(
      const std::string& gateway_invoice_id) const override;
  [[nodiscard]] std::optional<domain::GatewayInvoice> parse_invoice(
      const ports::HttpResponse& response) const override;
  [[nodiscard]] domain::GatewayRequest preview(
      const ports::ChangePlanCommand& change) const override;
  [[nodiscard]] base::Result<domain::GatewayPreview, domain::Refusal> parse_preview(
      const ports::HttpResponse& response) const override;

 private:
  std::optional<bool> live_;
};

}  // namespace cobro::gateways
