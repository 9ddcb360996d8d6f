// Adds to sound evidence a user who subscribed on a checkout page and paid two periods, bought
// a course that is disputed, and saved a card; all is well.
#pragma once

#include "tests/sim/evidence.h"

namespace cobro::testing {

inline void add_customer(sim::Evidence& all) {
  domain::Customer customer{.id = made_id<domain::CustomerId>(30),
                            .gateway = domain::GatewayName::stripe,
                            .user_id = "ana",
                            .gateway_customer_id = "cus_1",
                            .created_at = {},
                            .updated_at = {}};
  domain::PaymentMethod method{.id = made_id<domain::PaymentMethodId>(31),
                               .customer_id = customer.id,
                               .user_id = "ana",
                               .gateway = customer.gateway,
                               .gateway_payment_method_id = "pm_1",
                               .gateway_customer_id = "cus_1",
                               .status = domain::MethodStatus::attached,
                               .created_at = {},
                               .updated_at = {}};
  all.remote_customers.push_back({"cus_1", customer.id.to_string(), {"pm_1"}});
  all.promises.push_back({sim::Promise::Kind::method_saved, method.id.to_string(), "pm_1", 0});
  all.billing.customers.push_back(std::move(customer));
  all.billing.methods.push_back(std::move(method));
}

inline domain::Subscription& add_subscription(sim::Evidence& all) {
  using domain::SubscriptionStatus;
  domain::Subscription row{.id = made_id<domain::SubscriptionId>(32),
                           .user_id = "ana",
                           .gateway = domain::GatewayName::stripe,
                           .customer_id = made_id<domain::CustomerId>(30),
                           .gateway_customer_id = "cus_1",
                           .gateway_subscription_id = "sub_1",
                           .status = SubscriptionStatus::active,
                           .current_period_end = base::Timestamp::from_unix_seconds(2000),
                           .event_sequence = 1,
                           .created_at = {},
                           .updated_at = {}};
  all.remote_subscriptions.push_back({"sub_1", row.id.to_string(), "active", "cus_1", 2000, false});
  const auto change = [&](std::optional<SubscriptionStatus> before, SubscriptionStatus after) {
    all.billing.status_changes.push_back({.id = made_id<domain::StatusChangeId>(33),
                                          .subscription_id = row.id,
                                          .before = before,
                                          .after = after,
                                          .reason = "",
                                          .changed_by = "gateway",
                                          .created_at = {}});
  };
  change(std::nullopt, SubscriptionStatus::incomplete);
  change(SubscriptionStatus::incomplete, SubscriptionStatus::active);
  all.events.push_back(event_of(row.id.uuid, 1));
  all.promises.push_back({sim::Promise::Kind::subscribed, row.id.to_string(), "active", 0});
  all.billing.subscriptions.push_back(std::move(row));
  return all.billing.subscriptions.back();
}

inline void add_period(sim::Evidence& all, std::uint8_t number) {
  const auto name = std::to_string(number);
  domain::Payment payment{.id = made_id<domain::PaymentId>(number),
                          .number = number,
                          .kind = domain::PaymentKind::subscription,
                          .subscription_id = all.billing.subscriptions.front().id,
                          .gateway = domain::GatewayName::stripe,
                          .state = domain::PaymentState::succeeded,
                          .amount = soles(1900),
                          .captured = soles(1900),
                          .refunded = soles(0),
                          .refunding = soles(0),
                          .gateway_payment_id = "pi_" + name,
                          .gateway_invoice_id = "in_" + name,
                          .event_sequence = 1,
                          .created_at = {},
                          .updated_at = {}};
  all.events.push_back(event_of(payment.id.uuid, 1));
  all.remote_payments.push_back({"pi_" + name, "", "succeeded", "pen", 1900, 1900, 1});
  all.remote_invoices.push_back({"in_" + name, "sub_1", "paid", "pi_" + name, 1900, false});
  all.rows.payments.push_back(std::move(payment));
}

inline void add_entitlement(sim::Evidence& all, std::optional<domain::PaymentId> payment,
                            std::optional<domain::SubscriptionId> subscription) {
  all.billing.entitlements.push_back({.id = made_id<domain::EntitlementId>(34),
                                      .user_id = "ana",
                                      .reference = "basic",
                                      .payment_id = payment,
                                      .subscription_id = subscription,
                                      .granted_at = {}});
}

// A course, bought on a page.
inline void add_course(sim::Evidence& all) {
  domain::Payment payment{.id = made_id<domain::PaymentId>(40),
                          .number = 40,
                          .kind = domain::PaymentKind::course_purchase,
                          .gateway = domain::GatewayName::stripe,
                          .state = domain::PaymentState::succeeded,
                          .amount = soles(900),
                          .captured = soles(900),
                          .refunded = soles(0),
                          .refunding = soles(0),
                          .disputed = soles(900),
                          .gateway_payment_id = "pi_40",
                          .event_sequence = 1,
                          .created_at = {},
                          .updated_at = {}};
  domain::CheckoutSession session{.id = domain::CheckoutSessionId{payment.id.uuid},
                                  .user_id = "ana",
                                  .payment_id = payment.id,
                                  .success_url = "",
                                  .cancel_url = "",
                                  .status = domain::CheckoutStatus::complete,
                                  .expires_at = {},
                                  .next_check_at = {},
                                  .created_at = {},
                                  .updated_at = {}};
  all.events.push_back(event_of(payment.id.uuid, 1));
  all.remote_payments.push_back({"pi_40", payment.id.to_string(), "succeeded", "pen", 900, 900, 1});
  add_entitlement(all, payment.id, std::nullopt);
  all.rows.disputes.push_back({.id = made_id<domain::DisputeId>(41),
                               .payment_id = payment.id,
                               .gateway_dispute_id = "du_1",
                               .amount = soles(900),
                               .reason = "fraudulent",
                               .withdrawn = true,
                               .withdrawn_amount = soles(900),
                               .created_at = {},
                               .updated_at = {}});
  all.remote_disputes.push_back({"du_1", "pi_40", "needs_response", 900});
  all.rows.entries.push_back(
      {.side = domain::Side::debit, .account = "disputes", .amount = soles(900), .created_at = {}});
  all.billing.checkouts.push_back(std::move(session));
  all.rows.payments.push_back(std::move(payment));
}

inline void add_billing(sim::Evidence& all) {
  add_customer(all);
  const auto id = add_subscription(all).id;
  add_period(all, 35);
  all.remote_invoices.back().first = true;
  add_period(all, 36);
  add_entitlement(all, std::nullopt, id);
  add_course(all);
}

}  // namespace cobro::testing
