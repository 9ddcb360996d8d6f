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
#include "wire/json.h"

namespace cobro::gateways::stripe {

// 1–255 of [A-Za-z0-9_-]: what may stand in a path. Stripe's ids never hold anything else.
bool is_id(std::string_view text);

// The id in a field that is null, an id, or the object itself (expanded).
std::optional<std::string> id_at(const wire::Json& object, std::string_view field);

// Text that any database keeps: without NUL characters, and not longer than 500 bytes.
std::optional<std::string> text_at(const wire::Json& object, std::string_view field);
// The items of a field that is an array, or one of Stripe's lists (`{"data": […]}`).
std::span<const wire::Json> items_at(const wire::Json& object, std::string_view field);

// The object has that `object` type.
bool is_object_of_type(const wire::Json& value, std::string_view type);
// The member, when it is an object.
const wire::Json* object_at(const wire::Json& object, std::string_view field);
// An amount in the object's own `currency`; nothing when it is negative, has more digits than any
// amount of ours, or cannot be read.
std::optional<domain::Money> money_at(const wire::Json& object, std::string_view field);
// Unix seconds.
std::optional<base::Timestamp> time_at(const wire::Json& object, std::string_view field);
// http or https, and fit to be kept.
bool is_web_url(std::string_view url);
bool is_true(const wire::Json& object, std::string_view field);

// One of our ids in `metadata[name]`.
template <class IdType>
std::optional<IdType> metadata_id(const wire::Json& object, std::string_view name) {
  const auto text = object.string_at({"metadata", name});
  return text ? IdType::parse(*text) : std::nullopt;
}

// Of an intent, or a SetupIntent, that requires action.
domain::NextAction read_next_action(const wire::Json& intent);
// A PaymentIntent.
std::optional<domain::GatewayPayment> read_payment(const wire::Json& intent);
// A Refund.
std::optional<domain::GatewayRefund> read_refund(const wire::Json& refund);
// An error object of the API, or an intent's last_payment_error.
domain::Decline read_decline(const wire::Json& error);
// The intent that an object names: in `payment_intent`, or by a charge that is expanded.
std::optional<std::string> intent_id_of(const wire::Json& object);
// `metadata[cobro_payment]` of any object.
std::optional<domain::PaymentId> our_payment(const wire::Json& object);

}  // namespace cobro::gateways::stripe
