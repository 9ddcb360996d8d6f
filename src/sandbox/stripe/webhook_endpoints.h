// Webhook endpoints made through the API, and who is told of an event: these and the
// targets of the options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_webhook_endpoint(Call& call);
Answer retrieve_webhook_endpoint(Call& call);
Answer update_webhook_endpoint(Call& call);
Answer delete_webhook_endpoint(Call& call);
Answer list_webhook_endpoints(Call& call);

// Names for Delivery::target: an endpoint's id, or the URL of an option's target.
std::vector<std::string> webhook_targets(Account& account, std::string_view event_type);
// Nothing when it is gone or disabled since.
std::optional<WebhookTarget> find_webhook_target(Account& account, std::string_view name);

}  // namespace cobro::sandbox::stripe
