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

// Sends `request`, under `key` when it is a call. Within `timeout`, the token's fetch included.
// A token that is refused (401) is fetched anew, once: nothing was executed. Failure: no answer
// that is the gateway's; nothing is sent to another account than ours.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_gateway(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request,
    std::optional<std::string> key, base::Duration timeout);
// Asks whose the keys are: the one question that goes to another account than ours too.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_for_account(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request);
// The same of what only reads, within the time of one call.
base::Task<base::Result<ports::HttpResponse, ports::HttpFailure>> ask_gateway(
    Context& context, const ports::Gateway& gateway, domain::GatewayRequest request);

}  // namespace cobro::app
