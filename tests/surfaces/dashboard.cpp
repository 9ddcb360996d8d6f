#include "surfaces/dashboard.h"

namespace cobro::testing {

std::string at_stripe(Desk& desk, const std::string& method, const std::string& path,
                      const std::string& form) {
  ports::HttpRequest request{.method = method,
                             .url = "http://stripe.test" + path,
                             .headers = {{"Authorization", "Bearer sk_test_desk"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}},
                             .body = form};
  const auto answer = run(desk.clock, desk.http.send(std::move(request)));
  if (!answer || answer->status != 200) throw std::runtime_error(answer ? answer->body : path);
  return answer->body;
}

void hear(Desk& desk, const std::string& type) {
  const auto listed = wire::parse_json(at_stripe(desk, "GET", "/v1/events?limit=1&type=" + type));
  const auto* events = listed->find("data")->as_array();
  if (events->empty()) throw std::runtime_error("no event " + type);
  const auto event = wire::to_text(events->front());
  const auto taken = desk.send("POST", "/webhooks/stripe", event,
                               {{"Stripe-Signature", desk.signature(event, "whsec_desk")}});
  ASSERT_EQ(taken.status, 200) << taken.text;
  desk.clock.advance(std::chrono::seconds(6));
}

void capture_there(Desk& desk, const std::string& payment_id, const std::string& minor) {
  at_stripe(desk, "POST", "/v1/payment_intents",
            "confirm=true&currency=pen&payment_method=pm_card_visa&amount=" + minor +
                "&automatic_payment_methods[enabled]=true"
                "&automatic_payment_methods[allow_redirects]=never&metadata[cobro_payment]=" +
                payment_id);
  hear(desk, "payment_intent.succeeded");
}

}  // namespace cobro::testing
