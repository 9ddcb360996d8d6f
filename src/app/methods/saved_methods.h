// Customers at a gateway and the payment methods that they saved there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/pipeline/pipeline.h"
#include "domain/customer.h"
#include "domain/payment_method.h"

namespace cobro::app {

// A customer with its attached methods, oldest first. There is none before anything was saved.
struct SavedMethods {
  std::optional<domain::Customer> customer;
  std::vector<domain::PaymentMethod> methods;
};
// Finds the method that `named` means (our id or the gateway's), or null. `saved` outlives what is
// found.
const domain::PaymentMethod* find_method(const SavedMethods& saved, const std::string& named);
const domain::PaymentMethod* find_method(const SavedMethods&&, const std::string&) = delete;
const domain::PaymentMethod* default_method(const SavedMethods& saved);
const domain::PaymentMethod* default_method(const SavedMethods&&) = delete;
SavedMethods saved_methods_of(const ports::Loaded& loaded);

// Gives the caller's customer, made at the gateway if it is not there yet: once per user and
// gateway, whoever else asks at the same time. Refusals: gateway_not_available, gateway_refused,
// gateway_busy, outcome_unknown.
base::Task<base::Result<domain::Customer, domain::Refusal>> ensure_customer(
    Context& context, Caller caller, domain::GatewayName gateway);
// Gives the method that `named` means, attached to the caller's customer if it is not yet. Further
// refusals: payment_declined, validation_failed (payment_method_id).
base::Task<base::Result<domain::PaymentMethod, domain::Refusal>> ensure_method(
    Context& context, Caller caller, domain::GatewayName gateway, std::string named);

using RenderMethod =
    std::function<StoredReply(const domain::PaymentMethod& method, bool is_default)>;

struct SaveMethod {
  domain::GatewayName gateway;
  std::string payment_method;  // the gateway's token
};
// Saves a method of the caller's. The first one saved is the default; saving one that is saved
// answers it.
base::Task<Answer> save_method(Context& context, Call call, SaveMethod command,
                               RenderMethod render);

base::Task<SavedMethods> list_methods(Context& context, Caller caller, domain::GatewayName gateway);

struct NameMethod {
  domain::GatewayName gateway;
  std::string method;  // our id, or the gateway's
};
// Removes a saved method, and detaches it at the gateway. Refusals: not_found, method_in_use, …
base::Task<Answer> remove_method(Context& context, Call call, NameMethod command,
                                 RenderMethod render);

// A decision that pays something with a method from now on checks this. It also writes the method's
// row, so that one that removes the method at the same time misses that row's version, and decides
// again.
bool is_being_removed(const ports::Loaded& loaded, const domain::PaymentMethod& method);
// The open call that removes the saved method that `named` means, or null.
const domain::GatewayCall* removal_of(const ports::Loaded& loaded, const std::string& named);
domain::Refusal being_removed();
// Names the method in the request as none of the caller's: validation_failed (payment_method_id).
domain::Refusal no_such_method();

}  // namespace cobro::app
