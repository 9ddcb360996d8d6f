// Answers to calls about customers, methods and subscriptions, and to their look-ups.
#include <fmt/format.h>

#include "gateways/stripe/billing.h"
#include "gateways/stripe/checkout.h"
#include "gateways/stripe/customers.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/subscriptions.h"

namespace cobro::gateways {
namespace {

using domain::CallSubject;
using domain::Operation;
using ports::AnswerKind;
using ports::GatewayAnswer;
using ports::GatewayObject;
using ports::LookUpAnswer;
using wire::Json;

template <class Snapshot>
GatewayObject snapshot_of(std::optional<Snapshot> snapshot) {
  return snapshot ? GatewayObject{std::move(*snapshot)} : GatewayObject{};
}

GatewayObject read(Operation operation, const Json& object) {
  if (operation == Operation::pay_invoice) return snapshot_of(stripe::read_invoice(object));
  switch (domain::subject_of(operation)) {
    case CallSubject::customer:
      return snapshot_of(stripe::read_customer(object));
    case CallSubject::payment_method:
      return snapshot_of(stripe::read_method(object));
    case CallSubject::payment:
    case CallSubject::subscription:
      break;
  }
  if (auto page = stripe::read_page(object)) return *std::move(page);
  return snapshot_of(stripe::read_subscription(object));
}

bool is_nothing(const GatewayObject& snapshot) {
  return std::holds_alternative<std::monostate>(snapshot);
}

// Whether the object is as the operation leaves it.
struct IsDone {
  Operation operation;

  bool operator()(const std::monostate&) const { return false; }
  bool operator()(const domain::GatewayCustomer&) const { return true; }
  bool operator()(const domain::GatewayMethod& method) const {
    const bool attached = method.gateway_customer_id.has_value();
    return operation == Operation::attach_method ? attached : !attached;
  }
  bool operator()(const domain::GatewayCheckout& page) const {
    if (operation == Operation::create_subscription) return page.status.has_value();
    return operation == Operation::end_now && page.status == domain::CheckoutStatus::expired;
  }
  bool operator()(const domain::GatewaySubscription& subscription) const {
    if (!subscription.status) return false;
    const bool ended = domain::is_terminal(*subscription.status);
    switch (operation) {
      case Operation::create_subscription:
        return true;
      case Operation::end_at_period_end:
        return ended || subscription.cancel_at_period_end;
      case Operation::end_now:
        return ended;
      case Operation::resume:
        return !ended && !domain::is_to_end(subscription);
      case Operation::change_plan:
        return !ended && subscription.price;
      case Operation::set_method:
        return !ended && subscription.gateway_payment_method_id;
      default:
        return false;
    }
  }
  bool operator()(const domain::GatewayInvoice& invoice) const {
    return domain::is_collected(invoice);
  }
};

// It was asked to go on, and says that it will end all the same, by what nobody asked to be
// taken back.
bool is_still_to_end(Operation operation, const GatewayObject& snapshot) {
  const auto* subscription = std::get_if<domain::GatewaySubscription>(&snapshot);
  return operation == Operation::resume && subscription != nullptr && subscription->status &&
         !domain::is_terminal(*subscription->status) && domain::is_to_end(*subscription);
}

std::string_view object_name(Operation operation) {
  if (operation == Operation::pay_invoice) return "invoice";
  switch (domain::subject_of(operation)) {
    case CallSubject::customer:
      return "customer";
    case CallSubject::payment_method:
      return "payment method";
    case CallSubject::payment:
      return "payment";
    case CallSubject::subscription:
      return "subscription";
  }
  return "object";
}

bool read_list(CallSubject subject, const domain::GatewayRequest& request, const Json& body,
               LookUpAnswer& answer) {
  if (subject == CallSubject::customer)
    return stripe::read_list(request, body, stripe::read_customer, answer.found, answer.next_page);
  if (stripe::is_about_pages(request))
    return stripe::read_list(request, body, stripe::read_page, answer.found, answer.next_page);
  return stripe::read_list(request, body, stripe::read_subscription, answer.found,
                           answer.next_page);
}

bool is_list(const domain::GatewayRequest& request) {
  return request.path.find("created%5Bgte%5D=") != std::string::npos;
}

// A list that cannot be found is a wrong address, not an absence.
LookUpAnswer missing_if(bool missing) {
  return {.understood = missing, .missing = missing};
}

}  // namespace

GatewayAnswer StripeBilling::parse(Operation operation, const ports::HttpResponse& response) const {
  if (!stripe::is_success(response.status)) return stripe::read_error(operation, response);
  const auto body = wire::parse_json(response.body);
  GatewayAnswer answer;
  if (body) answer.snapshot = read(operation, *body);
  if (is_nothing(answer.snapshot)) {
    answer.message = fmt::format("Stripe's answer holds no readable {}", object_name(operation));
  } else if (std::visit(IsDone{operation}, answer.snapshot)) {
    answer.kind = AnswerKind::accepted;
  } else if (is_still_to_end(operation, answer.snapshot)) {
    answer.kind = AnswerKind::not_executed;
    answer.message = "Stripe's subscription is to end on another day than was taken back";
  } else {
    answer.message = fmt::format("Stripe's {} is in an unexpected state", object_name(operation));
  }
  return answer;
}

LookUpAnswer StripeBilling::parse_look_up(Operation operation,
                                          const domain::GatewayRequest& request,
                                          const ports::HttpResponse& response) const {
  const auto subject = domain::subject_of(operation);
  if (!stripe::is_success(response.status))
    return missing_if(!is_list(request) && stripe::is_missing(response));
  const auto body = wire::parse_json(response.body);
  if (!body) return {};
  LookUpAnswer answer;
  if (is_list(request)) {
    if (!read_list(subject, request, *body, answer)) return {};
  } else {
    if (stripe::is_deleted_customer(*body)) return missing_if(true);
    answer.found.push_back(read(operation, *body));
    if (is_nothing(answer.found.back())) return {};
  }
  answer.understood = true;
  return answer;
}

}  // namespace cobro::gateways
