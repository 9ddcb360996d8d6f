#include "surfaces/courses/checkout_dto.h"

namespace cobro::surfaces::courses {
namespace {

constexpr std::string_view kSuccessPage = "/payment/success";
constexpr std::string_view kCancelPage = "/payment/cancel";

void check_payment(const NewCheckoutSession& body, Fields& fields) {
  if (!body.type) fields.fail("type", "required", "is required, or a plan");
  if (body.type == PaymentType::subscription)
    fields.fail("plan", "required", "is required for a subscription");
  else if (!body.amount)
    fields.fail("amount", "required", "is required without a plan");
  if (body.type == PaymentType::course_purchase && !body.course_id)
    fields.fail("courseId", "required", "is required for a course purchase");
}

std::string url_or(const std::optional<wire::Text<1, 2048>>& given, std::string field,
                   std::string_view page, const Sites& sites, Fields& fields) {
  if (given) {
    fields.check_return_url(given->text, sites.returns, std::move(field));
    return given->text;
  }
  if (sites.merchant.empty())
    fields.fail(std::move(field), "required", "is required where FRONTEND_URL is not set");
  return sites.merchant + std::string(page);
}

}  // namespace

std::optional<NewCheckoutSession> read_new_session(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewCheckoutSession>(body));
  if (!dto) return std::nullopt;
  if (!dto->plan)
    check_payment(*dto, fields);
  else if (dto->type && *dto->type != PaymentType::subscription)
    fields.fail("type", "not_one_of", "must be subscription where a plan is given");
  return dto;
}

app::CheckoutTerms terms_of(const NewCheckoutSession& body, const Sites& sites, Fields& fields) {
  return {.success_url = url_or(body.success_url, "successUrl", kSuccessPage, sites, fields),
          .cancel_url = url_or(body.cancel_url, "cancelUrl", kCancelPage, sites, fields)};
}

app::CreateIntent intent_of(NewCheckoutSession body, const wire::Json& json) {
  app::CreateIntent command{.kind = kind_of(body.type.value()),
                            .gateway = kUnnamedGateway,
                            .amount = {body.amount->value, stated_currency(json).value()}};
  if (body.course_id) command.course_id = std::move(body.course_id->text);
  if (body.description) command.description = std::move(body.description->text);
  return command;
}

CheckoutSession to_dto(const domain::CheckoutSession& session,
                       const std::optional<std::string>& page, const Sites& sites) {
  return {.session_id = session.id,
          .url = page.value_or(sites.own + "/checkout/" + session.id.to_string()),
          .expires_at = session.expires_at};
}

}  // namespace cobro::surfaces::courses
