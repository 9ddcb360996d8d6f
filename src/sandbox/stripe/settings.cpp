#include "sandbox/stripe/settings.h"

#include <fmt/format.h>

#include "sandbox/stripe/test_clocks.h"

namespace cobro::sandbox::stripe {
namespace {

void read_span(Params& params, std::string_view name, base::Duration& span) {
  constexpr std::int64_t kLongestMs = 366LL * 24 * 3600 * 1000;
  const auto ms = params.integer(name);
  if (ms && (*ms < 0 || *ms > kLongestMs))
    params.refuse(invalid_request(
        fmt::format("Invalid {}: must be between 0 and {}", name, kLongestMs), std::string(name)));
  else if (ms)
    span = std::chrono::milliseconds(*ms);
}

}  // namespace

wire::Json StripeSettings::show() {
  const auto ms = [](base::Duration span) { return wire::Json(span.count() / 1000); };
  return wire::JsonObject{{"idempotency_kept_ms", ms(options_.idempotency_kept)},
                          {"settle_after_ms", ms(options_.settle_after)},
                          {"processing_ms", ms(options_.processing_time)},
                          {"authorization_lasts_ms", ms(options_.authorization_lasts)},
                          {"draft_ms", ms(options_.draft_lasts)},
                          {"after_retries", options_.after_retries},
                          {"test_clock", options_.test_clock}};
}

Answer StripeSettings::change(Params& params) {
  StripeOptions changed = options_;
  read_span(params, "idempotency_kept_ms", changed.idempotency_kept);
  read_span(params, "settle_after_ms", changed.settle_after);
  read_span(params, "processing_ms", changed.processing_time);
  read_span(params, "authorization_lasts_ms", changed.authorization_lasts);
  read_span(params, "draft_ms", changed.draft_lasts);
  if (const auto then = params.one_of("after_retries", {"cancel", "unpaid", "past_due"}))
    changed.after_retries = *then;
  if (params.has("test_clock"))
    changed.test_clock = params.text("test_clock") == "" ? "" : read_test_clock(account_, params);
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  options_ = std::move(changed);
  return show();
}

}  // namespace cobro::sandbox::stripe
