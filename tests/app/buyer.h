// A customer's acts on intents, checkouts and disputes, as the browser and the shop do them.
#pragma once

#include "app/checkout/checkouts.h"
#include "app/payments/intents.h"
#include "app/webhooks/webhooks.h"
#include "tests/app/world.h"

namespace cobro::testing {

app::Call user_call(const std::string& sub = "ana", const std::string& key = "",
                    const std::string& body = "");

struct Intent {
  std::string amount = "100";
  domain::PaymentKind kind = domain::PaymentKind::intent;
  std::optional<std::string> method = {};
  domain::CaptureMethod capture = domain::CaptureMethod::automatic;
  std::optional<std::string> course = {};
  std::optional<app::CheckoutTerms> checkout = {};
  domain::GatewayName gateway = domain::GatewayName::stripe;
};
app::CreateIntent command_of(const Intent& intent);
// "1 pending 0.00/100.00"
app::Answer make_intent(World& world, const Intent& intent = {}, const std::string& key = "");
app::Answer process_intent(World& world, std::int64_t payment,
                           std::optional<std::string> method = {}, const std::string& key = "",
                           const std::string& sub = "ana", app::Role role = app::Role::user);
// Saves it; its id.
std::string save_card(World& world, const std::string& token, const std::string& sub = "ana");
app::CheckoutTerms terms(base::Duration life = std::chrono::hours(24));

// What Stripe.js does with the payment's client secret and a key for browsers.
ports::HttpResponse pay_in_browser(World& world, std::int64_t payment,
                                   const std::string& card = "4242424242424242");

// Keeps what the gateway sends, to be given to the service in any order.
class Postbox {
 public:
  explicit Postbox(World& world);
  std::vector<wire::Request> letters;
  // Those whose type begins so.
  std::vector<wire::Request> about(const std::string& type) const;
  void deliver(const wire::Request& letter);

 private:
  World& world_;
};

std::vector<domain::Dispute> disputes_of(World& world, std::int64_t payment);
std::vector<domain::Entitlement> entitlements(World& world, const std::string& sub = "ana");
std::string to_string(const app::Answer& answer);

}  // namespace cobro::testing
