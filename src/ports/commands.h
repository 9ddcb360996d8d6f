// What can be asked of a gateway: one value per operation, from which the gateway builds the
// bytes of a call. Each names its operation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "domain/gateway_call.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::ports {

// Somebody pays on a page of the gateway's own instead of ours; this is what that page needs.
struct CheckoutPage {
  std::string success_url;
  std::string cancel_url;
  base::Timestamp expires_at;
};

// ---- about a payment, which is handed over as it stands before the operation ----------------

// Makes the payment's object, with the customer and method that the payment names; or a page that
// will make it.
struct CreateCommand {
  static constexpr auto kOperation = domain::Operation::create;
  std::optional<CheckoutPage> page = {};
};
struct ConfirmCommand {
  static constexpr auto kOperation = domain::Operation::confirm;
  // Without one it is paid with the method that the object was made with.
  std::optional<std::string> payment_method;
  std::optional<std::string> customer = {};  // that it belongs to
  std::optional<std::string> return_url;
};
struct CaptureCommand {
  static constexpr auto kOperation = domain::Operation::capture;
  domain::Money amount;
};
struct CancelCommand {
  static constexpr auto kOperation = domain::Operation::cancel;
};
struct RefundCommand {
  static constexpr auto kOperation = domain::Operation::refund;
  domain::RefundId refund_id;
  domain::Money amount;
  std::string reason;
};
using PaymentCommand =
    std::variant<CreateCommand, ConfirmCommand, CaptureCommand, CancelCommand, RefundCommand>;

// ---- about a customer and saved methods ------------------------------------------------------

struct CreateCustomerCommand {
  static constexpr auto kOperation = domain::Operation::create_customer;
  domain::CustomerId customer;
  std::string user_id;
  std::optional<std::string> email;
  std::optional<std::string> name;
};
struct AttachMethodCommand {
  static constexpr auto kOperation = domain::Operation::attach_method;
  std::string gateway_payment_method_id;
  std::string gateway_customer_id;
};
struct DetachMethodCommand {
  static constexpr auto kOperation = domain::Operation::detach_method;
  std::string gateway_payment_method_id;
};
using MethodCommand = std::variant<CreateCustomerCommand, AttachMethodCommand, DetachMethodCommand>;

// ---- about a subscription that the gateway bills ---------------------------------------------

struct CreateSubscriptionCommand {
  static constexpr auto kOperation = domain::Operation::create_subscription;
  domain::SubscriptionId subscription;
  std::string gateway_customer_id;
  std::string gateway_price_id;
  // Without one it stays incomplete until the customer pays its first invoice in a browser.
  std::optional<std::string> gateway_payment_method_id;
  std::int64_t trial_days = 0;
  std::optional<CheckoutPage> page = {};  // on which it is paid, and made by that
};
struct EndAtPeriodEndCommand {
  static constexpr auto kOperation = domain::Operation::end_at_period_end;
  std::string gateway_subscription_id;
};
struct EndNowCommand {
  static constexpr auto kOperation = domain::Operation::end_now;
  std::string gateway_subscription_id;
};
// Closes the page on which a subscription was to be made.
struct EndPageCommand {
  static constexpr auto kOperation = domain::Operation::end_now;
  std::string gateway_checkout_id;
};
struct ResumeCommand {
  static constexpr auto kOperation = domain::Operation::resume;
  std::string gateway_subscription_id;
  bool on_a_day = false;  // it was to end on a day; else with the period
};
struct ChangePlanCommand {
  static constexpr auto kOperation = domain::Operation::change_plan;
  std::string gateway_subscription_id;
  std::string gateway_item_id;
  std::string gateway_price_id;
  base::Timestamp at;  // from when on it is prorated
};
struct SetMethodCommand {
  static constexpr auto kOperation = domain::Operation::set_method;
  std::string gateway_subscription_id;
  std::string gateway_payment_method_id;
};
struct PayInvoiceCommand {
  static constexpr auto kOperation = domain::Operation::pay_invoice;
  std::string gateway_invoice_id;
};
using SubscriptionCommand =
    std::variant<CreateSubscriptionCommand, EndAtPeriodEndCommand, EndNowCommand, EndPageCommand,
                 ResumeCommand, ChangePlanCommand, SetMethodCommand, PayInvoiceCommand>;

// What a call keeps of its command, beside the bytes.
struct CommandFacts {
  domain::Operation operation;
  std::optional<std::string> target = {};
  std::optional<domain::RefundId> refund_id = {};
  bool on_page = false;
};
CommandFacts facts_of(const PaymentCommand& command);
CommandFacts facts_of(const MethodCommand& command);
CommandFacts facts_of(const SubscriptionCommand& command);

}  // namespace cobro::ports
