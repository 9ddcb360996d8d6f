#include "app/calls/object_query.h"

#include "app/calls/gateway_client.h"

namespace cobro::app {

namespace {
constexpr int kMaxPages = 20;
}  // namespace

const ports::OtherCalls* interface_of(const ports::Gateway& gateway,
                                      const domain::GatewayCall& call) {
  if (subject_of(call.operation) == domain::CallSubject::subscription)
    return gateway.subscriptions();
  return gateway.saved_methods();
}

base::Task<FoundObject> find_object(Context& context, const domain::GatewayCall& call,
                                    std::optional<std::string> gateway_id, ShowsDone shows_done) {
  const auto* gateway = context.gateways.find(call.gateway);
  const auto* calls = gateway ? interface_of(*gateway, call) : nullptr;
  if (calls == nullptr) co_return FoundObject{};
  FoundObject found{.answered = true};
  std::optional<domain::GatewayRequest> page =
      calls->look_up(call, gateway_id, call.first_sent_at, call.deadline);
  for (int i = 0; page && i < kMaxPages; ++i) {
    auto response = co_await ask_gateway(context, *gateway, *page);
    if (!response) co_return FoundObject{};
    auto answer = calls->parse_look_up(call.operation, *page, *response);
    if (!answer.understood) co_return FoundObject{};
    found.missing = answer.missing;
    for (auto& object : answer.found) {
      if (!shows_done(object)) continue;
      found.object = std::move(object);
      co_return found;
    }
    page = std::move(answer.next_page);
  }
  if (page) co_return FoundObject{};  // more than we are ready to read
  co_return found;
}

base::Task<FoundObject> fetch_object(Context& context, domain::GatewayName gateway,
                                     domain::Operation operation, std::string gateway_id) {
  const domain::GatewayCall probe{.operation = operation, .gateway = gateway};
  co_return co_await find_object(context, probe, std::move(gateway_id),
                                 [](const ports::GatewayObject&) { return true; });
}

}  // namespace cobro::app
