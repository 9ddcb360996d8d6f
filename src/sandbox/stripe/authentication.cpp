#include "sandbox/stripe/authentication.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"

namespace cobro::sandbox::stripe {
namespace {

ApiError unauthorized(std::string message, std::string code = {}) {
  return {401, "invalid_request_error", std::move(code), std::move(message), {}, {}};
}

// Enough to recognise it by: "sk_live_****1234".
std::string masked(std::string_view key) {
  constexpr std::size_t kShown = 4;
  if (key.size() <= 2 * kShown) return std::string(key.size(), '*');
  std::string text(key);
  const auto prefix = key.find('_', key.find('_') + 1);
  const auto from = prefix == std::string_view::npos ? std::size_t{0} : prefix + 1;
  for (auto at = from; at + kShown < text.size(); ++at) text[at] = '*';
  return text;
}

}  // namespace

std::string key_of(const wire::Headers& headers) {
  const auto authorization = headers.find("Authorization").value_or("");
  const auto space = authorization.find(' ');
  const auto scheme = authorization.substr(0, space);
  const auto rest = space == std::string_view::npos ? std::string_view()
                                                    : base::trim(authorization.substr(space + 1));
  if (base::equals_ignoring_case(scheme, "Bearer")) return std::string(rest);
  if (!base::equals_ignoring_case(scheme, "Basic")) return {};
  const auto decoded = base::from_base64(rest).value_or("");
  return decoded.substr(0, decoded.find(':'));
}

bool is_publishable(std::string_view key) {
  return key.starts_with("pk_");
}

ApiError secret_key_required() {
  return unauthorized(
      "This API call cannot be made with a publishable API key. Please use a secret API key. You "
      "can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
      "secret_key_required");
}

std::optional<ApiError> check_key(std::string_view key) {
  if (key.empty())
    return unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization "
        "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
        "https://stripe.com/docs/api#authentication for details, or we can help at "
        "https://support.stripe.com/.");
  constexpr std::size_t kPrefix = std::string_view("sk_test_").size();
  const bool known =
      key.starts_with("sk_test_") || key.starts_with("rk_test_") || key.starts_with("pk_test_");
  if (!known || key.size() == kPrefix)
    return unauthorized("Invalid API Key provided: " + masked(key));
  return std::nullopt;
}

}  // namespace cobro::sandbox::stripe
