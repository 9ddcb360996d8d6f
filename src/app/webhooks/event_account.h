// Whether an event is of the account at its gateway that this deployment works with. The events of
// other accounts may come to one endpoint with ours; what they name is not ours, whatever its
// metadata say.
#pragma once

#include "app/pipeline/context.h"
#include "base/task.h"
#include "ports/gateway_event.h"
#include "ports/records.h"

namespace cobro::app {

enum class Whose { ours, of_another, unknown };

// Of the loaded account. An event that names none is ours; of one that does nothing is known while
// our account is not.
Whose whose(const ports::GatewayEvent& event, const ports::Loaded& loaded);
// The same with the account that is kept, or else with the one that the gateway tells now.
base::Task<Whose> whose_event(Context& context, domain::GatewayName gateway,
                              const ports::GatewayEvent& event);
// Logs a warning that the event is not applied.
void log_other_account(Context& context, const ports::StoredWebhook& row);

}  // namespace cobro::app
