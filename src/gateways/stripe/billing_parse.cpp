// Answers to errands and to their look-ups.
#include <fmt/format.h>

#include "gateways/stripe/billing.h"
#include "gateways/stripe/checkout.h"
#include "gateways/stripe/customers.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/subscriptions.h"

namespace cobro::gateways {
namespace {

using domain::ErrandOperation;
using domain::ErrandSubject;
using ports::AnswerKind;
using ports::ErrandAnswer;
using ports::ErrandLookUp;
using ports::ErrandNews;
using wire::Json;

template <class News>
ErrandNews news_of(std::optional<News> news) {
  return news ? ErrandNews{std::move(*news)} : ErrandNews{};
}

ErrandNews read(ErrandSubject subject, const Json& object) {
  switch (subject) {
    case ErrandSubject::customer:
      return news_of(stripe::read_customer(object));
    case ErrandSubject::payment_method:
      return news_of(stripe::read_method(object));
    case ErrandSubject::subscription:
      break;
  }
  if (auto page = stripe::read_page(object)) return *std::move(page);
  return news_of(stripe::read_subscription(object));
}

bool is_nothing(const ErrandNews& news) {
  return std::holds_alternative<std::monostate>(news);
}

// Whether the object is as the operation leaves it.
struct IsDone {
  ErrandOperation operation;

  bool operator()(const std::monostate&) const { return false; }
  bool operator()(const domain::CustomerNews&) const { return true; }
  bool operator()(const domain::MethodNews& method) const {
    const bool attached = method.gateway_customer_id.has_value();
    return operation == ErrandOperation::attach_method ? attached : !attached;
  }
  bool operator()(const domain::CheckoutNews& page) const {
    if (operation == ErrandOperation::create_subscription) return page.status.has_value();
    return operation == ErrandOperation::end_now && page.status == domain::CheckoutStatus::expired;
  }
  bool operator()(const domain::SubscriptionNews& subscription) const {
    if (!subscription.status) return false;
    const bool ended = domain::is_terminal(*subscription.status);
    switch (operation) {
      case ErrandOperation::create_subscription:
        return true;
      case ErrandOperation::end_at_period_end:
        return ended || subscription.cancel_at_period_end;
      case ErrandOperation::end_now:
        return ended;
      case ErrandOperation::resume:
        return !ended && !subscription.cancel_at_period_end;
      case ErrandOperation::change_plan:
        return !ended && subscription.price;
      default:
        return false;
    }
  }
};

std::string_view object_name(ErrandSubject subject) {
  switch (subject) {
    case ErrandSubject::customer:
      return "customer";
    case ErrandSubject::payment_method:
      return "payment method";
    case ErrandSubject::subscription:
      return "subscription";
  }
  return "object";
}

bool read_list(ErrandSubject subject, const domain::GatewayRequest& request, const Json& body,
               ErrandLookUp& answer) {
  if (subject == ErrandSubject::customer)
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
ErrandLookUp missing_if(bool missing) {
  return {.understood = missing, .missing = missing};
}

}  // namespace

ErrandAnswer StripeBilling::parse_errand(ErrandOperation operation,
                                         const ports::HttpResponse& response) const {
  if (!stripe::is_success(response.status)) return stripe::read_error(operation, response);
  const auto subject = domain::subject_of(operation);
  const auto body = wire::parse_json(response.body);
  ErrandAnswer answer;
  if (body) answer.news = read(subject, *body);
  if (is_nothing(answer.news)) {
    answer.message = fmt::format("Stripe's answer holds no readable {}", object_name(subject));
  } else if (std::visit(IsDone{operation}, answer.news)) {
    answer.kind = AnswerKind::accepted;
  } else {
    answer.message = fmt::format("Stripe's {} is in an unexpected state", object_name(subject));
  }
  return answer;
}

ErrandLookUp StripeBilling::parse_errand_look_up(ErrandOperation operation,
                                                 const domain::GatewayRequest& request,
                                                 const ports::HttpResponse& response) const {
  const auto subject = domain::subject_of(operation);
  if (!stripe::is_success(response.status))
    return missing_if(!is_list(request) && stripe::is_missing(response));
  const auto body = wire::parse_json(response.body);
  if (!body) return {};
  ErrandLookUp answer;
  if (is_list(request)) {
    if (!read_list(subject, request, *body, answer)) return {};
  } else {
    if (stripe::is_deleted_customer(*body)) return missing_if(true);
    answer.found.push_back(read(subject, *body));
    if (is_nothing(answer.found.back())) return {};
  }
  answer.understood = true;
  return answer;
}

}  // namespace cobro::gateways
