// The hosted checkout page: one document for all sessions, and the files that it loads. It
// reads the session's id from its own address and asks for the rest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surfaces/common/exchange.h"

namespace cobro::surfaces::checkout {

struct CheckoutPageSettings {
  // Where the page's card form sends cards, in sandbox mode: "http://127.0.0.1:12111". With
  // real keys nothing: Stripe.js takes them.
  std::optional<std::string> sandbox_api_base = {};
  std::string publishable_key = {};  // the gateway's key for browsers
};

// Content-Security-Policy of the page. Throws std::invalid_argument: the base is no
// http address.
std::string content_security_policy(const CheckoutPageSettings& settings);

// Both by GET or HEAD. The name is that of a file that the page loads; an unknown one is
// answered nothing.
wire::Reply page_reply(const wire::Request& request, const std::string& policy);
std::optional<wire::Reply> asset_reply(const wire::Request& request, std::string_view name);

// GET /checkout/{session} and GET /checkout/assets/{file}. Throws as above.
void add_page_routes(const CheckoutPageSettings& settings, std::vector<Route>& routes);

}  // namespace cobro::surfaces::checkout
