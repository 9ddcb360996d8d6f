#include "sim/ground/refusals.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "wire/json.h"

namespace cobro::sim {
namespace {

// Stripe names these only where they are no part of the path.
constexpr std::array<std::string_view, 4> kNamed = {"payment_method", "default_payment_method",
                                                    "items[0][price]", "price"};

bool is_of_parameters(const wire::Json& error) {
  const auto code = error.string_at({"code"}).value_or("");
  const auto param = error.string_at({"param"}).value_or("");
  const auto message = error.string_at({"message"}).value_or("");
  return code.starts_with("parameter_") || message.contains("may not be used again") ||
         (code == "resource_missing" && std::ranges::find(kNamed, param) != kNamed.end());
}

}  // namespace

bool is_clear_refusal(const ports::HttpResponse& response) {
  const auto body = wire::parse_json(response.body);
  const auto* error = body ? body->find("error") : nullptr;
  if (error == nullptr) return false;
  if (response.status == 402) return error->string_at({"type"}) == "card_error";
  if (response.status == 403 || response.status == 429) return true;
  return (response.status == 400 || response.status == 404) && is_of_parameters(*error);
}

}  // namespace cobro::sim
