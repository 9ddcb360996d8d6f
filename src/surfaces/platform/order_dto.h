// Orders as this surface reads and writes them.
#pragma once

#include "app/orders/orders.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::platform {

using Address = wire::AnyObjectUpTo<4 * 1024>;
using Notes = wire::Text<0, 2000>;

struct NewItem {
  wire::IntOrText<64> product_id;
  wire::Int<1, 9999> quantity;
  wire::Decimal unit_price;
};
BOOST_DESCRIBE_STRUCT(NewItem, (), (product_id, quantity, unit_price))

struct NewOrder {
  wire::List<NewItem, 1, 100> items;
  Address shipping_address;
  std::optional<Address> billing_address;  // the shipping address when absent
  std::optional<CurrencyCode> currency;
  std::optional<Notes> notes;
};
BOOST_DESCRIBE_STRUCT(NewOrder, (), (items, shipping_address, billing_address, currency, notes))

struct OrderUpdate {
  std::optional<wire::List<NewItem, 1, 100>> items;
  std::optional<Address> shipping_address;
  std::optional<Address> billing_address;
  std::optional<Notes> notes;
  std::optional<domain::OrderStatus> status;
};
BOOST_DESCRIBE_STRUCT(OrderUpdate, (), (items, shipping_address, billing_address, notes, status))

struct OrderQuery : PageQuery {
  std::optional<CommaList<domain::OrderStatus>> status;
  std::optional<wire::Reference<1, 255>> user_id;
};
BOOST_DESCRIBE_STRUCT(OrderQuery, (PageQuery), (status, user_id))

struct OrderItem {
  domain::OrderItemId id;
  domain::OrderId order_id;
  wire::IntOrText<64> product_id;
  std::int64_t quantity = 0;
  wire::Decimal unit_price;
  wire::Decimal total_price;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(OrderItem, (),
                      (id, order_id, product_id, quantity, unit_price, total_price, created_at))

struct Order {
  domain::OrderId id;
  std::int64_t number = 0;
  std::string order_number;
  std::string user_id;
  domain::OrderStatus status = domain::OrderStatus::pending;
  CurrencyCode currency;
  wire::Decimal total_amount;
  std::vector<OrderItem> items;
  StoredJson shipping_address;
  StoredJson billing_address;
  std::optional<std::string> notes;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, number, order_number, user_id, status, currency, total_amount, items,
                       shipping_address, billing_address, notes, created_at, updated_at))

struct OrderList {
  std::vector<Order> orders;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(OrderList, (), (orders, total, next_cursor))

Order to_dto(const domain::Order& order);

// Each reports to `fields`, and gives nothing when anything failed there.
std::optional<app::CreateOrder> read_new_order(const wire::Json& body,
                                               domain::Currency default_currency, Fields& fields);
std::optional<app::UpdateOrder> read_order_update(const wire::Json& body, Fields& fields);

wire::Json order_example();

}  // namespace cobro::surfaces::platform
