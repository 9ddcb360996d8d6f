// What a gateway's answers mean: to a call, and to a status query.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"

namespace cobro::ports {

enum class AnswerKind {
  accepted,      // done, or under way; the object says how far
  declined,      // refused because of the customer; nothing moved
  not_executed,  // refused before anything was done
  unknown,       // may or may not have been done
};

// What is at fault when the gateway refuses a call, where it says so.
enum class Fault { none, payment_method, customer, price, subscription };

// A snapshot of an object of the gateway's that is neither a payment nor a refund.
using GatewayObject =
    std::variant<std::monostate, domain::GatewayCustomer, domain::GatewayMethod,
                 domain::GatewaySubscription, domain::GatewayCheckout, domain::GatewayInvoice>;

struct GatewayAnswer {
  AnswerKind kind = AnswerKind::unknown;
  // An accepted answer shows one of these. With a refusal it is a payment that the gateway names
  // in it, and that therefore exists there.
  std::optional<domain::GatewayPayment> payment = {};
  std::optional<domain::GatewayRefund> refund = {};
  GatewayObject snapshot = {};
  std::optional<domain::Decline> decline = {};
  bool heard = false;  // unknown, though the gateway answered: its object may tell more
  bool busy = false;   // not executed because the gateway sheds load: try later
  // The call was refused, perhaps because the object is not where we thought. The object must be
  // looked at before the refusal ends anything.
  bool look_first = false;
  // The gateway says that this is the answer it stored for the first send under this key.
  bool replayed = false;
  // The request reached the gateway more than once before this answer: an earlier send may have
  // been executed, and a refusal of the later one says nothing of it.
  bool resent = false;
  Fault fault = Fault::none;  // of a refusal
  bool gone = false;          // what is at fault does not exist there (any more)
  std::string message = {};   // why, for logs and a 502; nothing internal, no credentials
};

// One page of what a status query found, and the request for the page after it.
struct LookUpAnswer {
  bool understood = false;  // false: ask again later; nothing may be concluded
  std::vector<domain::GatewayPayment> payments = {};
  std::vector<domain::GatewayRefund> refunds = {};
  std::vector<GatewayObject> found = {};
  bool missing = false;  // the gateway knows no such object
  std::optional<domain::GatewayRequest> next_page = {};
};

}  // namespace cobro::ports
