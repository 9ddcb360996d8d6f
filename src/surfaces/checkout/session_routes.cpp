#include "surfaces/checkout/routes.h"
#include "surfaces/checkout/session_dto.h"
#include "surfaces/common/documents.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::checkout {
namespace {

using app::Answer;
using Settings = std::shared_ptr<const CheckoutPageSettings>;
using View = base::Task<base::Result<app::CheckoutView, domain::Refusal>> (*)(
    app::Context&, domain::CheckoutSessionId);

base::Task<Answer> show(Exchange& exchange, Settings settings, View view) {
  const auto id = domain::CheckoutSessionId::parse(exchange.path_values.front());
  if (!id)
    co_return std::unexpected(domain::Refusal{.code = domain::RefusalCode::not_found,
                                              .message = "There is no such checkout session."});
  auto found = co_await view(exchange.surface.context, *id);
  if (!found) co_return std::unexpected(std::move(found).error());
  auto reply = wire::json_reply(200, wire::encode(to_dto(*found, *settings)));
  reply.headers.set("Cache-Control", "no-store");
  co_return reply;
}

constexpr std::string_view kExample = R"({
  "id": "01930000-0000-7000-8000-000000000001", "status": "open", "mode": "payment",
  "amount": "29.90", "currency": "USD", "description": "Course 7", "interval": null,
  "payment_status": "pending", "decline": null,
  "success_url": "https://shop.example/payment/success",
  "cancel_url": "https://shop.example/payment/cancel",
  "expires_at": "2026-01-02T00:00:00.000Z",
  "gateway": {"name": "stripe", "publishable_key": "pk_test_1", "api_base": null,
              "sandbox": false, "client_secret": "pi_1_secret_1"},
  "redirect_url": null})";

wire::ResponseDoc not_found_reply() {
  return reply_of<platform::ErrorReply>(404, "There is no such session.", example(R"({
    "success": false, "error": {"code": "not_found", "request_id": "req-1",
                                "message": "There is no such checkout session."}})"));
}

Route session_route(std::string method, std::string path, std::string id, std::string summary,
                    Handle handle) {
  return {.operation = {.method = std::move(method),
                        .path = std::move(path),
                        .id = std::move(id),
                        .summary = std::move(summary),
                        .tag = "Checkout page",
                        .responses = {reply_of<Session>(200, "The session as it stands.",
                                                        example(kExample)),
                                      not_found_reply()},
                        .needs_bearer = false},
          .handle = std::move(handle),
          .render_error = &platform::render_error,
          .access = Access::anyone};
}

}  // namespace

void add_session_routes(const CheckoutPageSettings& settings, std::vector<Route>& routes) {
  const auto kept = std::make_shared<const CheckoutPageSettings>(settings);
  routes.push_back(session_route(
      "GET", "/checkout/{session}/session", "getCheckoutSession", "What a checkout page shows",
      [kept](Exchange& exchange) { return show(exchange, kept, &app::view_checkout); }));
  routes.push_back(session_route(
      "POST", "/checkout/{session}/refresh", "refreshCheckoutSession",
      "The same, after the gateway was asked what became of it",
      [kept](Exchange& exchange) { return show(exchange, kept, &app::refresh_checkout); }));
}

std::vector<Route> routes(const CheckoutPageSettings& settings) {
  std::vector<Route> all;
  add_page_routes(settings, all);
  add_session_routes(settings, all);
  return all;
}

}  // namespace cobro::surfaces::checkout
