// Enums of the domain as members of DTOs, under the domain's own words; currencies; stored
// JSON; and lists of words in a query.
#pragma once

#include <array>

#include "base/text.h"
#include "domain/currency.h"
#include "domain/dispute.h"
#include "domain/entitlement.h"
#include "domain/order_states.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/review.h"
#include "domain/subscription.h"
#include "domain/transaction.h"
#include "domain/words.h"
#include "wire/binding.h"

namespace cobro::surfaces {

// The gateway that a request means when it names none. The routes for intents, saved methods,
// subscriptions and checkout were made for clients that knew Stripe only, and still call them.
inline constexpr auto kUnnamedGateway = domain::GatewayName::stripe;

// A currency code, read in either case and written in upper case.
struct CurrencyCode {
  std::optional<domain::Currency> currency;
};

// A currency code, read in either case and written in lower case.
struct LowerCurrencyCode {
  std::optional<domain::Currency> currency;
};

// A JSON text that is kept as such: written as it is.
struct StoredJson {
  std::string text = "{}";
};

// "a,b": one or several words, separated by commas.
template <class T>
struct CommaList {
  std::vector<T> values;
};

template <class E, E... Values>
struct DomainWords {
  static std::span<const wire::EnumWord> words() {
    static const std::array kWords = {
        wire::EnumWord{domain::to_string(Values), static_cast<int>(Values)}...};
    return kWords;
  }
  static void read(const wire::Json& value, E& out, wire::Reader& reader) {
    int number = static_cast<int>(out);
    wire::detail::read_enum(value, number, words(), reader);
    out = static_cast<E>(number);
  }
  static void write(E value, std::string& out) {
    wire::append_json_string(domain::to_string(value), out);
  }
  static wire::Json schema(wire::SchemaRegistry&) { return wire::detail::enum_schema(words()); }
};

}  // namespace cobro::surfaces

