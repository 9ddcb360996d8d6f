// What went wrong, as facts that every surface renders in its own shape. One exhaustive switch
// gives each refusal its HTTP status: a new code does not compile until it has one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/refusal.h"
#include "wire/field_error.h"
#include "wire/message.h"

namespace cobro::surfaces {

struct ErrorFacts {
  int status = 500;
  std::string code;
  std::string message;
  std::vector<domain::FieldError> details = {};
  std::optional<std::string> decline_code = {};
  std::optional<int> retry_after_s = {};
};

ErrorFacts facts_of(const domain::Refusal& refusal);
// Makes an error that HTTP itself asks for: 404 of a route, 405, 408, 413, 415, …
ErrorFacts http_error(int status, std::string_view message);

// Renders body and headers of an error in one surface's shape.
using RenderError = wire::Reply (*)(const ErrorFacts& error, std::string_view request_id);

// Refuses with validation_failed and details, or with card_data_not_allowed.
domain::Refusal refuse_fields(const wire::FieldErrors& errors);
domain::Refusal refuse_fields(std::vector<domain::FieldError> errors);

}  // namespace cobro::surfaces
