#include "tests/app/tiny/tiny_gateway.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "wire/json.h"

namespace cobro::testing::tiny {
namespace {

using domain::GatewayRequest;
using domain::Operation;
using domain::RemoteState;
using ports::AnswerKind;
using ports::GatewayAnswer;
using wire::Json;

GatewayRequest post(std::string path, const Json& body) {
  return {.method = "POST", .path = std::move(path), .version = "1", .body = wire::to_text(body)};
}
GatewayRequest get(std::string path) {
  return {.method = "GET", .path = std::move(path), .version = "1", .body = ""};
}

struct Builder {
  const domain::Payment& payment;
  domain::CallId call;

  [[nodiscard]] Json ours() const {
    return wire::JsonObject{{"payment", payment.id.to_string()}, {"call", call.to_string()}};
  }
  [[nodiscard]] GatewayRequest make_order() const {
    return post("/orders",
                wire::JsonObject{{"value", payment.amount.to_decimal()},
                                 {"currency", std::string(payment.amount.currency().code())},
                                 {"ours", ours()}});
  }
  [[nodiscard]] GatewayRequest on_order(const char* action) const {
    return post(fmt::format("/orders/{}/{}", *payment.gateway_payment_id, action),
                wire::JsonObject{{"ours", ours()}});
  }
  GatewayRequest operator()(const ports::CreateCommand&) const { return make_order(); }
  // The order first, then, once its customer approved it, the money.
  GatewayRequest operator()(const ports::ConfirmCommand&) const {
    return payment.gateway_payment_id ? on_order("take") : make_order();
  }
  GatewayRequest operator()(const ports::CaptureCommand&) const { return on_order("take"); }
  GatewayRequest operator()(const ports::CancelCommand&) const { return on_order("void"); }
  GatewayRequest operator()(const ports::RefundCommand& command) const {
    return post("/refunds",
                wire::JsonObject{{"order", *payment.gateway_payment_id},
                                 {"value", command.amount.to_decimal()},
                                 {"currency", std::string(command.amount.currency().code())},
                                 {"ours", ours()}});
  }
};

RemoteState state_of(std::string_view status) {
  if (status == "WAITING") return RemoteState::requires_action;
  if (status == "APPROVED") return RemoteState::approved;
  if (status == "TAKEN") return RemoteState::succeeded;
  if (status == "VOID") return RemoteState::cancelled;
  return RemoteState::unrecognized;
}

std::optional<domain::Money> money_in(const Json& object) {
  const auto currency = domain::Currency::parse(object.string_at({"currency"}).value_or(""));
  if (!currency) return std::nullopt;
  const auto money = domain::Money::parse(object.string_at({"value"}).value_or(""), *currency);
  return money ? std::optional(*money) : std::nullopt;
}

std::optional<domain::GatewayPayment> read_order(const Json& order) {
  const auto id = order.string_at({"order"});
  if (!id) return std::nullopt;
  domain::GatewayPayment snapshot{.gateway_payment_id = id,
                                  .state = state_of(order.string_at({"status"}).value_or("")),
                                  .amount = money_in(order),
                                  .redacted = "{}"};
  snapshot.our_payment =
      domain::PaymentId::parse(order.string_at({"ours", "payment"}).value_or(""));
  snapshot.our_call = domain::CallId::parse(order.string_at({"ours", "call"}).value_or(""));
  if (snapshot.state == RemoteState::succeeded) snapshot.captured = snapshot.amount;
  if (snapshot.state == RemoteState::requires_action)
    snapshot.next_action =
        domain::NextAction{"redirect_to_url", order.string_at({"approve_at"}), std::nullopt};
  return snapshot;
}

std::optional<domain::GatewayRefund> read_refund(const Json& refund) {
  const auto id = refund.string_at({"refund"});
  if (!id) return std::nullopt;
  domain::GatewayRefund snapshot{.gateway_refund_id = *id,
                                 .gateway_payment_id = refund.string_at({"order"}),
                                 .status = domain::RefundStatus::succeeded,
                                 .amount = money_in(refund),
                                 .redacted = "{}"};
  snapshot.our_payment =
      domain::PaymentId::parse(refund.string_at({"ours", "payment"}).value_or(""));
  snapshot.our_call = domain::CallId::parse(refund.string_at({"ours", "call"}).value_or(""));
  return snapshot;
}

GatewayAnswer read_refusal(const ports::HttpResponse& response, const Json& body) {
  GatewayAnswer answer{.message = fmt::format("Tiny answered {}", response.status)};
  const auto problem = body.string_at({"problem"});
  if (!problem || response.status >= 500) return answer;
  answer.kind = response.status == 402 ? AnswerKind::declined : AnswerKind::not_executed;
  answer.busy = response.status == 429;
  answer.look_first = problem == "ORDER_NOT_THERE";
  if (answer.kind == AnswerKind::declined)
    answer.decline = domain::Decline{*problem, std::nullopt, "Tiny Pay declined."};
  return answer;
}

}  // namespace

std::string sign(std::string_view key, const ports::WebhookRequest& request) {
  const auto signed_text = fmt::format(
      "{};{};{}", request.query, request.headers.find("Tiny-Time").value_or(""), request.body);
  return base::to_hex(crypto::hmac_sha256(key, signed_text));
}

ports::HttpRequest TinyTokens::request(base::Duration timeout) const {
  return {.method = "POST",
          .url = std::string(kOrigin) + "/token",
          .headers = {{"Authorization", "Basic dGlueTpzZWNyZXQ="}},
          .body = "grant_type=client_credentials",
          .timeout = timeout};
}

std::optional<ports::AccessToken> TinyTokens::parse(const ports::HttpResponse& response) const {
  const auto body = wire::parse_json(response.body);
  if (response.status != 200 || !body) return std::nullopt;
  const auto token = body->string_at({"access_token"});
  const auto seconds = body->int_at({"expires_in"});
  if (!token || !seconds) return std::nullopt;
  return ports::AccessToken{base::Secret(*token), std::chrono::seconds(*seconds)};
}

const ports::Capabilities& TinyGateway::capabilities() const {
  static constexpr ports::Capabilities kCapabilities{.remote = true,
                                                     .capture_later = false,
                                                     .partial_refund = true,
                                                     .needs_method = false,
                                                     .key_window = std::chrono::hours(3)};
  return kCapabilities;
}

base::Result<GatewayRequest, domain::Refusal> TinyGateway::build(
    const ports::PaymentCommand& command, const domain::Payment& payment,
    domain::CallId call) const {
  return std::visit(Builder{payment, call}, command);
}

GatewayAnswer TinyGateway::parse(Operation operation, const ports::HttpResponse& response) const {
  const auto body = wire::parse_json(response.body);
  if (!body) return {.message = "Tiny's answer is no JSON"};
  if (response.status / 100 != 2) return read_refusal(response, *body);
  GatewayAnswer answer;
  if (operation == Operation::refund)
    answer.refund = read_refund(*body);
  else
    answer.payment = read_order(*body);
  if (answer.refund || answer.payment) answer.kind = AnswerKind::accepted;
  return answer;
}

GatewayRequest TinyGateway::look_up_payment(const domain::Payment& payment, base::Timestamp,
                                            base::Timestamp, bool) const {
  if (payment.gateway_payment_id) return get("/orders/" + *payment.gateway_payment_id);
  return get("/orders?payment=" + payment.id.to_string());
}

GatewayRequest TinyGateway::look_up_refunds(const domain::Payment& payment) const {
  return get("/refunds?order=" + *payment.gateway_payment_id);
}

ports::LookUpAnswer TinyGateway::parse_look_up(const GatewayRequest&,
                                               const ports::HttpResponse& response) const {
  const auto body = wire::parse_json(response.body);
  if (response.status != 200 || !body) return {};
  ports::LookUpAnswer answer{.understood = true};
  const auto* many = body->find("items");
  const auto items = many ? *many->as_array() : wire::JsonArray{*body};
  for (const auto& item : items) {
    if (auto refund = read_refund(item))
      answer.refunds.push_back(std::move(*refund));
    else if (auto order = read_order(item))
      answer.payments.push_back(std::move(*order));
  }
  return answer;
}

ports::HttpRequest TinyGateway::to_http(const GatewayRequest& request,
                                        std::optional<std::string_view> key, base::Duration timeout,
                                        const base::Secret* token) const {
  ports::HttpRequest http{.method = request.method,
                          .url = kOrigin + request.path,
                          .headers = {{"Authorization", fmt::format("Bearer {}", token->reveal())},
                                      {"Content-Type", "application/json"}},
                          .body = request.body,
                          .timeout = timeout};
  if (key) http.headers.add("Request-Id", std::string(*key));
  return http;
}

std::optional<GatewayRequest> TinyGateway::webhook_keys(
    const ports::WebhookRequest& request) const {
  // Only ever from the gateway itself, whatever the request says.
  if (request.headers.find("Tiny-Key") != "current") return std::nullopt;
  return get("/keys/current");
}

base::Result<ports::GatewayEvent, ports::WebhookRefusal> TinyGateway::verify(
    const ports::WebhookRequest& request, const ports::HttpResponse* keys, base::Timestamp) const {
  const auto body = keys ? wire::parse_json(keys->body) : std::unexpected(wire::JsonError{});
  const auto key = body ? body->string_at({"key"}) : std::nullopt;
  const auto signature = request.headers.find("Tiny-Signature");
  if (!key || !signature || !crypto::equal_constant_time(*signature, sign(*key, request)))
    return std::unexpected(ports::WebhookRefusal{"the signature is not Tiny's"});
  return read_event(request);
}

base::Result<ports::GatewayEvent, ports::WebhookRefusal> TinyGateway::read_event(
    const ports::WebhookRequest& request) const {
  const auto body = wire::parse_json(request.body);
  if (!body || !request.query.starts_with("id="))
    return std::unexpected(ports::WebhookRefusal{"no event"});
  ports::NamedPayment payment{body->string_at({"order"}),
                              domain::PaymentId::parse(body->string_at({"payment"}).value_or(""))};
  return ports::GatewayEvent{.event_id = request.query.substr(3),
                             .type = body->string_at({"type"}).value_or(""),
                             .says = ports::PaymentChanged{std::move(payment)}};
}

}  // namespace cobro::testing::tiny
