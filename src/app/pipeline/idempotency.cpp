#include "app/pipeline/pipeline.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;
using ports::Changes;
using ports::IdempotencyRecord;
using ports::Loaded;
using ports::RecordState;

Refusal key_reused() {
  return {.code = RefusalCode::idempotency_key_reused,
          .message = "This Idempotency-Key was used before with another body."};
}
Refusal in_progress() {
  return {.code = RefusalCode::idempotency_in_progress,
          .message = "The first request with this Idempotency-Key is still running.",
          .retry_after_s = 1};
}
Refusal outcome_unknown() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The outcome at the gateway is not known yet. It will be resolved; "
              "repeat the request with the same Idempotency-Key to learn it."};
}

Answer replay(const IdempotencyRecord& record) {
  COBRO_CHECK(record.reply.has_value());
  StoredReply reply = *record.reply;
  reply.headers.set("Idempotent-Replayed", "true");
  return reply;
}

// A record that counts: open ones always, others until they expire.
const IdempotencyRecord* standing(const Loaded& loaded, base::Timestamp now) {
  if (!loaded.record) return nullptr;
  const auto& record = *loaded.record;
  const bool expired =
      record.state != RecordState::open && record.expires_at && *record.expires_at <= now;
  return expired ? nullptr : &record;
}

IdempotencyRecord make_record(const Idempotency& key, const Decided& decided,
                              domain::Moment& moment) {
  IdempotencyRecord record{.id = moment.ids.next<domain::RecordId>(),
                           .key = key.record_key,
                           .request_hash = key.request_hash,
                           .reply = decided.reply,
                           .created_at = moment.now};
  if (decided.reply) {
    record.state = RecordState::closed;
    record.expires_at = moment.now + kRecordLife;
  } else {
    record.call_id = decided.calls.front().id;
  }
  return record;
}

// 2xx and 402 are kept; anything else says the same again by itself.
bool is_kept(const StoredReply& reply) {
  return (reply.status >= 200 && reply.status < 300) || reply.status == 402;
}

base::Result<Decided, Refusal> answer_completed(const Loaded& loaded, const RenderLoaded& render,
                                                base::Timestamp now) {
  IdempotencyRecord record = *loaded.record;
  auto reply = render(loaded);
  if (!reply) return std::unexpected(std::move(reply).error());
  Decided decided;
  record.state = RecordState::closed;
  record.reply = *reply;
  record.expires_at = now + kRecordLife;
  decided.changes.update(std::move(record));
  decided.reply = std::move(*reply);
  return decided;
}

// A completed record whose route refuses: a refusal leaves no record, and the key may be used
// again.
bool is_spent(const IdempotencyRecord& record, const Idempotency& key, const Loaded& loaded,
              const RenderLoaded& render) {
  return record.state == RecordState::completed && record.request_hash == key.request_hash &&
         !render(loaded);
}

// What a standing record answers.
base::Result<Decided, Refusal> answer_from_record(const IdempotencyRecord& record,
                                                  const Idempotency& key, const Loaded& loaded,
                                                  const RenderLoaded& render, base::Timestamp now) {
  if (record.request_hash != key.request_hash) return std::unexpected(key_reused());
  switch (record.state) {
    case RecordState::closed: {
      auto reply = replay(record);
      return Decided{.reply = std::move(*reply)};
    }
    case RecordState::completed:
      return answer_completed(loaded, render, now);
    case RecordState::open:
      break;
  }
  const bool running = loaded.record_call && loaded.record_call->deadline > now;
  return std::unexpected(running ? in_progress() : outcome_unknown());
}

void add_record(Decided& decided, const Idempotency& key, domain::Moment& moment) {
  if (decided.status_query || decided.again) return;
  if (decided.reply && !is_kept(*decided.reply)) return;
  decided.changes.insert(make_record(key, decided, moment));
  if (decided.reply) return;
  for (auto& call : decided.changes.inserted<domain::GatewayCall>())
    call.record_key = key.record_key;
  for (auto& call : decided.calls) call.record_key = key.record_key;
}

}  // namespace

Answer never_rendered(const Loaded& loaded) {
  COBRO_CHECK(loaded.record == std::nullopt);
  return std::unexpected(Refusal{.code = RefusalCode::internal, .message = "Nothing to word."});
}

namespace {

// What the reply of a completed record is rendered from, where the command's own reads did not
// bring it.
std::optional<ports::Reads> reads_of_completed(const ports::Reads& reads, const Loaded& loaded) {
  if (!loaded.record || loaded.record->state != RecordState::completed || !loaded.record_call)
    return std::nullopt;
  const auto ref = ports::ref_of(*loaded.record_call);
  if (ref.subject == domain::CallSubject::payment ? loaded.payment.has_value()
                                                  : loaded.call.has_value())
    return std::nullopt;
  auto more = reads;
  more.call = ref;
  // A payment that was made is the root; a method that was detached hangs on no customer but
  // the one that its call brings.
  if (ref.subject == domain::CallSubject::payment) more.root = {};
  if (ref.subject == domain::CallSubject::payment_method) more.customer = {};
  return more;
}

}  // namespace

base::Task<base::Result<Decided, Refusal>> idempotently(Context& context, const Call& call,
                                                        ports::Reads reads, Decide decide,
                                                        RenderLoaded render_loaded) {
  const auto& key = call.idempotency;
  if (key) reads.record_key = key->record_key;
  std::optional<Decided> result;
  std::optional<ports::Reads> more;
  const DecideChanges decide_changes =
      [&](const Loaded& loaded, domain::Moment moment) -> base::Result<Changes, Refusal> {
    const auto* record = key ? standing(loaded, moment.now) : nullptr;
    more = record ? reads_of_completed(reads, loaded) : std::nullopt;
    if (more) return Changes{};
    const bool again = record && is_spent(*record, *key, loaded, render_loaded);
    if (again) record = nullptr;
    auto decided = record ? answer_from_record(*record, *key, loaded, render_loaded, moment.now)
                          : decide(loaded, moment);
    if (!decided) return std::unexpected(std::move(decided).error());
    if (key && !record) add_record(*decided, *key, moment);
    if (again && !decided->changes.inserted<IdempotencyRecord>().empty())
      decided->changes.remove(*loaded.record);
    Changes changes = std::move(decided->changes);
    decided->changes = {};
    result = std::move(*decided);
    return changes;
  };
  do {
    if (more) reads = *std::exchange(more, std::nullopt);
    auto committed = co_await commit(context, reads, decide_changes);
    if (!committed) co_return std::unexpected(std::move(committed).error());
  } while (more);
  COBRO_CHECK(result.has_value());
  co_return std::move(*result);
}

}  // namespace cobro::app
