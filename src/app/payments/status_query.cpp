#include "app/payments/status_query.h"

#include "app/payments/payment_query.h"
#include "base/check.h"

namespace cobro::app {

Decided ask_about(domain::PaymentId payment) {
  return {.status_query = payment};
}

base::Task<base::Result<Decided, domain::Refusal>> idempotently_with_query(
    Context& context, const Call& call, ports::Reads reads, Decide decide,
    RenderLoaded render_loaded, Asked& asked) {
  while (true) {
    auto decided = co_await idempotently(context, call, reads, decide, render_loaded);
    if (!decided || !decided->status_query) co_return decided;
    COBRO_CHECK(!was_asked(asked, *decided->status_query));
    auto answer = co_await query_payment(context, *decided->status_query);
    if (!answer) co_return std::unexpected(std::move(answer).error());
    asked.push_back(*decided->status_query);
  }
}

}  // namespace cobro::app
