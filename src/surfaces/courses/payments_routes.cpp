#include <algorithm>

#include "surfaces/courses/payment_dto.h"
#include "surfaces/courses/routes.h"

namespace cobro::surfaces::courses {
namespace {

using app::Answer;

app::StoredReply render_intent(const domain::Payment& payment) {
  return wire::json_reply(201, wire::encode(to_intent_dto(payment)));
}

base::Task<Answer> create_intent(Exchange& exchange) {
  Fields fields;
  auto command = read_new_intent(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::create_intent(exchange.surface.context, std::move(*call),
                                        std::move(*command), &render_intent);
}

// When the last refund of one that was refunded in full came through.
base::Task<std::optional<base::Timestamp>> refunded_at(Exchange& exchange,
                                                       const domain::Payment& payment) {
  if (!domain::is_refunded_in_full(payment)) co_return std::nullopt;
  const auto refunds = co_await app::list_refunds(exchange.surface.context, exchange.caller,
                                                  payment.id, {.limit = 100});
  std::optional<base::Timestamp> last;
  if (refunds)
    for (const auto& refund : refunds->items)
      if (refund.status == domain::RefundStatus::succeeded && !refund.of_overpayment)
        last = std::max(last.value_or(refund.updated_at), refund.updated_at);
  co_return last;
}

// The caller's own, whatever their role.
base::Task<Answer> history(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<HistoryQuery>(exchange.request.query));
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  ports::Page page;
  if (query->limit) page.limit = query->limit->value;
  if (query->offset) page.offset = query->offset->value;
  const auto& caller = exchange.caller;
  const auto listed = co_await app::list_payments(
      exchange.surface.context, caller,
      {.tenant = ports::TenantScope{caller.tenant_id}, .user_id = caller.sub}, page);
  History history{.total = listed.total, .limit = page.limit, .offset = page.offset};
  for (const auto& payment : listed.items)
    history.payments.push_back(to_dto(payment, co_await refunded_at(exchange, payment)));
  co_return wire::json_reply(200, wire::encode(history));
}

constexpr std::string_view kNewIntentExample = R"({
  "amount": 2900, "currency": "usd", "type": "course_purchase", "courseId": "uuid-del-curso",
  "description": "Curso de Trading Basico"})";

}  // namespace

void add_payment_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/create-payment-intent",
       .id = "createCoursePaymentIntent",
       .summary = "Create a payment at Stripe, to be confirmed in the browser",
       .tag = "Courses",
       .handle = &create_intent,
       .success = reply_of<PaymentIntent>(201, "What the browser needs to confirm it.", example(R"({
                    "clientSecret": "pi_3QfX2a_secret_9fJk", "paymentIntentId": "pi_3QfX2a",
                    "amount": 2900, "currency": "usd",
                    "paymentId": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2"})")),
       .body = body_of<NewPaymentIntent>(kNewIntentExample),
       .errors = {502, 504}}));
  wire::Json page;
  page.set("payments", wire::JsonArray{payment_example()})
      .set("total", 1)
      .set("limit", 20)
      .set("offset", 0);
  routes.push_back(
      make_route({.method = "GET",
                  .path = "/history",
                  .id = "listCoursePayments",
                  .summary = "List the caller's payments, newest first",
                  .tag = "Courses",
                  .handle = &history,
                  .success = reply_of<History>(200, "A page of payments.", std::move(page)),
                  .query = wire::query_parameters<HistoryQuery>()}));
}

}  // namespace cobro::surfaces::courses
