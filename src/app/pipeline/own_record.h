// The idempotency record of a caller who waits for what a gateway says of their call, which
// somebody else may come to know first.
#pragma once

#include <optional>

#include "app/pipeline/pipeline.h"
#include "domain/gateway_call.h"

namespace cobro::app {

// Gives the loaded record when it is the one that waits for this gateway call; else null.
inline const auto* own_record(const ports::Loaded& loaded, const domain::GatewayCall& call) {
  const auto& record = loaded.record;
  return record && record->call_id == call.id ? &*record : nullptr;
}

// Gives what was answered under the caller's key while it waited. From then on that is the answer.
std::optional<StoredReply> answered_meanwhile(const ports::IdempotencyRecord* own);
// Closes the record with the reply that is about to be given.
void close_record(const ports::IdempotencyRecord* own, const StoredReply& reply,
                  base::Timestamp now, ports::Changes& changes);

}  // namespace cobro::app
