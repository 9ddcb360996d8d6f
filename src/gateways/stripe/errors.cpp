#include "gateways/stripe/errors.h"

#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "gateways/stripe/error_table.h"
#include "gateways/stripe/news.h"
#include "gateways/stripe/redact.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {
namespace {

using domain::ErrandOperation;
using ports::AnswerKind;
using ports::ErrandAnswer;
using ports::GatewayAnswer;
using wire::Json;

Asked asked_by(domain::Operation operation) {
  switch (operation) {
    case domain::Operation::create:
      return Asked::create;
    case domain::Operation::confirm:
      return Asked::confirm;
    case domain::Operation::capture:
      return Asked::capture;
    case domain::Operation::cancel:
      return Asked::cancel;
    case domain::Operation::refund:
      return Asked::refund;
  }
  return Asked::create;
}

Asked asked_by(ErrandOperation operation) {
  switch (operation) {
    case ErrandOperation::create_customer:
      return Asked::create_customer;
    case ErrandOperation::attach_method:
      return Asked::attach;
    case ErrandOperation::detach_method:
      return Asked::detach;
    case ErrandOperation::create_subscription:
      return Asked::subscribe;
    case ErrandOperation::end_now:
      return Asked::end_subscription;
    case ErrandOperation::end_at_period_end:
    case ErrandOperation::resume:
    case ErrandOperation::change_plan:
      break;
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

// Nothing was done for want of an object, so that there is none to be looked at: except that a
// subscription which is to be ended may be gone because it has ended.
bool has_no_object(Asked asked, const Judged& judged) {
  return asked == Asked::detach ? judged.verdict.culprit == Culprit::payment_method
                                : judged.verdict.gone && asked != Asked::end_subscription;
}

AnswerKind kind_of(Asked asked, const Judged& judged) {
  switch (judged.verdict.meaning) {
    case Meaning::declined:
      return AnswerKind::declined;
    case Meaning::refused:
    case Meaning::busy:
      return AnswerKind::not_executed;
    case Meaning::look_first:
      return has_no_object(asked, judged) ? AnswerKind::not_executed : AnswerKind::unknown;
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
// itself: nothing may be settled.
bool has_gone_on(domain::Operation operation, domain::RemoteState state) {
  using enum domain::RemoteState;
  switch (operation) {
    case domain::Operation::create:
    case domain::Operation::confirm:
      return state == succeeded || state == processing || state == authorized;
    case domain::Operation::capture:
      return state == succeeded || state == processing;
    case domain::Operation::cancel:
      return state == cancelled;
    case domain::Operation::refund:
      return false;
  }
  return false;
}

void add_decline(GatewayAnswer& answer, const Json& error) {
  answer.decline = read_decline(error);
  if (answer.payment && !answer.payment->decline) answer.payment->decline = answer.decline;
}

}  // namespace

GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response) {
  const auto asked = asked_by(operation);
  Judged judged = judge(asked, response);
  GatewayAnswer answer;
  answer.kind = kind_of(asked, judged);
  if (const Json* intent = object_at(judged.object, "payment_intent"))
    answer.payment = read_payment(*intent);
  if (answer.payment && has_gone_on(operation, answer.payment->state))
    answer.kind = AnswerKind::unknown;
  answer.busy = is_busy(answer.kind, judged);
  answer.bad_payment_method =
      answer.kind == AnswerKind::not_executed && judged.verdict.culprit == Culprit::payment_method;
  answer.message = std::move(judged.message);
  if (answer.kind == AnswerKind::declined) add_decline(answer, judged.object);
  return answer;
}

ErrandAnswer read_error(ErrandOperation operation, const ports::HttpResponse& response) {
  const auto asked = asked_by(operation);
  const Judged judged = judge(asked, response);
  const auto kind = kind_of(asked, judged);
  ErrandAnswer answer{.kind = kind, .busy = is_busy(kind, judged), .message = judged.message};
  if (kind == AnswerKind::declined) answer.decline = read_decline(judged.object);
  if (kind != AnswerKind::not_executed) return answer;
  answer.bad_payment_method = judged.verdict.culprit == Culprit::payment_method;
  answer.bad_price = judged.verdict.culprit == Culprit::price;
  return answer;
}

bool is_missing(const ports::HttpResponse& response) {
  return response.status == 404 && judge(Asked::confirm, response).error.code == "resource_missing";
}

}  // namespace cobro::gateways::stripe
