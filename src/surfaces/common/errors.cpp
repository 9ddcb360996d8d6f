#include "surfaces/common/errors.h"

#include "domain/words.h"

namespace cobro::surfaces {
namespace {

using domain::RefusalCode;

int status_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::validation_failed:
    case RefusalCode::card_data_not_allowed:
    case RefusalCode::gateway_not_available:
    case RefusalCode::currency_not_supported:
      return 400;
    case RefusalCode::unauthorized:
      return 401;
    case RefusalCode::payment_declined:
      return 402;
    case RefusalCode::forbidden:
      return 403;
    case RefusalCode::not_found:
      return 404;
    case RefusalCode::idempotency_in_progress:
    case RefusalCode::invalid_state:
    case RefusalCode::payment_in_progress:
    case RefusalCode::payment_conflicted:
    case RefusalCode::order_amount_taken:
    case RefusalCode::order_closing:
    case RefusalCode::method_in_use:
    case RefusalCode::payment_disputed:
    case RefusalCode::refund_required:
    case RefusalCode::refund_exceeds_remaining:
    case RefusalCode::refund_in_progress:
    case RefusalCode::amount_exceeds_authorized:
      return 409;
    case RefusalCode::idempotency_key_reused:
      return 422;
    case RefusalCode::internal:
      return 500;
    case RefusalCode::gateway_refused:
      return 502;
    case RefusalCode::gateway_busy:
    case RefusalCode::unavailable:
      return 503;
    case RefusalCode::outcome_unknown:
      return 504;
  }
  return 500;
}

std::string_view http_code(int status) {
  switch (status) {
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "request_timeout";
    case 413:
      return "body_too_large";
    case 415:
      return "unsupported_media_type";
    case 417:
      return "expectation_failed";
    case 431:
      return "headers_too_large";
    case 501:
      return "not_implemented";
    case 503:
      return "unavailable";
    case 505:
      return "http_version_not_supported";
    default:
      return "bad_request";
  }
}

std::string summary_of(std::size_t count) {
  return count == 1 ? "One field is not valid." : std::to_string(count) + " fields are not valid.";
}

}  // namespace

ErrorFacts facts_of(const domain::Refusal& refusal) {
  ErrorFacts facts{.status = status_of(refusal.code),
                   .code = std::string(domain::to_string(refusal.code)),
                   .message = refusal.message,
                   .details = refusal.details,
                   .decline_code = refusal.decline_code,
                   .retry_after_s = refusal.retry_after_s};
  if (facts.status == 500) facts.message = "Something went wrong on our side.";
  if (facts.status == 503 && !facts.retry_after_s) facts.retry_after_s = 1;
  return facts;
}

ErrorFacts http_error(int status, std::string_view message) {
  ErrorFacts facts{
      .status = status, .code = std::string(http_code(status)), .message = std::string(message)};
  if (status == 503) facts.retry_after_s = 1;
  return facts;
}

domain::Refusal refuse_fields(std::vector<domain::FieldError> errors) {
  auto message = summary_of(errors.size());
  return {.code = domain::RefusalCode::validation_failed,
          .message = std::move(message),
          .details = std::move(errors)};
}

domain::Refusal refuse_fields(const wire::FieldErrors& errors) {
  std::vector<domain::FieldError> details;
  for (const auto& error : errors)
    details.push_back({error.field, std::string(wire::to_word(error.code)), error.message});
  auto refusal = refuse_fields(std::move(details));
  if (wire::is_card_refusal(errors)) {
    refusal.code = domain::RefusalCode::card_data_not_allowed;
    refusal.message = "Card numbers are not accepted here; send the gateway's token instead.";
  }
  return refusal;
}

}  // namespace cobro::surfaces
