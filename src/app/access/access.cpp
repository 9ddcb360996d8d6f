#include "app/access/access.h"

#include "app/payments/payments.h"
#include "app/pipeline/narrow.h"

namespace cobro::app {

base::Task<ports::Listed<domain::Entitlement>> list_entitlements(Context& context, Caller caller,
                                                                 ports::EntitlementFilter filter,
                                                                 ports::Page page) {
  narrow(caller, filter);
  co_return co_await context.store.list_entitlements(filter, page);
}

base::Task<base::Result<ports::Listed<domain::Dispute>, domain::Refusal>> list_disputes(
    Context& context, Caller caller, std::optional<ports::PaymentRef> payment,
    ports::DisputeFilter filter, ports::Page page) {
  narrow(caller, filter);
  if (payment) {
    auto found = co_await get_payment(context, caller, *payment);
    if (!found) co_return std::unexpected(std::move(found).error());
    filter.payment_id = found->id;
  }
  co_return co_await context.store.list_disputes(filter, page);
}

}  // namespace cobro::app
