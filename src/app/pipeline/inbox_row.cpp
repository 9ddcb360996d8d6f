#include "app/pipeline/inbox_row.h"

#include <algorithm>

namespace cobro::app {

namespace {

using ports::StoredWebhook;
using ports::WebhookStatus;

constexpr base::Duration kFirstWait = std::chrono::seconds(2);

}  // namespace

StoredWebhook ended(StoredWebhook row, WebhookStatus status, std::string note,
                    base::Timestamp now) {
  row.status = status;
  row.note = std::move(note);
  row.tries += 1;
  row.applied_at = now;
  return row;
}

StoredWebhook waiting(StoredWebhook row, std::string note, base::Timestamp now,
                      base::Duration longest) {
  const base::Duration wait = std::min<base::Duration>(
      kFirstWait * (1LL << std::min<std::int64_t>(row.tries, 20)), longest);
  row.status = WebhookStatus::waiting;
  row.note = std::move(note);
  row.tries += 1;
  row.next_try_at = now + wait;
  return row;
}

}  // namespace cobro::app
