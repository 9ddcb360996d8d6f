#include "sandbox/stripe/old_shapes.h"

#include "sandbox/stripe/invoices.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;

void add_period(Json& subscription) {
  const Json* items = subscription.at({"items", "data"});
  if (!items || !items->as_array() || items->as_array()->empty()) return;
  for (const char* field : {"current_period_end", "current_period_start"})
    if (const Json* value = items->as_array()->front().find(field)) {
      Json copy = *value;
      subscription.set(field, std::move(copy));
    }
}

void add_cross_links(Account& account, Json& invoice) {
  const auto* subscription = invoice.at({"parent", "subscription_details", "subscription"});
  invoice.set("subscription", subscription ? Json(*subscription) : Json());
  invoice.set("paid", invoice.string_at({"status"}) == "paid");
  const auto intent =
      account.database.find("payment_intent", intent_of(account, *invoice.string_at({"id"})));
  invoice.set("payment_intent", intent ? Json(intent->id()) : Json());
  invoice.set("charge", intent ? Json(*intent->body.find("latest_charge")) : Json());
}

}  // namespace

void use_shape_of_version(const Call& call, Json& object) {
  if (call.version_is_at_least(kVersionWithPeriodsOnItems)) return;
  const auto kind = object.string_at({"object"});
  if (kind == "subscription") add_period(object);
  if (kind == "invoice" && object.find("id")) add_cross_links(call.account, object);
}

}  // namespace cobro::sandbox::stripe
