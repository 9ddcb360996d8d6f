// Reads answers to calls and look-ups.
#include <fmt/format.h>

#include "gateways/stripe/checkout.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/stripe.h"
#include "wire/json.h"

namespace cobro::gateways {
namespace {

using domain::Operation;
using domain::RemoteState;
using ports::AnswerKind;
using ports::GatewayAnswer;
using ports::LookUpAnswer;
using wire::Json;

// The states in which an operation has done its work, or has begun to. A 200 with any other
// proves nothing: an intent still unconfirmed after a confirmation is for recovery to explain.
bool leads_to(Operation operation, RemoteState state) {
  using enum RemoteState;
  switch (operation) {
    case Operation::create:
      return state == unconfirmed || state == requires_action;  // the latter: a page
    case Operation::confirm:
      return state == requires_action || state == processing || state == authorized ||
             state == succeeded || state == cancelled;
    case Operation::capture:
      return state == succeeded || state == processing;
    case Operation::cancel:
      return state == cancelled;
    default:
      return false;
  }
}

GatewayAnswer unreadable(std::string_view what) {
  GatewayAnswer answer;
  answer.message = fmt::format("Stripe's answer holds no readable {}", what);
  return answer;
}

std::optional<domain::GatewayPayment> read_payment_or_page(const Json& object) {
  return stripe::is_object_of_type(object, "checkout.session") ? stripe::read_payment_page(object)
                                                               : stripe::read_payment(object);
}

GatewayAnswer read_payment_answer(Operation operation, const Json& body) {
  auto payment = read_payment_or_page(body);
  if (!payment) return unreadable("payment intent or checkout session");
  GatewayAnswer answer;
  if (leads_to(operation, payment->state)) {
    answer.kind = AnswerKind::accepted;
  } else if (operation == Operation::confirm && payment->state == RemoteState::declined) {
    answer.kind = AnswerKind::declined;
    answer.decline = payment->decline;
  } else {
    answer.message = fmt::format("Stripe's payment intent is in an unexpected state: {}",
                                 body.string_at({"status"}).value_or("none"));
  }
  answer.payment = std::move(payment);
  return answer;
}

GatewayAnswer read_refund_answer(const Json& body) {
  auto refund = stripe::read_refund(body);
  if (!refund) return unreadable("refund");
  GatewayAnswer answer;
  if (refund->status)
    answer.kind = AnswerKind::accepted;
  else
    answer.message = "Stripe's refund is in a state that we do not know";
  answer.refund = std::move(refund);
  return answer;
}

bool read_page(const domain::GatewayRequest& request, const Json& body, LookUpAnswer& answer) {
  if (request.path.starts_with("/v1/refunds?"))
    return stripe::read_list(request, body, stripe::read_refund, answer.refunds, answer.next_page);
  if (request.path.starts_with("/v1/payment_intents?"))
    return stripe::read_list(request, body, stripe::read_payment, answer.payments,
                             answer.next_page);
  if (request.path.starts_with("/v1/checkout/sessions?"))
    return stripe::read_list(request, body, stripe::read_payment_page, answer.payments,
                             answer.next_page);
  auto payment = read_payment_or_page(body);
  if (!payment) return false;
  answer.payments.push_back(std::move(*payment));
  return true;
}

}  // namespace

GatewayAnswer Stripe::parse(Operation operation, const ports::HttpResponse& response) const {
  if (!stripe::is_success(response.status)) return stripe::read_error(operation, response);
  const auto body = wire::parse_json(response.body);
  if (!body) return unreadable("JSON");
  return operation == Operation::refund ? read_refund_answer(*body)
                                        : read_payment_answer(operation, *body);
}

LookUpAnswer Stripe::parse_look_up(const domain::GatewayRequest& request,
                                   const ports::HttpResponse& response) const {
  // What existed does not vanish: the caller decides what it means that it is not there.
  if (!stripe::is_success(response.status)) return {.missing = stripe::is_missing(response)};
  const auto body = wire::parse_json(response.body);
  LookUpAnswer answer;
  if (!body || !read_page(request, *body, answer)) return {};
  answer.understood = true;
  return answer;
}

}  // namespace cobro::gateways