namespace cobro::wire {

template <>
struct Binding<domain::OrderStatus>
    : surfaces::DomainWords<domain::OrderStatus, domain::OrderStatus::pending,
                            domain::OrderStatus::paid, domain::OrderStatus::processing,
                            domain::OrderStatus::shipped, domain::OrderStatus::delivered,
                            domain::OrderStatus::cancelled, domain::OrderStatus::refunded> {};
template <>
struct Binding<domain::PaymentKind>
    : surfaces::DomainWords<domain::PaymentKind, domain::PaymentKind::order,
                            domain::PaymentKind::intent, domain::PaymentKind::course_purchase,
                            domain::PaymentKind::subscription, domain::PaymentKind::one_time,
                            domain::PaymentKind::session> {};
template <>
struct Binding<domain::GatewayName>
    : surfaces::DomainWords<domain::GatewayName, domain::GatewayName::stripe,
                            domain::GatewayName::paypal, domain::GatewayName::mercadopago,
                            domain::GatewayName::manual> {};
template <>
struct Binding<domain::CaptureMethod>
    : surfaces::DomainWords<domain::CaptureMethod, domain::CaptureMethod::automatic,
                            domain::CaptureMethod::manual> {};
template <>
struct Binding<domain::Operation>
    : surfaces::DomainWords<domain::Operation, domain::Operation::create,
                            domain::Operation::confirm, domain::Operation::capture,
                            domain::Operation::cancel, domain::Operation::refund> {};
template <>
struct Binding<domain::RefundStatus>
    : surfaces::DomainWords<domain::RefundStatus, domain::RefundStatus::pending,
                            domain::RefundStatus::succeeded, domain::RefundStatus::failed> {};
template <>
struct Binding<domain::TransactionType>
    : surfaces::DomainWords<domain::TransactionType, domain::TransactionType::charge,
                            domain::TransactionType::refund, domain::TransactionType::void_,
                            domain::TransactionType::dispute> {};
template <>
struct Binding<domain::TransactionStatus>
    : surfaces::DomainWords<domain::TransactionStatus, domain::TransactionStatus::pending,
                            domain::TransactionStatus::succeeded,
                            domain::TransactionStatus::failed> {};

template <>
struct Binding<domain::OverpaymentReason>
    : surfaces::DomainWords<domain::OverpaymentReason, domain::OverpaymentReason::payment_cancelled,
                            domain::OverpaymentReason::order_closed,
                            domain::OverpaymentReason::order_full> {};
template <>
struct Binding<domain::OverpaymentStatus>
    : surfaces::DomainWords<domain::OverpaymentStatus, domain::OverpaymentStatus::open,
                            domain::OverpaymentStatus::refunding,
                            domain::OverpaymentStatus::refunded> {};
template <>
struct Binding<domain::ReviewKind>
    : surfaces::DomainWords<domain::ReviewKind, domain::ReviewKind::unknown_outcome,
                            domain::ReviewKind::conflict, domain::ReviewKind::late_access,
                            domain::ReviewKind::unknown_object> {};
template <>
struct Binding<domain::ReviewStatus>
    : surfaces::DomainWords<domain::ReviewStatus, domain::ReviewStatus::open,
                            domain::ReviewStatus::resolved> {};
template <>
struct Binding<domain::ReviewOutcome>
    : surfaces::DomainWords<domain::ReviewOutcome, domain::ReviewOutcome::succeeded,
                            domain::ReviewOutcome::failed> {};

template <>
struct Binding<domain::DisputeStage>
    : surfaces::DomainWords<domain::DisputeStage, domain::DisputeStage::inquiry,
                            domain::DisputeStage::chargeback> {};
template <>
struct Binding<domain::DisputeStatus>
    : surfaces::DomainWords<domain::DisputeStatus, domain::DisputeStatus::needs_response,
                            domain::DisputeStatus::under_review, domain::DisputeStatus::won,
                            domain::DisputeStatus::lost, domain::DisputeStatus::closed,
                            domain::DisputeStatus::prevented> {};
template <>
struct Binding<domain::BillingCycle>
    : surfaces::DomainWords<domain::BillingCycle, domain::BillingCycle::daily,
                            domain::BillingCycle::weekly, domain::BillingCycle::monthly,
                            domain::BillingCycle::yearly> {};
template <>
struct Binding<domain::SubscriptionStatus>
    : surfaces::DomainWords<
          domain::SubscriptionStatus, domain::SubscriptionStatus::incomplete,
          domain::SubscriptionStatus::trialing, domain::SubscriptionStatus::active,
          domain::SubscriptionStatus::past_due, domain::SubscriptionStatus::unpaid,
          domain::SubscriptionStatus::paused, domain::SubscriptionStatus::cancelled,
          domain::SubscriptionStatus::incomplete_expired> {};
template <>
struct Binding<domain::EntitlementKind>
    : surfaces::DomainWords<domain::EntitlementKind, domain::EntitlementKind::course,
                            domain::EntitlementKind::plan> {};

template <>
struct Binding<surfaces::CurrencyCode> {
  static void read(const Json& value, surfaces::CurrencyCode& out, Reader& reader) {
    const auto* text = value.as_string();
    if (text == nullptr) return reader.fail_type("a string");
    out.currency = domain::Currency::parse(*text);
    if (!out.currency) reader.fail(FieldCode::not_one_of, "must be an ISO 4217 currency code");
  }
  static void write(const surfaces::CurrencyCode& value, std::string& out) {
    append_json_string(value.currency.value().code(), out);
  }
  static Json schema(SchemaRegistry&) {
    return detail::typed_schema("string").set("pattern", "^[A-Za-z]{3}$");
  }
};

template <>
struct Binding<surfaces::LowerCurrencyCode> {
  static void read(const Json& value, surfaces::LowerCurrencyCode& out, Reader& reader) {
    surfaces::CurrencyCode code;
    type_of<surfaces::CurrencyCode>()->read(value, &code, reader);
    out.currency = code.currency;
  }
  static void write(const surfaces::LowerCurrencyCode& value, std::string& out) {
    append_json_string(base::to_lower(value.currency.value().code()), out);
  }
  static Json schema(SchemaRegistry&) {
    return detail::typed_schema("string").set("pattern", "^[A-Za-z]{3}$");
  }
};

template <>
struct Binding<surfaces::StoredJson> {
  static void read(const Json& value, surfaces::StoredJson& out, Reader&) {
    out.text = to_text(value);
  }
  static void write(const surfaces::StoredJson& value, std::string& out) { out += value.text; }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("object"); }
};

template <class T>
struct Binding<surfaces::CommaList<T>> {
  static void read(const Json& value, surfaces::CommaList<T>& out, Reader& reader) {
    const auto* text = value.as_string();
    if (text == nullptr) return reader.fail_type("a string");
    for (const auto word : base::split(*text, ','))
      type_of<T>()->read(Json(base::trim(word)), &out.values.emplace_back(), reader);
  }
  static void write(const surfaces::CommaList<T>& value, std::string& out) {
    std::string words;
    for (const auto& one : value.values) {
      std::string quoted;
      type_of<T>()->write(&one, quoted);
      (words += words.empty() ? "" : ",") += quoted.substr(1, quoted.size() - 2);
    }
    append_json_string(words, out);
  }
  static Json schema(SchemaRegistry& registry) {
    const Json one = type_of<T>()->schema(registry);
    std::string known;
    for (const auto& word : *one.find("enum")->as_array())
      (known += known.empty() ? "" : ", ") += *word.as_string();
    return detail::typed_schema("string").set(
        "description", "One or several, separated by commas, of: " + known + ".");
  }
};

}  // namespace cobro::wire
