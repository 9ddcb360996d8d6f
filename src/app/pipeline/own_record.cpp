#include "app/pipeline/own_record.h"

namespace cobro::app {

std::optional<StoredReply> answered_meanwhile(const ports::IdempotencyRecord* own) {
  if (own == nullptr || !own->reply) return std::nullopt;
  auto reply = *own->reply;
  reply.headers.set("Idempotent-Replayed", "true");
  return reply;
}

void close_record(const ports::IdempotencyRecord* own, const StoredReply& reply,
                  base::Timestamp now, ports::Changes& changes) {
  if (own == nullptr || own->state == ports::RecordState::closed) return;
  auto record = *own;
  record.state = ports::RecordState::closed;
  record.reply = reply;
  record.expires_at = now + kRecordLife;
  changes.complete_records.clear();
  changes.update(std::move(record));
}

}  // namespace cobro::app
