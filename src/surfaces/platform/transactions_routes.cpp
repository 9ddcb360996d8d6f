#include "app/payments/transactions.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"
#include "surfaces/platform/transaction_dto.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_created(const domain::Transaction& transaction, const domain::Payment&) {
  return reply(201, to_dto(transaction));
}

base::Task<Answer> create(Exchange& exchange) {
  Fields fields;
  auto command = read_new_transaction(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::record_transaction(exchange.surface.context, std::move(*call),
                                             std::move(*command), &render_created);
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<TransactionQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  app::ListTransactions command;
  if (query->payment_id) command.payment = query->payment_id->value;
  command.filter.type = query->type;
  command.filter.status = query->status;
  command.filter.from = query->from;
  command.filter.to = query->to;
  auto listed = co_await app::list_transactions(exchange.surface.context, exchange.caller,
                                                std::move(command), page);
  if (!listed) co_return std::unexpected(listed.error());
  TransactionList list{.total = listed->total, .next_cursor = next_cursor(*listed)};
  for (const auto& transaction : listed->items) list.transactions.push_back(to_dto(transaction));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  const auto named = parse_reference<domain::TransactionId>(exchange.path_values.front());
  if (!named) co_return std::unexpected(no_such("transaction"));
  auto view = co_await app::get_transaction(exchange.surface.context, exchange.caller, *named);
  if (!view) co_return std::unexpected(view.error());
  co_return reply(200, to_dto(view->transaction));
}

constexpr std::string_view kNewTransactionExample = R"({
  "payment_id": 1, "transaction_type": "charge", "amount": 59.98,
  "gateway_transaction_id": "BCP-0091823", "processed_at": "2025-11-05T10:31:07.250Z"})";

}  // namespace

void add_transaction_routes(std::vector<Route>& routes) {
  routes.push_back(
      make_route({.method = "POST",
                  .path = "/transactions",
                  .id = "recordTransaction",
                  .summary = "Record what happened outside to a manual payment",
                  .tag = "Transactions",
                  .handle = &create,
                  .success = data_of<Transaction>(201, "The transaction.", transaction_example()),
                  .body = body_of<NewTransaction>(kNewTransactionExample),
                  .errors = {502, 504},
                  .access = Access::trusted}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/transactions",
       .id = "listTransactions",
       .summary = "List transactions, newest first",
       .tag = "Transactions",
       .handle = &list,
       .success = data_of<TransactionList>(200, "A page of transactions.",
                                           page_of("transactions", transaction_example())),
       .query = wire::query_parameters<TransactionQuery>()}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/transactions/{id}",
       .id = "getTransaction",
       .summary = "Get a transaction by id or number",
       .tag = "Transactions",
       .handle = &get,
       .success = data_of<Transaction>(200, "The transaction.", transaction_example())}));
}

}  // namespace cobro::surfaces::platform
