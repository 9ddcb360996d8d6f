// The status query of a call that is about no payment: by its object, or by listing what was
// created since the first send and comparing metadata.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/calls/handler.h"

namespace cobro::app {

struct FoundObject {
  bool answered = false;             // false: nothing may be concluded
  ports::GatewayObject object = {};  // the one that shows the call done, if there is one
  bool missing = false;              // the gateway knows no such object
};
using ShowsDone = std::function<bool(const ports::GatewayObject& object)>;

// `gateway_id`: of what the call is about, see ports::OtherCalls::look_up.
base::Task<FoundObject> find_object(Context& context, const domain::GatewayCall& call,
                                    std::optional<std::string> gateway_id, ShowsDone shows_done);
// The object that the gateway calls so, as the status query of such an operation sees it.
base::Task<FoundObject> fetch_object(Context& context, domain::GatewayName gateway,
                                     domain::Operation operation, std::string gateway_id);
// Null where the gateway cannot do such calls.
const ports::OtherCalls* interface_of(const ports::Gateway& gateway,
                                      const domain::GatewayCall& call);

}  // namespace cobro::app
