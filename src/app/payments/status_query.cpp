#include "app/payments/status_query.h"

#include "base/check.h"

namespace cobro::app {

Decided ask_about(domain::PaymentId payment) {
  return {.status_query = payment};
}

bool was_not_told(const Asked& asked, domain::PaymentId payment) {
  return std::ranges::any_of(asked, [&](const AskedPayment& one) {
    return one.payment == payment && one.found == Query::no_answer;
  });
}

bool may_be_old(const ports::Loaded& loaded, const domain::Payment& payment, base::Timestamp now) {
  if (payment.conflicted) return false;
  for (const auto& open : loaded.open_calls)
    if (open.payment_id() == payment.id && !open.refund_id)
      return open.unknown || open.deadline <= now;
  return domain::is_open_at_gateway(payment);
}

std::optional<domain::PaymentId> old_holder(const ports::Loaded& loaded, const Asked& asked,
                                            base::Timestamp now, const domain::Payment* except) {
  for (const auto& payment : loaded.order_payments) {
    const bool is_excepted = except != nullptr && payment.id == except->id;
    if (!is_excepted && !was_asked(asked, payment.id) && may_be_old(loaded, payment, now))
      return payment.id;
  }
  return std::nullopt;
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
    asked.push_back({*decided->status_query, *answer});
  }
}

}  // namespace cobro::app
