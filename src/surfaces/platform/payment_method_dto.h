// Saved payment methods as this surface reads and writes them.
#pragma once

#include "app/methods/saved_methods.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::platform {

struct NewPaymentMethod {
  wire::Reference<1, 255> payment_method_id;
};
BOOST_DESCRIBE_STRUCT(NewPaymentMethod, (), (payment_method_id))

struct PaymentMethod {
  domain::PaymentMethodId id;
  std::string gateway_payment_method_id;
  domain::GatewayName gateway;
  std::string type;
  std::optional<std::string> brand;
  std::optional<std::string> last4;
  std::optional<std::int64_t> exp_month;
  std::optional<std::int64_t> exp_year;
  bool is_default = false;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(PaymentMethod, (),
                      (id, gateway_payment_method_id, gateway, type, brand, last4, exp_month,
                       exp_year, is_default, created_at))

struct PaymentMethodList {
  std::vector<PaymentMethod> payment_methods;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(PaymentMethodList, (), (payment_methods, total, next_cursor))

PaymentMethod to_dto(const domain::PaymentMethod& method, bool is_default);

// Reports to `fields`, and gives nothing when anything failed there.
std::optional<app::SaveMethod> read_new_method(const wire::Json& body, Fields& fields);

wire::Json payment_method_example();

}  // namespace cobro::surfaces::platform
