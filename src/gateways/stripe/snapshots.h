// Stripe's objects in our words, in the shapes of API versions from 2017 on: events come in the
// version that the endpoint was made with. Unknown enum values and missing optional fields are
// tolerated; only an object that is not what it should be, or has no usable id, is nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/gateway_objects.h"
#include "ports/gateway_event.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// Whether the text may stand in a path: 1–255 of [A-Za-z0-9_-]. Stripe's ids never hold anything
// else.
bool is_id(std::string_view text);

// Reads the id in a field that is null, an id, or the object itself (expanded).
std::optional<std::string> id_at(const wire::Json& object, std::string_view field);

// Reads text so that any database keeps it: without NUL characters, cut at 500 bytes.
std::optional<std::string> text_at(const wire::Json& object, std::string_view field);
// Gives the items of a field that is an array, or one of Stripe's lists (`{"data": […]}`).
std::span<const wire::Json> items_at(const wire::Json& object, std::string_view field);

// Whether it is an object of that `object` type.
bool is_object_of_type(const wire::Json& value, std::string_view type);
// Finds the member, when it is an object; else null.
const wire::Json* object_at(const wire::Json& object, std::string_view field);
// Reads an amount in the object's own `currency`. Gives nothing when it is negative, has more
// digits than any amount of ours, or cannot be read.
std::optional<domain::Money> money_at(const wire::Json& object, std::string_view field);
// Words an amount that cannot be read, for a person: "70939 isk".
std::string unread_money_at(const wire::Json& object, std::string_view field);
// Reads Unix seconds.
std::optional<base::Timestamp> time_at(const wire::Json& object, std::string_view field);
// Whether it is an http or https address that is fit to be kept.
bool is_web_url(std::string_view url);
bool is_true(const wire::Json& object, std::string_view field);

// Reads one of our ids in `metadata[name]`.
template <class IdType>
std::optional<IdType> metadata_id(const wire::Json& object, std::string_view name) {
  const auto text = object.string_at({"metadata", name});
  return text ? IdType::parse(*text) : std::nullopt;
}

// Reads what the customer must do for an intent, or a SetupIntent, that requires action.
domain::NextAction read_next_action(const wire::Json& intent);
// Reads a PaymentIntent.
std::optional<domain::GatewayPayment> read_payment(const wire::Json& intent);
// Reads a Refund.
std::optional<domain::GatewayRefund> read_refund(const wire::Json& refund);
// Reads an error object of the API, or an intent's last_payment_error.
domain::Decline read_decline(const wire::Json& error);
// Reads the intent that an object names: in `payment_intent`, or by a charge that is expanded.
std::optional<std::string> intent_id_of(const wire::Json& object);
// Reads `metadata[cobro_payment]` of any object.
std::optional<domain::PaymentId> our_payment(const wire::Json& object);
// Reads how a refund or dispute names its payment, by its charge too.
ports::NamedPayment payment_named_by(const wire::Json& object);

}  // namespace cobro::gateways::stripe
