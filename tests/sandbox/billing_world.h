// A customer who lives by a test clock, subscribed to things, with the calendar at hand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "sandbox/world.h"

namespace cobro::sandbox {

inline constexpr std::string_view kBasic = "price_1Sb3k64dPtEGmLmpeAdxvmIu";
inline constexpr std::string_view kPro = "price_1Sb3k64dPtEGmLmpm5n5bbJH";

// Unix seconds of a day, or of a moment of it.
inline std::int64_t at(const std::string& day, const std::string& time = "10:00:00") {
  return base::parse_iso8601(day + "T" + time + "Z")->unix_seconds();
}

struct Billing : World {
  explicit Billing(const std::string& day = "2027-01-31") {
    clock_id =
        post("/v1/test_helpers/test_clocks", "frozen_time=" + std::to_string(at(day))).text({"id"});
    customer = post("/v1/customers", "email=ana@shop.test&test_clock=" + clock_id).text({"id"});
  }
  // The customer's default from now on.
  std::string use_card(std::string_view card) {
    const auto method =
        post("/v1/payment_methods/" + std::string(card) + "/attach", "customer=" + customer)
            .text({"id"});
    post("/v1/customers/" + customer, "invoice_settings[default_payment_method]=" + method);
    return method;
  }
  Answered subscribe(const std::string& more = "", std::string_view price = kBasic) {
    return post("/v1/subscriptions", "customer=" + customer + "&items[0][price]=" +
                                         std::string(price) + (more.empty() ? "" : "&") + more);
  }
  Answered subscription(const std::string& id) {
    return get("/v1/subscriptions/" + id,
               "expand[]=latest_invoice.payments.data.payment.payment_intent");
  }
  void advance(std::int64_t to) {
    const auto asked = post("/v1/test_helpers/test_clocks/" + clock_id + "/advance",
                            "frozen_time=" + std::to_string(to));
    EXPECT_EQ(asked.text({"status"}), "advancing") << asked.body;
    clock.advance(std::chrono::milliseconds(10));
    EXPECT_EQ(get("/v1/test_helpers/test_clocks/" + clock_id).text({"status"}), "ready");
  }
  void advance(const std::string& day) { advance(at(day)); }
  static const wire::Json& item(const Answered& subscription) {
    return subscription.json.at({"items", "data"})->as_array()->front();
  }
  static std::int64_t period_end(const Answered& subscription) {
    return *item(subscription).int_at({"current_period_end"});
  }
  static std::string intent(const Answered& subscription) {
    return *subscription.json.at({"latest_invoice", "payments", "data"})
                ->as_array()
                ->front()
                .string_at({"payment", "payment_intent", "id"});
  }
  // "date amount status" of each invoice, oldest first.
  std::vector<std::string> invoices(const std::string& id) {
    const auto list = get("/v1/invoices", "limit=100&subscription=" + id);
    std::vector<std::string> found;
    for (const auto& one : *list.json.find("data")->as_array()) {
      const auto created = base::Timestamp::from_unix_seconds(*one.int_at({"created"}));
      found.insert(found.begin(),
                   fmt::format("{} {} {}", base::to_iso8601(created).substr(0, 10),
                               *one.int_at({"amount_due"}), *one.string_at({"status"})));
    }
    return found;
  }
  // Types of the events since the last time, oldest first.
  std::vector<std::string> news() {
    const auto all = event_types();
    const std::vector<std::string> fresh(all.begin() + static_cast<std::ptrdiff_t>(seen),
                                         all.end());
    seen = all.size();
    return fresh;
  }

  std::string clock_id;
  std::string customer;
  std::size_t seen = 0;
};

}  // namespace cobro::sandbox
