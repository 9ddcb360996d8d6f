#include <fmt/format.h>

#include "app/orders/orders.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "domain/books.h"
#include "domain/order_states.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::OrderStatus;
using domain::Refusal;
using domain::RefusalCode;

bool changes_content(const UpdateOrder& command) {
  return command.items || command.shipping_address || command.billing_address || command.notes;
}

base::Result<std::vector<NewItem>, Refusal> read_items(const std::vector<NewItemText>& items,
                                                       domain::Currency currency) {
  std::vector<NewItem> read;
  Refusal refusal{.code = RefusalCode::validation_failed};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto field = fmt::format("items[{}].unit_price", i);
    auto price = read_amount(items[i].unit_price, currency, field);
    if (price) {
      read.push_back(
          {items[i].product_id, items[i].product_id_is_number, items[i].quantity, *price});
    } else {
      refusal.message = price.error().message;
      refusal.details.push_back(std::move(price.error().details.front()));
    }
  }
  if (!refusal.details.empty()) return std::unexpected(std::move(refusal));
  return read;
}

base::Result<void, Refusal> replace_items(const UpdateOrder& command, domain::Order& order,
                                          domain::IdSource& ids) {
  if (!order.allocated.is_zero())
    return std::unexpected(
        Refusal{.code = RefusalCode::payment_in_progress,
                .message = fmt::format("Payments hold {} of this order; its items cannot change "
                                       "while they are open or captured.",
                                       order.allocated.to_string())});
  COBRO_TRY_INTO(auto items, read_items(*command.items, order.total.currency()));
  COBRO_TRY_INTO(order.items, price_items(items, ids));
  auto total = domain::Money::zero(order.total.currency());
  for (const auto& item : order.items) total += item.total;
  if (total.minor() > domain::kMaxStatedMinor)
    return std::unexpected(invalid_field("items", "too_large", "add up to more than 12 digits"));
  order.total = total;
  return {};
}

std::optional<domain::OrderEvent> move_to(OrderStatus status) {
  switch (status) {
    case OrderStatus::processing:
      return domain::OrderEvent::process;
    case OrderStatus::shipped:
      return domain::OrderEvent::ship;
    case OrderStatus::delivered:
      return domain::OrderEvent::deliver;
    case OrderStatus::pending:
    case OrderStatus::paid:
    case OrderStatus::cancelled:
    case OrderStatus::refunded:
      break;
  }
  return std::nullopt;
}

base::Result<void, Refusal> move_status(OrderStatus wanted, domain::Order& order) {
  if (wanted == order.status) return {};
  const auto event = move_to(wanted);
  const auto status = event ? next(order.status, *event) : std::nullopt;
  if (!status)
    return std::unexpected(invalid_state(fmt::format("The order is {}; it cannot be made {}.",
                                                     to_string(order.status), to_string(wanted))));
  order.status = *status;
  return {};
}

base::Result<void, Refusal> change_content(const UpdateOrder& command, domain::Order& order,
                                           domain::IdSource& ids) {
  if (order.status != OrderStatus::pending)
    return std::unexpected(invalid_state(
        fmt::format("The order is {}; items, addresses and notes change while it is pending.",
                    to_string(order.status))));
  if (order.closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  if (command.items)
    if (auto replaced = replace_items(command, order, ids); !replaced) return replaced;
  if (command.shipping_address) order.shipping_address = *command.shipping_address;
  if (command.billing_address) order.billing_address = *command.billing_address;
  if (command.notes) order.notes = command.notes;
  return {};
}

base::Result<Decided, Refusal> decide(const Call& call, const UpdateOrder& command,
                                      const RenderOrder& render_order, const Asked& asked,
                                      const ports::Loaded& loaded, domain::Moment moment) {
  COBRO_TRY_INTO(auto order, visible_order(loaded, call.caller));
  if (changes_content(command))
    if (auto changed = change_content(command, order, moment.ids); !changed) {
      if (changed.error().code == RefusalCode::payment_in_progress)
        if (const auto holder = old_holder(loaded, asked, moment.now)) return ask_about(*holder);
      return std::unexpected(std::move(changed).error());
    }
  const auto before = order.status;
  if (command.status)
    if (auto moved = move_status(*command.status, order); !moved)
      return std::unexpected(std::move(moved).error());
  Decided decided;
  const auto type = order.status == before ? "updated" : domain::to_string(order.status);
  decided.changes.insert(domain::order_event(order, "order." + std::string(type), std::nullopt,
                                             moment.now, moment.ids));
  if (command.items) decided.changes.replaced_items.push_back(order.id);
  decided.reply = render_order(order);
  decided.changes.update(std::move(order));
  return decided;
}

}  // namespace

base::Task<Answer> update_order(Context& context, Call call, UpdateOrder command,
                                RenderOrder render) {
  if (command.status && !may(call.caller, Action::move_order))
    co_return std::unexpected(
        forbidden("Moving an order's status needs the role admin or service."));
  Asked asked;
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(call, command, render, asked, loaded, std::move(moment));
  };
  ports::Reads reads{.root = command.order};
  auto decided = co_await idempotently_with_query(context, call, std::move(reads), decide_once,
                                                  never_rendered, asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
