#include "surfaces/platform/order_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {
namespace {

template <class T>
std::optional<std::string> text_of(const std::optional<T>& member) {
  return member ? std::optional(member->text) : std::nullopt;
}

// From the body itself: prices are named also when another field could not be decoded.
void check_prices(const wire::Json& body, std::optional<domain::Currency> currency,
                  Fields& fields) {
  const auto* items = body.find("items");
  if (items == nullptr || items->as_array() == nullptr) return;
  constexpr std::size_t kMaxItems = 100;
  for (std::size_t i = 0; i < std::min(items->as_array()->size(), kMaxItems); ++i)
    fields.check_amount((*items->as_array())[i].find("unit_price"), currency,
                        "items[" + std::to_string(i) + "].unit_price");
}

// The stated currency, the default one when none is stated, nothing when it is not one.
std::optional<domain::Currency> currency_of(const wire::Json& body, domain::Currency otherwise) {
  const auto* stated = body.find("currency");
  if (stated == nullptr || stated->is_null()) return otherwise;
  return stated->as_string() != nullptr ? domain::Currency::parse(*stated->as_string())
                                        : std::nullopt;
}

std::optional<std::string> to_text(const std::optional<Address>& address) {
  return address ? std::optional(wire::to_text(address->json)) : std::nullopt;
}

// An item's id tells when it was made: items are replaced whole, never changed.
OrderItem to_dto(const domain::OrderItem& item, const domain::Order& order) {
  return {.id = item.id,
          .order_id = order.id,
          .product_id = {item.product_id, item.product_id_is_number},
          .quantity = item.quantity,
          .unit_price = {item.unit_price.to_decimal()},
          .total_price = {item.total.to_decimal()},
          .created_at = item.id.uuid.made_at()};
}

}  // namespace

Order to_dto(const domain::Order& order) {
  Order dto{.id = order.id,
            .number = order.number,
            .order_number = domain::order_number(order),
            .user_id = order.user_id,
            .status = order.status,
            .currency = {order.total.currency()},
            .total_amount = {order.total.to_decimal()},
            .shipping_address = {order.shipping_address},
            .billing_address = {order.billing_address},
            .notes = order.notes,
            .created_at = order.created_at,
            .updated_at = order.updated_at};
  for (const auto& item : order.items) dto.items.push_back(to_dto(item, order));
  return dto;
}

std::optional<app::CreateOrder> read_new_order(const wire::Json& body,
                                               domain::Currency default_currency, Fields& fields) {
  auto dto = fields.take(wire::decode<NewOrder>(body));
  const auto currency = currency_of(body, default_currency);
  check_prices(body, currency, fields);
  if (fields.failed()) return std::nullopt;
  app::CreateOrder command{.currency = *currency, .notes = text_of(dto->notes)};
  for (const auto& item : dto->items)
    command.items.push_back({.product_id = item.product_id.text,
                             .product_id_is_number = item.product_id.is_integer,
                             .quantity = item.quantity.value,
                             .unit_price = to_money(item.unit_price, *currency)});
  command.shipping_address = wire::to_text(dto->shipping_address.json);
  command.billing_address = to_text(dto->billing_address).value_or(command.shipping_address);
  return command;
}

std::optional<app::UpdateOrder> read_order_update(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<OrderUpdate>(body));
  check_prices(body, std::nullopt, fields);
  if (fields.failed()) return std::nullopt;
  app::UpdateOrder command;
  if (dto->items) {
    auto& items = command.items.emplace();
    for (const auto& item : *dto->items)
      items.push_back({.product_id = item.product_id.text,
                       .product_id_is_number = item.product_id.is_integer,
                       .quantity = item.quantity.value,
                       .unit_price = item.unit_price.text});
  }
  command.shipping_address = to_text(dto->shipping_address);
  command.billing_address = to_text(dto->billing_address);
  command.notes = text_of(dto->notes);
  command.status = dto->status;
  return command;
}

wire::Json order_example() {
  return example(R"({
    "id": "019a53c5-9e00-7b6a-8f3e-2d51c0a7e914", "number": 1, "order_number": "ORD-00000001",
    "user_id": "ana", "status": "pending", "currency": "PEN", "total_amount": 59.98,
    "items": [{"id": "019a53c5-9e00-7b6a-8f3e-2d51c0a7e915", "product_id": 1, "quantity": 2,
               "unit_price": 29.99, "total_price": 59.98}],
    "shipping_address": {"street": "Av. Principal 123", "city": "Lima", "country": "Peru"},
    "billing_address": {"street": "Av. Principal 123", "city": "Lima", "country": "Peru"},
    "notes": null, "created_at": "2025-11-05T10:30:00.000Z",
    "updated_at": "2025-11-05T10:30:00.000Z"})");
}

}  // namespace cobro::surfaces::platform
