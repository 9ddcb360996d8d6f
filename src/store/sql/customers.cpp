#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Customer& customer) {
  params.add(customer.gateway)
      .add(customer.user_id)
      .add(customer.tenant_id)
      .add(customer.created_at);
}

void put_changing(Params& params, const domain::Customer& customer) {
  params.add(customer.email)
      .add(customer.name)
      .add(customer.gateway_customer_id)
      .add(customer.default_method_id)
      .add(customer.calls)
      .add(customer.updated_at);
}

void put_fixed(Params& params, const domain::PaymentMethod& method) {
  params.add(method.customer_id)
      .add(method.user_id)
      .add(method.tenant_id)
      .add(method.gateway)
      .add(method.created_at);
}

void put_changing(Params& params, const domain::PaymentMethod& method) {
  params.add(method.gateway_payment_method_id)
      .add(method.gateway_customer_id)
      .add(method.status)
      .add(method.type)
      .add(method.brand)
      .add(method.last4)
      .add(method.exp_month)
      .add(method.exp_year)
      .add(method.calls)
      .add(method.updated_at);
}

}  // namespace

const Table& customers() {
  static const Table table(
      "customers", {"gateway", "user_id", "tenant_id", "created_at"},
      {"email", "name", "gateway_customer_id", "default_method_id", "calls", "updated_at"});
  return table;
}

Statement insert(const domain::Customer& customer) {
  return insert_into(customers(), customer, put_fixed, put_changing);
}

Statement update(const domain::Customer& customer) {
  return update_of(customers(), customer, put_changing);
}

domain::Customer read_customer(Cells cells) {
  domain::Customer customer{};
  customer.id = cells.id<domain::CustomerId>();
  customer.gateway = cells.enum_value<domain::GatewayName>("gateway");
  customer.user_id = cells.text();
  customer.tenant_id = cells.opt_text();
  customer.created_at = cells.time();
  customer.email = cells.opt_text();
  customer.name = cells.opt_text();
  customer.gateway_customer_id = cells.opt_text();
  customer.default_method_id = cells.opt_id<domain::PaymentMethodId>();
  customer.calls = cells.int64();
  customer.updated_at = cells.time();
  customer.version = cells.int64();
  return customer;
}

const Table& payment_methods() {
  static const Table table("payment_methods",
                           {"customer_id", "user_id", "tenant_id", "gateway", "created_at"},
                           {"gateway_payment_method_id", "gateway_customer_id", "status", "type",
                            "brand", "last4", "exp_month", "exp_year", "calls", "updated_at"});
  return table;
}

Statement insert(const domain::PaymentMethod& method) {
  return insert_into(payment_methods(), method, put_fixed, put_changing);
}

Statement update(const domain::PaymentMethod& method) {
  return update_of(payment_methods(), method, put_changing);
}

domain::PaymentMethod read_payment_method(Cells cells) {
  domain::PaymentMethod method{};
  method.id = cells.id<domain::PaymentMethodId>();
  method.customer_id = cells.id<domain::CustomerId>();
  method.user_id = cells.text();
  method.tenant_id = cells.opt_text();
  method.gateway = cells.enum_value<domain::GatewayName>("gateway");
  method.created_at = cells.time();
  method.gateway_payment_method_id = cells.text();
  method.gateway_customer_id = cells.text();
  method.status = cells.enum_value<domain::MethodStatus>("payment method status");
  method.type = cells.text();
  method.brand = cells.opt_text();
  method.last4 = cells.opt_text();
  method.exp_month = cells.opt_int64();
  method.exp_year = cells.opt_int64();
  method.calls = cells.int64();
  method.updated_at = cells.time();
  method.version = cells.int64();
  return method;
}

}  // namespace cobro::store
