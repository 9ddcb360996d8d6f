#include "domain/gateway_call.h"

#include "base/check.h"

namespace cobro::domain {

CallSubject subject_of(Operation operation) {
  switch (operation) {
    case Operation::create:
    case Operation::confirm:
    case Operation::capture:
    case Operation::cancel:
    case Operation::refund:
      return CallSubject::payment;
    case Operation::create_customer:
      return CallSubject::customer;
    case Operation::attach_method:
    case Operation::detach_method:
      return CallSubject::payment_method;
    case Operation::create_subscription:
    case Operation::end_at_period_end:
    case Operation::end_now:
    case Operation::resume:
    case Operation::change_plan:
    case Operation::set_method:
    case Operation::pay_invoice:
      return CallSubject::subscription;
  }
  base::fail_check("unknown operation", std::source_location::current());
}

}  // namespace cobro::domain
