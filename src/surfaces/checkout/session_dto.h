// A checkout session as its page reads it.
#pragma once

#include "app/checkout/checkouts.h"
#include "surfaces/checkout/page.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::checkout {

enum class PaymentStatus { pending, requires_action, processing, succeeded, failed, cancelled };
BOOST_DESCRIBE_ENUM(PaymentStatus, pending, requires_action, processing, succeeded, failed,
                    cancelled)

enum class Interval { day, week, month, year };
BOOST_DESCRIBE_ENUM(Interval, day, week, month, year)

struct ShownDecline {
  std::string code;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ShownDecline, (), (code, message))

// Where and with what the browser pays.
struct PageGateway {
  domain::GatewayName name;
  std::string publishable_key;
  std::optional<std::string> api_base;  // of a sandbox
  bool sandbox = false;
  std::string client_secret;
};
BOOST_DESCRIBE_STRUCT(PageGateway, (), (name, publishable_key, api_base, sandbox, client_secret))

struct Session {
  domain::CheckoutSessionId id;
  domain::CheckoutStatus status = domain::CheckoutStatus::open;
  domain::CheckoutMode mode = domain::CheckoutMode::payment;
  std::string amount;
  std::string currency;
  std::optional<std::string> description;
  std::optional<Interval> interval;
  PaymentStatus payment_status = PaymentStatus::pending;
  std::optional<ShownDecline> decline;
  std::string success_url;
  std::string cancel_url;
  base::Timestamp expires_at;
  std::optional<PageGateway> gateway;       // of an open one
  std::optional<std::string> redirect_url;  // the same, where it is paid on the gateway's page
};
BOOST_DESCRIBE_STRUCT(Session, (),
                      (id, status, mode, amount, currency, description, interval, payment_status,
                       decline, success_url, cancel_url, expires_at, gateway, redirect_url))

Session to_dto(const app::CheckoutView& view, const CheckoutPageSettings& settings);

}  // namespace cobro::surfaces::checkout

namespace cobro::wire {

template <>
struct Binding<domain::CheckoutStatus>
    : surfaces::DomainWords<domain::CheckoutStatus, domain::CheckoutStatus::open,
                            domain::CheckoutStatus::complete, domain::CheckoutStatus::expired> {};
template <>
struct Binding<domain::CheckoutMode>
    : surfaces::DomainWords<domain::CheckoutMode, domain::CheckoutMode::payment,
                            domain::CheckoutMode::subscription> {};

}  // namespace cobro::wire
