#include <tuple>

#include "app/subscriptions/subscriptions.h"
#include "surfaces/courses/checkout_dto.h"
#include "surfaces/courses/named_plan.h"
#include "surfaces/courses/routes.h"

namespace cobro::surfaces::courses {
namespace {

using app::Answer;

// Words what the session collects as the session itself.
auto render_session(const app::CheckoutTerms& terms, const Sites& sites) {
  return [terms, sites](const auto& collected) {
    const auto session = app::make_checkout(terms, collected, collected.created_at);
    return wire::json_reply(201, wire::encode(to_dto(session, app::page_url(collected), sites)));
  };
}

base::Task<Answer> create_session(Exchange& exchange) {
  const auto& [surface, json] = std::tie(exchange.surface, exchange.body);
  Fields fields;
  auto body = read_new_session(json, fields);
  app::CheckoutTerms terms;
  std::optional<std::string> price;
  if (body) {
    terms = terms_of(*body, surface.sites, fields);
    if (body->plan) price = co_await price_of_plan(surface.context, body->plan->text, fields);
  }
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto word = render_session(terms, surface.sites);
  if (price)
    co_return co_await app::subscribe(
        surface.context, std::move(*call),
        {.gateway = kUnnamedGateway, .price_id = std::move(*price), .checkout = terms}, word);
  auto command = intent_of(std::move(*body), json);
  command.checkout = terms;
  co_return co_await app::create_intent(surface.context, std::move(*call), std::move(command),
                                        word);
}

constexpr std::string_view kNewSessionExample = R"({
  "type": "course_purchase", "amount": 2900, "currency": "usd", "courseId": "uuid-del-curso",
  "description": "Curso de Trading Basico"})";

}  // namespace

void add_checkout_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/create-checkout-session",
       .id = "createCheckoutSession",
       .summary = "Make a page on which a payment or a subscription is paid",
       .tag = "Courses",
       .handle = &create_session,
       .success = reply_of<CheckoutSession>(201, "Where to send the browser.", example(R"({
                    "sessionId": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2",
                    "url": "http://127.0.0.1:8080/checkout/019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2",
                    "expiresAt": "2025-12-06T10:00:00.000Z"})")),
       .body = body_of<NewCheckoutSession>(kNewSessionExample),
       .errors = {502, 504}}));
}

}  // namespace cobro::surfaces::courses
