#include "gateways/stripe/customers.h"

#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest build(const ports::CreateCustomerCommand& command) {
  wire::FormFields fields;
  if (command.email && !command.email->empty()) fields.emplace_back("email", *command.email);
  if (command.name && !command.name->empty()) fields.emplace_back("name", *command.name);
  fields.emplace_back("metadata[cobro_customer]", command.customer.to_string());
  fields.emplace_back("metadata[user_id]", command.user_id);
  return post("/v1/customers", fields);
}

std::optional<domain::GatewayCustomer> read_customer(const wire::Json& customer) {
  auto id = id_at(customer, "id");
  if (!is_object_of_type(customer, "customer") || !id) return std::nullopt;
  if (is_true(customer, "deleted")) return std::nullopt;
  return domain::GatewayCustomer{std::move(*id),
                                 metadata_id<domain::CustomerId>(customer, "cobro_customer")};
}

bool is_deleted_customer(const wire::Json& customer) {
  return is_object_of_type(customer, "customer") && is_true(customer, "deleted");
}

}  // namespace cobro::gateways::stripe
