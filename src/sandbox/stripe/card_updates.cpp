#include "sandbox/stripe/card_updates.h"

#include "sandbox/common/control.h"
#include "sandbox/stripe/card_input.h"
#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;

Answer renew(Account& account, const std::string& id, Params& params) {
  auto method = account.database.find("payment_method", id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", id, "payment_method"));
  const Json before = method->body;
  Json card = *before.find("card");
  const auto month = params.integer("exp_month").value_or(*card.int_at({"exp_month"}));
  const auto year = params.integer("exp_year").value_or(*card.int_at({"exp_year"}));
  check_expiry(account, params, month, year);
  card.set("exp_month", month);
  card.set("exp_year", year);
  if (const auto last4 = params.non_empty("last4")) card.set("last4", *last4);
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  method->body.set("card", std::move(card));
  account.database.transaction(
      [&] { save_change(account, {}, "payment_method.automatically_updated", before, *method); });
  return std::move(method->body);
}

}  // namespace

wire::Reply renew_card(Account& account, const wire::Request& request) {
  constexpr std::string_view kPath = "/_sandbox/cards/";
  auto tree = read_control_parameters(request);
  if (!tree) return control_reply(std::unexpected(tree.error()));
  Params params(std::move(*tree));
  return control_reply(renew(account, request.path.substr(kPath.size()), params));
}

}  // namespace cobro::sandbox::stripe
