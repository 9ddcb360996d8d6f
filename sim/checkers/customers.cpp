#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/checkers/checkers.h"

namespace cobro::sim {

// Deleted ones are not among the gateway's: nobody may be kept with one of those.
Findings check_customers(const Evidence& evidence) {
  Findings findings;
  std::map<std::string, const RemoteCustomer*> remote;
  std::map<std::string, int> times;
  for (const auto& customer : evidence.remote_customers) {
    remote[customer.id] = &customer;
    if (++times[customer.our_customer] > 1)
      findings.push_back(fmt::format("customer {} was made twice", customer.our_customer));
  }
  std::size_t known = 0;
  for (const auto& row : evidence.billing.customers) {
    if (!row.gateway_customer_id) continue;
    ++known;
    const auto found = remote.find(*row.gateway_customer_id);
    if (found == remote.end() || found->second->our_customer != row.id.to_string())
      findings.push_back(
          fmt::format("{} is not the customer of {}", *row.gateway_customer_id, row.user_id));
  }
  if (known != remote.size())
    findings.push_back(
        fmt::format("we know {} customers, the gateway has {}", known, remote.size()));
  for (const auto& method : evidence.billing.methods) {
    const auto found = remote.find(method.gateway_customer_id);
    const bool there =
        found != remote.end() &&
        std::ranges::find(found->second->methods, method.gateway_payment_method_id) !=
            found->second->methods.end();
    if (!there)
      findings.push_back(fmt::format("method {} of {} is not attached at the gateway",
                                     method.gateway_payment_method_id, method.user_id));
  }
  return findings;
}

}  // namespace cobro::sim
