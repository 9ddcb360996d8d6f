#include "surfaces/belongings.h"

#include <algorithm>

#include "surfaces/dashboard.h"

namespace cobro::testing {
namespace {

constexpr std::string_view kSubscription =
    R"({"price_id":"price_1Sb3k64dPtEGmLmpm5n5bbJH","payment_method_id":"pm_card_visa"})";

struct Maker {
  Desk& desk;
  std::string who;

  // The answer's member, after a success.
  std::string made(const Desk::Answer& answer, std::string_view name = "id") const {
    const auto id = answer.body.string_at({"data", name});
    if (answer.status >= 300 || !id) throw std::runtime_error(answer.text);
    return *id;
  }
  std::string post(const std::string& path, const std::string& body) const {
    return made(desk.as(who, "POST", "/api/v1" + path, body));
  }
  std::string order() const { return post("/orders", std::string(kOrderBody)); }
  std::string payment(const std::string& more = R"("payment_method":"stripe")") const {
    return post("/payments", R"({"amount":59.98,"order_id":")" + order() + "\"," + more + "}");
  }
  void process(const std::string& payment, const std::string& method) const {
    made(desk.as(who, "POST", "/api/v1/payments/" + payment + "/process",
                 R"({"payment_method_id":")" + method + "\"}"));
  }
  // The newest item that the deployment's administrator is shown.
  std::string newest(const std::string& plural) const {
    const auto listed = desk.as("admin", "GET", "/api/v1/" + plural);
    return listed.body.at({"data", plural})->as_array()->at(0).string_at({"id"}).value();
  }
};

void add_orders(const Maker& maker, Belongings& all) {
  all["order"] = maker.order();
  all["payment"] = maker.payment();
  all["manual"] = maker.payment(R"("payment_method":"manual")");
  all["held"] = maker.payment(R"("payment_method":"stripe","capture_method":"manual")");
  maker.process(all["held"], "pm_card_visa");
  all["paid"] = maker.payment();
  maker.process(all["paid"], "pm_card_visa");
  const auto paid = maker.desk.as(maker.who, "GET", "/api/v1/payments/" + all["paid"]);
  all["paid_order"] = maker.made(paid, "order_id");
  all["transaction"] = maker.newest("transactions");
  all["refund"] = maker.made(maker.desk.as(
      "admin", "POST", "/api/v1/payments/" + all["paid"] + "/refund", R"({"amount":10})"));
}

void add_late_money(const Maker& maker, Belongings& all) {
  const auto cancelled = maker.payment();
  maker.made(maker.desk.as(maker.who, "DELETE", "/api/v1/payments/" + cancelled));
  capture_there(maker.desk, cancelled, "5998");
  all["overpayment"] = maker.newest("overpayments");
  capture_there(maker.desk, maker.payment(), "6998");
  all["reconciliation"] = maker.newest("reconciliations");
  maker.process(maker.payment(), "pm_card_createDispute");
  maker.desk.clock.advance(std::chrono::seconds(2));
  hear(maker.desk, "charge.dispute.created");
}

void add_billing(const Maker& maker, Belongings& all) {
  auto& desk = maker.desk;
  all["method"] = maker.post("/payment-methods", R"({"payment_method_id":"pm_card_mastercard"})");
  all["subscription"] = maker.post("/subscriptions", std::string(kSubscription));
  all["ending"] = maker.post("/subscriptions", std::string(kSubscription));
  maker.made(desk.as(maker.who, "DELETE", "/api/v1/subscriptions/" + all["ending"]));
  const auto session =
      desk.as(maker.who, "POST", "/payments/create-checkout-session",
              R"({"type":"course_purchase","amount":2900,"currency":"usd","courseId":"c-1"})");
  all["checkout"] = session.body.string_at({"sessionId"}).value();
}

}  // namespace

namespace {

using Add = void (*)(const Maker&, Belongings&);
struct Kind {
  Add add;
  std::vector<std::string> names;
};
const std::vector<Kind> kKinds = {
    {&add_orders,
     {"order", "payment", "manual", "held", "paid", "paid_order", "transaction", "refund"}},
    {&add_late_money, {"overpayment", "reconciliation"}},
    {&add_billing, {"method", "subscription", "ending", "checkout"}}};

}  // namespace

Belongings make_belongings(Desk& desk, const std::string& who) {
  desk.start_jobs();
  Belongings all;
  for (const auto& kind : kKinds) kind.add({desk, who}, all);
  return all;
}

Belongings make_belongings(Desk& desk, const std::string& who, const std::string& named) {
  desk.start_jobs();
  Belongings some;
  for (const auto& kind : kKinds)
    if (std::ranges::any_of(kind.names,
                            [&](const auto& name) { return named.contains("<" + name + ">"); }))
      kind.add({desk, who}, some);
  return some;
}

std::string fill(std::string text, const Belongings& belongings) {
  for (const auto& [name, id] : belongings) {
    const auto mark = "<" + name + ">";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
      text.replace(at, mark.size(), id);
  }
  return text;
}

}  // namespace cobro::testing
