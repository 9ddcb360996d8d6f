// Collects everything that is wrong with a request's fields, so that one answer names it all:
// what decoding found, and what takes more than one field to see (money and its currency).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/money.h"
#include "surfaces/common/errors.h"
#include "surfaces/common/return_urls.h"
#include "wire/binding.h"

namespace cobro::surfaces {

class Fields {
 public:
  // Gives the decoded value, or nothing when its errors were taken in.
  template <class T>
  std::optional<T> take(base::Result<T, wire::FieldErrors> decoded) {
    if (decoded) return std::move(*decoded);
    add(decoded.error());
    return std::nullopt;
  }
  void add(const wire::FieldErrors& errors);
  void fail(std::string field, std::string code, std::string message);

  // Checks an amount, which must be above zero and, with a currency, fit it. What is no number at
  // all is decoding's to say. `amount` may be null.
  void check_amount(const wire::Json* amount, std::optional<domain::Currency> currency,
                    std::string field);
  // Checks a gateway's token of a payment method, or an id of ours. Ids are exempt from the search
  // for cards, but neither of these is a bare number.
  void check_token(const std::optional<std::string>& token, std::string field);
  // Checks an address that the customer's browser is to be sent to.
  void check_return_url(const std::optional<std::string>& url, const ReturnUrls& allowed,
                        std::string field);

  [[nodiscard]] bool failed() const { return cards_ || !errors_.empty(); }
  // Makes the refusal, after `failed` only. It has card data alone when there was any.
  [[nodiscard]] domain::Refusal refusal() const;

 private:
  std::vector<domain::FieldError> errors_;
  std::optional<domain::Refusal> cards_;
};

// Gives the amount that check_amount has let through.
domain::Money to_money(const wire::Decimal& amount, domain::Currency currency);

}  // namespace cobro::surfaces
