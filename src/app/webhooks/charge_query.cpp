#include "app/webhooks/charge_query.h"

#include "app/calls/gateway_client.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

ports::NamedPayment* payment_by_charge(ports::GatewayEvent& event) {
  ports::NamedPayment* named = nullptr;
  if (auto* refunds = std::get_if<ports::RefundsChanged>(&event.says)) named = &refunds->payment;
  if (auto* disputes = std::get_if<ports::DisputesChanged>(&event.says)) named = &disputes->payment;
  return named != nullptr && named->is_by_charge_alone() ? named : nullptr;
}

base::Task<std::optional<ports::NamedPayment>> name_by_charge(Context& context,
                                                              domain::GatewayName gateway,
                                                              ports::NamedPayment named) {
  if (!named.is_by_charge_alone()) co_return named;
  const auto* adapter = context.gateways.find(gateway);
  const auto* lists = adapter != nullptr ? adapter->lists_of_everything() : nullptr;
  if (lists == nullptr) co_return ports::NamedPayment{};
  auto response = co_await ask_gateway(context, *adapter, lists->charge(*named.gateway_charge_id));
  if (!response) co_return std::nullopt;
  co_return lists->parse_charge(*response);
}

}  // namespace cobro::app
