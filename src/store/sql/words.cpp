#include "store/sql/words.h"

#include <fmt/format.h>

namespace cobro::store {

std::string_view to_string(ports::RecordState value) {
  switch (value) {
    case ports::RecordState::open:
      return "open";
    case ports::RecordState::completed:
      return "settled";
    case ports::RecordState::closed:
      return "closed";
  }
  return "?";
}

std::string_view to_string(ports::WebhookStatus value) {
  switch (value) {
    case ports::WebhookStatus::pending:
      return "pending";
    case ports::WebhookStatus::applied:
      return "applied";
    case ports::WebhookStatus::ignored:
      return "ignored";
    case ports::WebhookStatus::waiting:
      return "waiting";
  }
  return "?";
}

void fail_unreadable(std::string_view what, std::string_view text) {
  throw UnreadableRow(
      fmt::format("the database holds a {} that this version does not know: '{}'", what, text));
}

}  // namespace cobro::store
