#include "tests/app/tiny/tiny_server.h"

#include <fmt/format.h>

#include "tests/app/tiny/tiny_gateway.h"

namespace cobro::testing::tiny {
namespace {

constexpr const char* kKey = "tiny webhook key";
constexpr auto kTokenLife = std::chrono::minutes(5);

using wire::Json;
using wire::JsonObject;

wire::Reply reply(int status, const Json& body) {
  return wire::json_reply(status, wire::to_text(body));
}
wire::Reply refuse(int status, std::string problem) {
  return reply(status, JsonObject{{"problem", std::move(problem)}});
}

}  // namespace

base::Task<wire::Reply> TinyServer::handle(wire::Request request) {
  if (request.path == "/token") {
    const auto token = fmt::format("token-{}-{}", generation_, ++tokens_given);
    tokens_[token] = clock_.now() + kTokenLife;
    co_return reply(200, JsonObject{{"access_token", token}, {"expires_in", 300}});
  }
  const auto given = request.headers.find("Authorization").value_or("");
  const auto token = given.starts_with("Bearer ") ? std::string(given.substr(7)) : std::string();
  const auto known = tokens_.find(token);
  const bool good = known != tokens_.end() && clock_.now() < known->second &&
                    token.starts_with(fmt::format("token-{}-", generation_));
  if (!good) {
    ++refused_for_token;
    co_return refuse(401, "TOKEN");
  }
  if (request.method == "GET") co_return list(request);
  const auto key = std::string(request.headers.find("Request-Id").value_or(""));
  if (const auto done = done_.find(key); done != done_.end()) co_return done->second;
  if (!refuse_next.empty())
    co_return refuse(refuse_next == "NO_FUNDS" ? 402 : 422, std::exchange(refuse_next, {}));
  done_[key] = act(request);
  if (std::exchange(break_next_answer, false)) co_return refuse(500, "BROKEN");
  co_return done_[key];
}

wire::Reply TinyServer::act(const wire::Request& request) {
  auto body = wire::parse_json(request.body).value();
  if (request.path == "/orders") {
    const auto id = fmt::format("o{}", orders.size() + 1);
    body.set("order", id).set("status", "WAITING");
    body.set("approve_at", std::string(kOrigin) + "/approve/" + id);
    return reply(201, orders[id] = body);
  }
  if (request.path == "/refunds") {
    const auto id = fmt::format("r{}", refunds.size() + 1);
    body.set("refund", id);
    return reply(201, refunds[id] = body);
  }
  const auto last = request.path.rfind('/');
  const auto order = orders.find(request.path.substr(8, last - 8));
  if (order == orders.end()) return refuse(404, "ORDER_NOT_THERE");
  const auto status = order->second.string_at({"status"});
  const bool take = request.path.substr(last) == "/take";
  if (take && status != "APPROVED") return refuse(422, "NOT_APPROVED");
  order->second.set("status", take ? "TAKEN" : "VOID");
  return reply(200, order->second);
}

wire::Reply TinyServer::list(const wire::Request& request) {
  if (request.path == "/keys/current") {
    ++keys_given;
    return reply(200, JsonObject{{"key", kKey}});
  }
  if (request.path.starts_with("/orders/")) {
    const auto order = orders.find(request.path.substr(8));
    return order == orders.end() ? refuse(404, "ORDER_NOT_THERE") : reply(200, order->second);
  }
  wire::JsonArray items;
  const auto wanted = request.query.substr(request.query.find('=') + 1);
  for (const auto& [id, order] : orders)
    if (request.path == "/orders" && order.string_at({"ours", "payment"}) == wanted)
      items.push_back(order);
  for (const auto& [id, refund] : refunds)
    if (request.path == "/refunds" && refund.string_at({"order"}) == wanted)
      items.push_back(refund);
  return reply(200, JsonObject{{"items", std::move(items)}});
}

ports::WebhookRequest TinyServer::webhook(const std::string& order) const {
  ports::WebhookRequest request{
      .method = "POST",
      .path = "/webhooks/paypal",
      .query = "id=event-" + order,
      .headers = {{"Tiny-Key", "current"}, {"Tiny-Time", "12"}},
      .body = wire::to_text(JsonObject{{"type", "order.changed"}, {"order", order}})};
  request.headers.add("Tiny-Signature", sign(kKey, request));
  return request;
}

}  // namespace cobro::testing::tiny
