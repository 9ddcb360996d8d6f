#include "tests/app/buyer.h"

#include <gtest/gtest.h>

#include "app/access/access.h"
#include "app/methods/saved_methods.h"
#include "domain/words.h"
#include "wire/form.h"
#include "wire/json.h"

namespace cobro::testing {

namespace {

ports::StoredReply line(const domain::Payment& payment) {
  return {200,
          {},
          std::to_string(payment.number) + " " + std::string(domain::to_string(payment.state)) +
              " " + payment.captured.to_decimal() + "/" + payment.amount.to_decimal()};
}

ports::HttpResponse browse(World& world, const std::string& path, const wire::FormFields& fields) {
  ports::HttpRequest request{.method = "POST",
                             .url = "http://stripe.test" + path,
                             .headers = {{"Authorization", "Bearer pk_test_world"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}},
                             .body = wire::to_form(fields)};
  return *run(world.clock, world.wire.inner.send(std::move(request)));
}

base::Task<wire::Reply> keep(std::vector<wire::Request>& letters, wire::Request letter) {
  letters.push_back(std::move(letter));
  co_return wire::Reply{200, {}, ""};
}

}  // namespace

app::Call user_call(const std::string& sub, const std::string& key, const std::string& body) {
  app::Call call{
      .caller = {sub, app::Role::user, std::nullopt}, .idempotency = {}, .render_refusal = {}};
  if (!key.empty()) call.idempotency = app::Idempotency{sub + "intents" + key, body};
  call.render_refusal = [](const domain::Refusal& refusal) {
    return ports::StoredReply{402, {}, std::string(domain::to_string(refusal.code))};
  };
  return call;
}

app::CreateIntent command_of(const Intent& intent) {
  return {.kind = intent.kind,
          .gateway = intent.gateway,
          .amount = *domain::Money::parse(intent.amount, *domain::Currency::parse("PEN")),
          .payment_method = intent.method,
          .capture_method = intent.capture,
          .course_id = intent.course,
          .checkout = intent.checkout};
}

app::Answer make_intent(World& world, const Intent& intent, const std::string& key) {
  return run(world.clock, app::create_intent(*world.context, user_call("ana", key, intent.amount),
                                             command_of(intent), &line));
}

app::Answer process_intent(World& world, std::int64_t payment, std::optional<std::string> method,
                           const std::string& key, const std::string& sub, app::Role role) {
  auto call = user_call(sub, key, method.value_or(""));
  call.caller.roles = role;
  return run(world.clock, app::process_payment(*world.context, std::move(call),
                                               {payment, std::move(method), std::nullopt}, &line));
}

std::string save_card(World& world, const std::string& token, const std::string& sub) {
  const app::RenderMethod render = [](const domain::PaymentMethod& method, bool) {
    return ports::StoredReply{200, {}, method.id.to_string()};
  };
  auto saved = run(world.clock, app::save_method(*world.context, user_call(sub),
                                                 {domain::GatewayName::stripe, token}, render));
  EXPECT_TRUE(saved.has_value()) << to_string(saved);
  return saved ? saved->body : "";
}

app::CheckoutTerms terms(base::Duration life) {
  return {"https://shop.test/payments/success", "https://shop.test/payments/cancel", life};
}

ports::HttpResponse pay_in_browser(World& world, std::int64_t number, const std::string& card) {
  const auto payment = world.payment(number);
  const auto made = browse(world, "/v1/payment_methods",
                           {{"type", "card"},
                            {"card[number]", card},
                            {"card[exp_month]", "12"},
                            {"card[exp_year]", "2034"},
                            {"card[cvc]", "123"}});
  const auto method = wire::parse_json(made.body)->string_at({"id"}).value_or("");
  return browse(world,
                "/v1/payment_intents/" + payment.gateway_payment_id.value_or("") + "/confirm",
                {{"client_secret", payment.client_secret.value_or("")},
                 {"payment_method", method},
                 {"return_url", "https://shop.test/back"}});
}

Postbox::Postbox(World& world) : world_(world) {
  world.wire.inner.connect("http://cobro.test", [this](wire::Request letter) {
    return keep(letters, std::move(letter));
  });
}

std::vector<wire::Request> Postbox::about(const std::string& type) const {
  std::vector<wire::Request> found;
  for (const auto& letter : letters)
    if (wire::parse_json(letter.body)->string_at({"type"}).value_or("").starts_with(type))
      found.push_back(letter);
  return found;
}

void Postbox::deliver(const wire::Request& letter) {
  auto received =
      run(world_.clock,
          app::receive_webhook(*world_.context, domain::GatewayName::stripe, webhook_of(letter)));
  ASSERT_TRUE(received.has_value()) << received.error().message;
  if (received->left) world_.inbox().add(std::move(*received->left));
}

std::vector<domain::Dispute> disputes_of(World& world, std::int64_t payment) {
  auto listed =
      run(world.clock, app::list_disputes(*world.context, {"ana", app::Role::user, std::nullopt},
                                          ports::PaymentRef{payment}, {}, {}));
  EXPECT_TRUE(listed.has_value());
  return listed ? listed->items : std::vector<domain::Dispute>{};
}

std::vector<domain::Entitlement> entitlements(World& world, const std::string& sub) {
  return run(world.clock,
             app::list_entitlements(*world.context, {sub, app::Role::user, std::nullopt}, {}, {}))
      .items;
}

std::string to_string(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}

}  // namespace cobro::testing
