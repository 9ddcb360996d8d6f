#include "app/webhooks/webhook_inbox.h"

#include <algorithm>

#include "base/text.h"

namespace cobro::app {

namespace {

constexpr std::size_t kAtOnce = 16;
// Of an event's few kilobytes each. One more waits until its lease runs out.
constexpr std::size_t kMostWaiting = 1024;
// A poll leaves the rest to other instances.
constexpr std::size_t kMostClaimed = 256;

}  // namespace

Inbox::Inbox(Context& context, std::function<void()> more_due)
    : context_(context),
      more_due_(std::move(more_due)),
      queue_(
          kAtOnce, [this](const auto& row) { return apply(row); },
          [this](const auto& row, const std::exception_ptr& failure) {
            context_.log.write(ports::LogLevel::error, "a webhook waits for its lease to run out",
                               {{"event", row.event_id}, {"reason", base::reason_of(failure)}});
            release(row);
          }) {}

void Inbox::add(ports::StoredWebhook row) {
  if (stopped_ || queue_.waiting() >= kMostWaiting) return;
  if (held_.insert(row.id).second) queue_.add(std::move(row));
}

base::Task<void> Inbox::apply(const ports::StoredWebhook& row) {
  co_await apply_webhook(context_, row);
  release(row);
}

void Inbox::release(const ports::StoredWebhook& row) {
  held_.erase(row.id);
  if (stopped_ || queue_.waiting() > 0 || !std::exchange(full_, false)) return;
  more_due_();
}

base::Task<void> Inbox::poll() {
  const auto room =
      static_cast<std::int64_t>(kMostClaimed - std::min(kMostClaimed, queue_.waiting()));
  if (stopped_ || room == 0) co_return;
  auto rows = co_await claim_webhooks(context_, room);
  full_ = static_cast<std::int64_t>(rows.size()) == room;
  for (auto& row : rows) add(std::move(row));
}

void Inbox::stop() {
  stopped_ = true;
  queue_.drop_waiting();
}

}  // namespace cobro::app
