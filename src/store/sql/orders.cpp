#include <fmt/format.h>

#include <unordered_map>

#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Order& order) {
  params.add(order.number).add(order.user_id).add(order.tenant_id).add(order.created_at);
}

void put_changing(Params& params, const domain::Order& order) {
  params.add(order.status)
      .add(order.status_before_refund)
      .add(order.closing)
      .add(order.total.currency().code())
      .add(order.total.minor())
      .add(order.allocated.minor())
      .add(order.captured.minor())
      .add(order.refunded.minor())
      .json(order.shipping_address)
      .json(order.billing_address)
      .add(order.notes)
      .add(order.expiry_check_at)
      .add(order.event_sequence)
      .add(order.updated_at);
}

constexpr std::string_view kItemColumns =
    "id, product_id, product_id_is_number, quantity, unit_price, total";

domain::OrderItem read_item(Cells& cells, domain::Currency currency) {
  auto id = cells.id<domain::OrderItemId>();
  auto product = cells.text();
  const bool is_number = cells.flag();
  const auto quantity = cells.int64();
  const auto unit_price = cells.money(currency);
  const auto total = cells.money(currency);
  return {id, std::move(product), is_number, quantity, unit_price, total};
}

}  // namespace

const Table& orders() {
  static const Table table("orders", {"number", "user_id", "tenant_id", "created_at"},
                           {"status", "status_before_refund", "closing", "currency", "total",
                            "live", "captured", "refunded", "shipping_address", "billing_address",
                            "notes", "expiry_check_at", "event_sequence", "updated_at"});
  return table;
}

Statement insert(const domain::Order& order) {
  return insert_into(orders(), order, put_fixed, put_changing);
}

Statement update(const domain::Order& order) {
  return update_of(orders(), order, put_changing);
}

domain::Order read_order(Cells cells) {
  const auto id = cells.id<domain::OrderId>();
  const auto number = cells.int64();
  auto user = cells.text();
  auto tenant = cells.opt_text();
  const auto created_at = cells.time();
  const auto status = cells.enum_value<domain::OrderStatus>("order status");
  const auto before = cells.opt_enum<domain::OrderStatus>("order status");
  const auto closing = cells.opt_enum<domain::Closing>("reason to close an order");
  const auto currency = cells.currency();
  domain::Order order{.id = id,
                      .number = number,
                      .user_id = std::move(user),
                      .tenant_id = std::move(tenant),
                      .status = status,
                      .status_before_refund = before,
                      .closing = closing,
                      .total = cells.money(currency),
                      .allocated = cells.money(currency),
                      .captured = cells.money(currency),
                      .refunded = cells.money(currency),
                      .shipping_address = cells.text(),
                      .billing_address = cells.text(),
                      .notes = cells.opt_text(),
                      .expiry_check_at = cells.opt_time(),
                      .created_at = created_at};
  order.event_sequence = cells.int64();
  order.updated_at = cells.time();
  order.version = cells.int64();
  return order;
}

std::vector<std::string> item_columns() {
  return {"order_id", "id",         "product_id", "product_id_is_number",
          "quantity", "unit_price", "total"};
}

std::string select_items() {
  return fmt::format("SELECT order_id, {} FROM order_items", kItemColumns);
}

Statement insert_item(const domain::Order& order, std::size_t position) {
  static const std::string text = fmt::format(
      "INSERT INTO order_items (order_id, position, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kItemColumns);
  const auto& item = order.items[position];
  Params params;
  params.add(order.id)
      .add(static_cast<std::int64_t>(position))
      .add(item.id)
      .add(item.product_id)
      .add(item.product_id_is_number)
      .add(item.quantity)
      .add(item.unit_price.minor())
      .add(item.total.minor());
  return {text, std::move(params).take()};
}

Statement delete_items(domain::OrderId order) {
  Params params;
  params.add(order);
  return {"DELETE FROM order_items WHERE order_id = $1", std::move(params).take()};
}

void attach_items(std::vector<domain::Order>& orders, const Rows& items) {
  std::unordered_map<domain::OrderId, domain::Order*> by_id;
  for (auto& order : orders) by_id.emplace(order.id, &order);
  for (std::size_t i = 0; i < items.size(); ++i) {
    Cells cells(items, i);
    const auto found = by_id.find(cells.id<domain::OrderId>());
    if (found == by_id.end()) continue;
    auto& order = *found->second;
    order.items.push_back(read_item(cells, order.total.currency()));
  }
}

}  // namespace cobro::store
