// Use cases about orders.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/pipeline/pipeline.h"
#include "domain/order.h"

namespace cobro::app {

using RenderOrder = std::function<StoredReply(const domain::Order& order)>;

struct NewItem {
  std::string product_id;
  bool product_id_is_number = false;
  std::int64_t quantity = 1;
  domain::Money unit_price;
};

struct CreateOrder {
  domain::Currency currency;
  std::vector<NewItem> items;  // 1..100, all in that currency
  std::string shipping_address = "{}";
  std::string billing_address = "{}";
  std::optional<std::string> notes;
};
// Multiplies prices by quantities. Refusals: validation_failed (a line exceeds twelve digits).
base::Result<std::vector<domain::OrderItem>, domain::Refusal> price_items(
    const std::vector<NewItem>& items, domain::IdSource& ids);

// Creates a pending order. Refusals: validation_failed (the total exceeds twelve digits).
base::Task<Answer> create_order(Context& context, Call call, CreateOrder command,
                                RenderOrder render);

// A stated unit price, read once the order's currency is known.
struct NewItemText {
  std::string product_id;
  bool product_id_is_number = false;
  std::int64_t quantity = 1;
  std::string unit_price;
};
struct UpdateOrder {
  ports::OrderRef order;
  std::optional<std::vector<NewItemText>> items;  // replaces all; pending and nothing live
  std::optional<std::string> shipping_address;    // pending only
  std::optional<std::string> billing_address;
  std::optional<std::string> notes;
  std::optional<domain::OrderStatus> status;  // admin, service; one step on from paid
};
// Changes what is given. Refusals: not_found, forbidden, invalid_state, payment_in_progress (a
// payment is live while items change), validation_failed.
base::Task<Answer> update_order(Context& context, Call call, UpdateOrder command,
                                RenderOrder render);

struct CancelOrder {
  ports::OrderRef order;
};
// Cancels the order and its open payments, at their gateways too. One that is cancelled already
// gets the same answer. Refusals: not_found, refund_required, invalid_state, payment_in_progress,
// outcome_unknown (recovery carries on).
base::Task<Answer> cancel_order(Context& context, Call call, CancelOrder command,
                                RenderOrder render);

// Cancels pending orders whose time has come, and their open payments, at their gateways
// too; one that may still be paid is looked at again an hour later. Several instances may do
// so at once. Returns 0 when all that were due were looked at.
base::Task<std::int64_t> expire_orders(Context& context);

// Gives the order, where the caller may see it. Refusals: not_found.
base::Task<base::Result<domain::Order, domain::Refusal>> get_order(Context& context, Caller caller,
                                                                   ports::OrderRef order);
base::Task<ports::Listed<domain::Order>> list_orders(Context& context, Caller caller,
                                                     ports::OrderFilter filter, ports::Page page);

}  // namespace cobro::app
