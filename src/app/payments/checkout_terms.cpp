#include "app/payments/checkout_terms.h"

namespace cobro::app {

namespace {

domain::CheckoutSession make(const CheckoutTerms& terms, base::Uuid id, base::Timestamp now) {
  const auto expires_at = now + terms.life;
  return {.id = domain::CheckoutSessionId{id},
          .success_url = terms.success_url,
          .cancel_url = terms.cancel_url,
          .expires_at = expires_at,
          .next_check_at = expires_at,
          .created_at = now,
          .updated_at = now};
}

std::optional<std::string> url_of(const auto& collected) {
  if (!collected.gateway_checkout_id || !collected.next_action) return std::nullopt;
  return collected.next_action->url;
}

}  // namespace

std::optional<std::string> page_url(const domain::Payment& payment) {
  return url_of(payment);
}

std::optional<std::string> page_url(const domain::Subscription& subscription) {
  return url_of(subscription);
}

std::optional<ports::CheckoutPage> page_of(const Context& context,
                                           const std::optional<CheckoutTerms>& terms,
                                           base::Timestamp now) {
  if (!terms || !context.settings.checkout_at_gateway) return std::nullopt;
  return ports::CheckoutPage{.success_url = terms->success_url,
                             .cancel_url = terms->cancel_url,
                             .expires_at = now + terms->life};
}

domain::CheckoutSession make_checkout(const CheckoutTerms& terms, const domain::Payment& payment,
                                      base::Timestamp now) {
  auto session = make(terms, payment.id.uuid, now);
  session.user_id = payment.user_id;
  session.tenant_id = payment.tenant_id;
  session.mode = domain::CheckoutMode::payment;
  session.payment_id = payment.id;
  return session;
}

domain::CheckoutSession make_checkout(const CheckoutTerms& terms,
                                      const domain::Subscription& subscription,
                                      base::Timestamp now) {
  auto session = make(terms, subscription.id.uuid, now);
  session.user_id = subscription.user_id;
  session.tenant_id = subscription.tenant_id;
  session.mode = domain::CheckoutMode::subscription;
  session.subscription_id = subscription.id;
  return session;
}

}  // namespace cobro::app
