// The status query of a call that is about no payment. It fetches the object, or lists what was
// created since the first send and compares metadata.
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

// Finds the object that shows the call done. `gateway_id` is what ports::OtherCalls::look_up takes.
base::Task<FoundObject> find_object(Context& context, const domain::GatewayCall& call,
                                    std::optional<std::string> gateway_id, ShowsDone shows_done);
// Fetches the object of that id, as the status query of such an operation sees it.
base::Task<FoundObject> fetch_object(Context& context, domain::GatewayName gateway,
                                     domain::Operation operation, std::string gateway_id);
// The gateway's interface for such calls; null where it cannot do them.
const ports::OtherCalls* interface_of(const ports::Gateway& gateway,
                                      const domain::GatewayCall& call);

}  // namespace cobro::app
