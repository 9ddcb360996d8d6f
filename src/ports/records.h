// Rows that belong to the service rather than to the domain: idempotency records, stored
// replies and the webhook inbox.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/payment.h"
#include "wire/message.h"

namespace cobro::ports {

// A reply as it was first given. It is replayed byte for byte.
using StoredReply = wire::Reply;

enum class RecordState {
  open,       // a gateway call is under way or unknown; never expires
  completed,  // the call ended without its caller; its own route renders the reply when asked
  closed,     // has its reply; kept for 24 h
};

struct IdempotencyRecord {
  domain::RecordId id;
  std::string key;           // SHA-256 (hex) of tenant, sub, method, path and client key
  std::string request_hash;  // SHA-256 (hex) of the body
  RecordState state = RecordState::open;
  std::optional<domain::CallId> call_id = {};  // of an open or completed one
  std::optional<StoredReply> reply;            // of a closed one
  base::Timestamp created_at;
  std::optional<base::Timestamp> expires_at;  // of a completed or closed one
  std::int64_t version = 1;
};

enum class WebhookStatus {
  pending,  // stored, to be applied
  applied,
  ignored,  // nothing of ours, or an unknown type
  waiting,  // cannot be applied yet (a ceiling, an open call): tried again
};

struct StoredWebhook {
  domain::WebhookId id;
  domain::GatewayName gateway;
  std::string event_id;  // unique per gateway
  std::string type;
  std::string method = "POST";  // the request, raw, as verified
  std::string path = {};
  std::string query = {};
  wire::Headers headers = {};
  std::string body;
  WebhookStatus status = WebhookStatus::pending;
  std::string note;  // why it waits or was ignored
  std::int64_t tries = 0;
  base::Timestamp next_try_at;  // until then it belongs to whoever has it
  base::Timestamp received_at;
  std::optional<base::Timestamp> applied_at;
  std::int64_t version = 1;
};

// How far one of a gateway's lists was read.
struct SweepPoint {
  domain::GatewayName gateway;
  std::string list;
  std::optional<base::Timestamp> walked_to = {};   // what was created before it was seen
  std::optional<base::Timestamp> walking_to = {};  // the same, once the walk under way has ended
  std::optional<std::string> next_page = {};       // where that walk goes on
  base::Timestamp leased_until;                    // until then it belongs to whoever has it
};

}  // namespace cobro::ports
