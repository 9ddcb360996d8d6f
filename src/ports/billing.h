// What a gateway can do beside payments, as pure functions like those of gateway.h: customers,
// their saved methods, and subscriptions that it bills by itself.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/errand.h"
#include "domain/gateway_news.h"
#include "domain/refusal.h"
#include "ports/http_client.h"

namespace cobro::ports {

enum class AnswerKind {
  accepted,      // done, or under way; `payment` or `refund` says how far
  declined,      // refused because of the customer; nothing moved
  not_executed,  // refused before anything was done
  unknown,       // may or may not have been done
};

// A page of the gateway's own, instead of ours, on which somebody pays.
struct CheckoutPage {
  std::string success_url;
  std::string cancel_url;
  base::Timestamp expires_at;
};

// What an errand asks for.
struct CreateCustomerCommand {
  domain::CustomerId customer;
  std::string user_id;
  std::optional<std::string> email;
  std::optional<std::string> name;
};
struct AttachMethodCommand {
  std::string gateway_payment_method_id;
  std::string gateway_customer_id;
};
struct DetachMethodCommand {
  std::string gateway_payment_method_id;
};
struct CreateSubscriptionCommand {
  domain::SubscriptionId subscription;
  std::string gateway_customer_id;
  std::string gateway_price_id;
  // Nothing: it stays incomplete until the customer pays its first invoice in a browser.
  std::optional<std::string> gateway_payment_method_id;
  std::int64_t trial_days = 0;
  std::optional<CheckoutPage> page = {};  // on which it is paid, and made by that
};
struct EndAtPeriodEndCommand {
  std::string gateway_subscription_id;
};
struct EndNowCommand {
  std::string gateway_subscription_id;
};
// The page on which a subscription was to be made takes nothing any more.
struct EndPageCommand {
  std::string gateway_checkout_id;
};
struct ResumeCommand {
  std::string gateway_subscription_id;
};
struct ChangePlanCommand {
  std::string gateway_subscription_id;
  std::string gateway_item_id;
  std::string gateway_price_id;
};
using ErrandCommand = std::variant<CreateCustomerCommand, AttachMethodCommand, DetachMethodCommand,
                                   CreateSubscriptionCommand, EndAtPeriodEndCommand, EndNowCommand,
                                   EndPageCommand, ResumeCommand, ChangePlanCommand>;
using ErrandNews = std::variant<std::monostate, domain::CustomerNews, domain::MethodNews,
                                domain::SubscriptionNews, domain::CheckoutNews>;

// The same of an errand.
struct ErrandAnswer {
  AnswerKind kind = AnswerKind::unknown;
  ErrandNews news = {};  // of an accepted one
  std::optional<domain::Decline> decline = {};
  bool busy = false;
  bool bad_payment_method = false;
  bool bad_price = false;  // not executed, because the gateway does not take the price
  std::string message = {};
};
// One page of what a look-up for an errand found.
struct ErrandLookUp {
  bool understood = false;  // false: ask again later; nothing may be concluded
  std::vector<ErrandNews> found = {};
  bool missing = false;  // the gateway knows no such object
  std::optional<domain::GatewayRequest> next_page = {};
};

class Billing {
 public:
  virtual ~Billing() = default;

  [[nodiscard]] virtual base::Result<domain::GatewayRequest, domain::Refusal> build_errand(
      const ErrandCommand& command, domain::ErrandId errand) const = 0;
  [[nodiscard]] virtual ErrandAnswer parse_errand(domain::ErrandOperation operation,
                                                  const HttpResponse& response) const = 0;
  // Fetches what the errand changed, or, for what it may have made (a customer, a subscription
  // of that customer), lists what was created between the two instants.
  // `gateway_id`: of the object when it is known; of the customer for create_subscription; of
  // the page where the errand ends one.
  [[nodiscard]] virtual domain::GatewayRequest look_up_errand(
      const domain::Errand& errand, const std::optional<std::string>& gateway_id,
      base::Timestamp from, base::Timestamp to) const = 0;
  [[nodiscard]] virtual ErrandLookUp parse_errand_look_up(domain::ErrandOperation operation,
                                                          const domain::GatewayRequest& request,
                                                          const HttpResponse& response) const = 0;

  // ---- what the gateway bills by itself ----------------------------------------------------
  // Reads only. `parse_*` gives nothing when the answer tells nothing.
  [[nodiscard]] virtual domain::GatewayRequest fetch_subscription(
      const std::string& gateway_subscription_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::SubscriptionNews> parse_subscription(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual domain::GatewayRequest fetch_checkout(
      const std::string& gateway_checkout_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::CheckoutNews> parse_checkout(
      const HttpResponse& response) const = 0;
  // With its payment's object.
  [[nodiscard]] virtual domain::GatewayRequest fetch_invoice(
      const std::string& gateway_invoice_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::InvoiceNews> parse_invoice(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual domain::GatewayRequest fetch_price(
      const std::string& gateway_price_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::PriceNews> parse_price(
      const HttpResponse& response) const = 0;
};

}  // namespace cobro::ports
