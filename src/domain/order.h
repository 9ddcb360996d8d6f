// An order: what is owed, by whom, and how much of it is allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/read_rows.h"

namespace cobro::domain {

// pending → paid → processing → shipped → delivered; pending → cancelled; paid and later
// → refunded. The table is in order_states.h.
enum class OrderStatus { pending, paid, processing, shipped, delivered, cancelled, refunded };

// Why a pending order is being closed while objects of it still exist at gateways.
enum class Closing { cancel, expire };

struct OrderItem {
  OrderItemId id;
  std::string product_id;
  bool product_id_is_number = false;  // printed back as it came
  std::int64_t quantity = 0;          // 1..9999
  Money unit_price;
  Money total;  // quantity × unit price
};

struct Order {
  OrderId id;
  std::int64_t number = 0;  // small integer, unique per deployment, gaps allowed
  std::string user_id;      // the `sub` that owns it
  std::optional<std::string> tenant_id;
  OrderStatus status = OrderStatus::pending;
  // What `refunded` replaced, so that a refund that fails later can put it back.
  std::optional<OrderStatus> status_before_refund;
  std::optional<Closing> closing;
  Money total;      // the sum of the items
  Money allocated;  // held by payments, open or captured: allocated ≤ total (a CHECK)
  Money captured;   // of all its payments; captured ≤ allocated
  Money refunded;   // refunded ≤ captured
  std::string shipping_address = "{}";  // JSON objects, kept as given
  std::string billing_address = "{}";
  std::optional<std::string> notes;
  ReadRows<OrderItem> items;  // in the order in which they were given
  // When to look whether it has expired, while it is pending; nothing: never.
  std::optional<base::Timestamp> expiry_check_at;
  std::int64_t event_sequence = 0;  // of the last event written about it
  std::int64_t version = 1;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};

// Prints the eight-digit form that people see: "ORD-00000042".
std::string order_number(const Order& order);

}  // namespace cobro::domain
