// The one way to a gateway's API: adds its credentials, fetches the access token where it wants
// one, and sends. What is sent here changes nothing by itself (driver.h) or is a committed call.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "app/pipeline/context.h"
#include "base/task.h"
#include "ports/gateway.h"

namespace cobro::app {

// Sends `request`, under `key` when it is a call. All of it ends within `timeout`, the token's
// fetch included. A token that is refused (401) is fetched anew, once, as nothing was executed. It
// fails when no answer of the gateway's comes, and when the keys are of another account than ours:
// then nothing is sent.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_gateway(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request,
    std::optional<std::string> key, base::Duration timeout);
// Asks whose the keys are. Only this request goes to another account than ours too.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_for_account(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request);
// Sends a request that only reads, within the time of one call.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_gateway(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request);

}  // namespace cobro::app
