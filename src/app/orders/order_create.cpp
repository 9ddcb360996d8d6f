#include "app/orders/orders.h"
#include "app/pipeline/guards.h"
#include "domain/books.h"

namespace cobro::app {

namespace {

using domain::Refusal;

base::Result<domain::Order, Refusal> make_order(const Context& context, const Caller& caller,
                                                const CreateOrder& command, std::int64_t number,
                                                domain::Moment& moment) {
  const auto zero = domain::Money::zero(command.currency);
  domain::Order order{.id = moment.ids.next<domain::OrderId>(),
                      .number = number,
                      .user_id = caller.sub,
                      .tenant_id = caller.tenant_id,
                      .total = zero,
                      .allocated = zero,
                      .captured = zero,
                      .refunded = zero,
                      .shipping_address = command.shipping_address,
                      .billing_address = command.billing_address,
                      .notes = command.notes,
                      .created_at = moment.now,
                      .updated_at = moment.now};
  if (const auto span = context.settings.order_expire_after; span > base::Duration::zero())
    order.expiry_check_at = moment.now + span;
  COBRO_TRY_INTO(order.items, price_items(command.items, moment.ids));
  for (const auto& item : order.items) order.total += item.total;
  if (order.total.minor() > domain::kMaxStatedMinor)
    return std::unexpected(invalid_field("items", "too_large", "add up to more than 12 digits"));
  return order;
}

}  // namespace

base::Result<std::vector<domain::OrderItem>, Refusal> price_items(const std::vector<NewItem>& items,
                                                                  domain::IdSource& ids) {
  std::vector<domain::OrderItem> priced;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    const auto total = item.unit_price.times(item.quantity);
    if (!total)
      return std::unexpected(invalid_field("items[" + std::to_string(i) + "].unit_price",
                                           "too_large", "times the quantity exceeds 12 digits"));
    priced.push_back({ids.next<domain::OrderItemId>(), item.product_id, item.product_id_is_number,
                      item.quantity, item.unit_price, *total});
  }
  return priced;
}

base::Task<Answer> create_order(Context& context, Call call, CreateOrder command,
                                RenderOrder render) {
  const Decide decide = [&](const ports::Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto order,
                   make_order(context, call.caller, command, loaded.order_numbers.front(), moment));
    Decided decided;
    decided.changes.insert(
        domain::order_event(order, "order.created", std::nullopt, moment.now, moment.ids));
    decided.reply = render(order);
    decided.changes.insert(std::move(order));
    return decided;
  };
  ports::Reads reads{.order_numbers = 1};
  auto decided = co_await idempotently(context, call, std::move(reads), decide, never_rendered);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
