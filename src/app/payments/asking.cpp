#include "app/payments/asking.h"

#include "app/payments/payment_query.h"
#include "base/check.h"

namespace cobro::app {

Decided ask_about(domain::PaymentId payment) {
  return {.changes = {}, .reply = {}, .calls = {}, .inquire = payment};
}

base::Task<base::Result<Decided, domain::Refusal>> once_asking(Context& context, const Call& call,
                                                               ports::Reads reads, Decide decide,
                                                               WordSettled word_settled,
                                                               Asked& asked) {
  while (true) {
    auto decided = co_await once(context, call, reads, decide, word_settled);
    if (!decided || !decided->inquire) co_return decided;
    COBRO_CHECK(!was_asked(asked, *decided->inquire));
    auto answer = co_await query_payment(context, *decided->inquire);
    if (!answer) co_return std::unexpected(std::move(answer).error());
    asked.push_back(*decided->inquire);
  }
}

}  // namespace cobro::app
