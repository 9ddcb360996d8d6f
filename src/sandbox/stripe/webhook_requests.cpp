#include "sandbox/stripe/webhook_requests.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "sandbox/stripe/events.h"
#include "sandbox/stripe/webhook_endpoints.h"

namespace cobro::sandbox::stripe {

std::string signature_header(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body) {
  const auto signed_text = fmt::format("{}.{}", unix_seconds, body);
  return fmt::format("t={},v1={}", unix_seconds,
                     base::to_hex(crypto::hmac_sha256(secret, signed_text)));
}

std::optional<ports::HttpRequest> webhook_request(Account& account, const Delivery& delivery) {
  constexpr base::Duration kDeliveryTimeout = std::chrono::seconds(10);
  const auto event = account.database.find_event(delivery.event);
  const auto target = find_webhook_target(account, delivery.target);
  if (!event || !target) return std::nullopt;
  ports::HttpRequest request{"POST", target->url, {}, {}, kDeliveryTimeout};
  request.body = event_body(*event, account.database.pending_deliveries(event->seq));
  request.headers.add("Content-Type", "application/json; charset=utf-8");
  request.headers.add("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
  request.headers.add(
      "Stripe-Signature",
      signature_header(target->secret.reveal(), account.real_now().unix_seconds(), request.body));
  return request;
}

}  // namespace cobro::sandbox::stripe
