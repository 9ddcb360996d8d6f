#include "gateways/stripe/errors.h"

#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "gateways/stripe/error_table.h"
#include "gateways/stripe/redact.h"
#include "gateways/stripe/snapshots.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {
namespace {

using domain::Operation;
using ports::AnswerKind;
using ports::GatewayAnswer;
using wire::Json;

Asked asked_by(Operation operation) {
  switch (operation) {
    case Operation::create:
      return Asked::create;
    case Operation::confirm:
      return Asked::confirm;
    case Operation::capture:
      return Asked::capture;
    case Operation::cancel:
      return Asked::cancel;
    case Operation::refund:
      return Asked::refund;
    case Operation::create_customer:
      return Asked::create_customer;
    case Operation::attach_method:
      return Asked::attach;
    case Operation::detach_method:
      return Asked::detach;
    case Operation::create_subscription:
      return Asked::subscribe;
    case Operation::end_now:
      return Asked::end_subscription;
    case Operation::end_at_period_end:
    case Operation::resume:
    case Operation::change_plan:
    case Operation::set_method:
      break;
    case Operation::pay_invoice:
      return Asked::pay_invoice;
  }
  return Asked::change_subscription;
}

StripeError read(int status, const Json& error) {
  return {.status = status,
          .type = error.string_at({"type"}).value_or(""),
          .code = error.string_at({"code"}).value_or(""),
          .parameter = error.string_at({"param"}).value_or(""),
          .message = error.string_at({"message"}).value_or("")};
}

// Of a 401 not Stripe's own words: they repeat a part of the key.
std::string describe(const StripeError& error) {
  if (error.status == 401) return "Stripe answered 401: our credentials were refused";
  std::string text = fmt::format("Stripe answered {}", error.status);
  const std::string& what = error.code.empty() ? error.type : error.code;
  if (!what.empty()) text += " " + what;
  if (!error.message.empty()) text += ": " + error.message;
  return redacted_message(text);
}

struct Judged {
  StripeError error;
  Verdict verdict;
  std::string message;
  Json object;
  bool retry_hint = false;
};

Judged judge(Asked asked, const ports::HttpResponse& response) {
  Judged judged;
  judged.message = fmt::format("Stripe answered {} without a readable error", response.status);
  const auto body = wire::parse_json(response.body);
  const Json* object = body ? object_at(*body, "error") : nullptr;
  if (object == nullptr) return judged;
  judged.object = *object;
  judged.error = read(response.status, *object);
  judged.verdict = judge(asked, judged.error);
  judged.message = describe(judged.error);
  const auto hint = response.headers.find("Stripe-Should-Retry");
  judged.retry_hint = hint && base::equals_ignoring_case(base::trim(*hint), "true");
  return judged;
}

// Nothing was done for want of an object that is to be made or used with it. One that we believe to
// be there, in our path, must be looked for; so must a method that is to be detached.
bool has_no_object(Asked asked, const Judged& judged) {
  return judged.verdict.gone && judged.verdict.culprit != Culprit::path && asked != Asked::detach;
}

AnswerKind kind_of(const Judged& judged) {
  switch (judged.verdict.meaning) {
    case Meaning::declined:
      return AnswerKind::declined;
    case Meaning::refused:
    case Meaning::busy:
    case Meaning::look_first:
      return AnswerKind::not_executed;
    case Meaning::unknown:
      break;
  }
  return AnswerKind::unknown;
}

bool is_busy(AnswerKind kind, const Judged& judged) {
  return kind == AnswerKind::not_executed &&
         (judged.verdict.meaning == Meaning::busy || judged.retry_hint);
}

// A refusal beside an intent that has gone on, or has come to where we wanted it, contradicts
// itself: nothing may be concluded.
bool has_gone_on(Operation operation, domain::RemoteState state) {
  using enum domain::RemoteState;
  switch (operation) {
    case Operation::create:
    case Operation::confirm:
      return state == succeeded || state == processing || state == authorized;
    case Operation::capture:
      return state == succeeded || state == processing;
    case Operation::cancel:
      return state == cancelled;
    default:
      return false;
  }
}

ports::Fault fault_of(Culprit culprit) {
  switch (culprit) {
    case Culprit::payment_method:
      return ports::Fault::payment_method;
    case Culprit::customer:
      return ports::Fault::customer;
    case Culprit::price:
      return ports::Fault::price;
    case Culprit::subscription:
      return ports::Fault::subscription;
    default:
      return ports::Fault::none;
  }
}

bool is_true(const ports::HttpResponse& response, std::string_view header) {
  const auto value = response.headers.find(header);
  return value && base::equals_ignoring_case(base::trim(*value), "true");
}

void add_decline(GatewayAnswer& answer, const Json& error) {
  answer.decline = read_decline(error);
  if (answer.payment && !answer.payment->decline) answer.payment->decline = answer.decline;
}

}  // namespace

GatewayAnswer read_error(Operation operation, const ports::HttpResponse& response) {
  const auto asked = asked_by(operation);
  Judged judged = judge(asked, response);
  GatewayAnswer answer{.kind = kind_of(judged)};
  if (const Json* intent = object_at(judged.object, "payment_intent"))
    answer.payment = read_payment(*intent);
  if (answer.payment && has_gone_on(operation, answer.payment->state))
    answer.kind = AnswerKind::unknown;
  answer.replayed = is_true(response, "Idempotent-Replayed");
  answer.message = std::move(judged.message);
  if (answer.kind == AnswerKind::declined) add_decline(answer, judged.object);
  if (answer.kind != AnswerKind::not_executed) return answer;
  answer.look_first =
      judged.verdict.meaning == Meaning::look_first && !has_no_object(asked, judged);
  answer.busy = !answer.look_first && is_busy(answer.kind, judged);
  answer.fault = fault_of(judged.verdict.culprit);
  answer.gone = judged.verdict.gone;
  return answer;
}

bool is_missing(const ports::HttpResponse& response) {
  // Not `gone` by its words: it exists in the other mode, and our key is the wrong one.
  return response.status == 404 && judge(Asked::confirm, response).verdict.gone;
}

}  // namespace cobro::gateways::stripe
