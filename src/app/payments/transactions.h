// Use cases about transaction rows.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/pipeline/pipeline.h"
#include "domain/transaction.h"

namespace cobro::app {

using RenderTransaction = std::function<StoredReply(const domain::Transaction& transaction,
                                                    const domain::Payment& payment)>;

// Names something that happened outside, to a `manual` payment.
struct RecordTransaction {
  ports::PaymentRef payment;
  domain::TransactionType type = domain::TransactionType::charge;
  std::string amount;  // a JSON number's text
  std::optional<std::string> gateway_transaction_id;
  std::optional<base::Timestamp> processed_at;
};
// Books it. A charge is the whole amount, a refund up to what is left; a void cancels. Before a
// charge is booked, what its order's customer could still pay at a gateway without room for it is
// cancelled there; where it turns out to be paid, that is the outcome, and the manual payment gives
// way. Refusals: forbidden, not_found, invalid_state (not manual, or the wrong state),
// validation_failed, refund_exceeds_remaining, order_closing; payment_conflicted,
// payment_in_progress, gateway_refused, gateway_busy, outcome_unknown of what is to be cancelled.
base::Task<Answer> record_transaction(Context& context, Call call, RecordTransaction command,
                                      RenderTransaction render);

struct TransactionView {
  domain::Transaction transaction;
  domain::Payment payment;
};
base::Task<base::Result<TransactionView, domain::Refusal>> get_transaction(
    Context& context, Caller caller, ports::TransactionRef transaction);
struct ListTransactions {
  std::optional<ports::PaymentRef> payment;
  ports::TransactionFilter filter;
};
base::Task<base::Result<ports::Listed<domain::Transaction>, domain::Refusal>> list_transactions(
    Context& context, Caller caller, ListTransactions command, ports::Page page);

}  // namespace cobro::app
