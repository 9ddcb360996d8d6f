// A sandbox with virtual time, seeded chance and a recorded webhook receiver, and the few
// calls that every test makes.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/stripe/stripe.h"
#include "support/fakes.h"
#include "wire/form.h"
#include "wire/json.h"

namespace cobro::sandbox {

inline constexpr std::string_view kNever =
    "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never";

struct Answered {
  int status = 0;
  wire::Json json;
  wire::Headers headers;
  std::string body;

  [[nodiscard]] std::string text(std::initializer_list<std::string_view> path) const {
    return json.string_at(path).value_or("(none)");
  }
  [[nodiscard]] std::int64_t number(std::initializer_list<std::string_view> path) const {
    return json.int_at(path).value_or(-1);
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or(""));
  }
};

// Sends without waiting, so that a test can look at what happens meanwhile.
struct UnderWay {
  UnderWay(Stripe& stripe, wire::Request request) {
    group.spawn("request", keep(stripe.handle(std::move(request)), reply));
  }
  static base::Task<void> keep(base::Task<wire::Reply> answer, std::optional<wire::Reply>& into) {
    into = co_await std::move(answer);
  }
  std::optional<wire::Reply> reply;
  base::TaskGroup group{[](std::string_view, std::exception_ptr) { FAIL(); }};
};

struct World {
  explicit World(StripeOptions options = with_webhook()) { restart(std::move(options)); }

  static StripeOptions with_webhook() {
    StripeOptions options;
    options.webhooks.push_back({"http://shop.test/hooks", base::Secret("whsec_test")});
    options.public_url = "http://stripe.test";
    return options;
  }

  void restart(StripeOptions options) {
    jobs.reset();
    stripe = std::make_unique<Stripe>(std::move(options), clock, random, http, log);
    jobs = std::make_unique<base::TaskGroup>(
        [](std::string_view name, std::exception_ptr) { ADD_FAILURE() << "job failed: " << name; });
    jobs->spawn("stripe", stripe->run());
  }

  Answered send(wire::Request request) {
    wire::Reply reply = testing::run(clock, stripe->handle(std::move(request)));
    Answered answered{reply.status, {}, reply.headers, reply.body};
    if (auto json = wire::parse_json(reply.body)) answered.json = std::move(*json);
    return answered;
  }
  static wire::Request request(std::string method, std::string path, std::string body = {}) {
    wire::Request made{std::move(method), std::move(path), {}, {}, std::move(body), {}};
    made.headers.add("Authorization", "Bearer sk_test_123");
    if (made.method == "POST")
      made.headers.add("Content-Type", "application/x-www-form-urlencoded");
    return made;
  }
  Answered post(std::string path, std::string body = {}, std::string key = {}) {
    auto made = request("POST", std::move(path), std::move(body));
    if (!key.empty()) made.headers.add("Idempotency-Key", std::move(key));
    return send(std::move(made));
  }
  Answered get(std::string path, std::string query = {}) {
    auto made = request("GET", std::move(path));
    made.query = std::move(query);
    return send(std::move(made));
  }
  Answered remove(std::string path) { return send(request("DELETE", std::move(path))); }
  // Of the list that is the answer's member `data`.
  static std::vector<std::string> texts(const Answered& list, std::string_view field) {
    std::vector<std::string> found;
    for (const auto& item : *list.json.find("data")->as_array())
      found.push_back(item.string_at({field}).value_or(""));
    return found;
  }
  // A confirmed intent of 10.00 USD with that card.
  Answered pay(std::string_view card, std::string_view more = {}) {
    return post("/v1/payment_intents",
                "amount=1000&currency=usd&confirm=true&payment_method=" + std::string(card) +
                    std::string(kNever) + std::string(more));
  }
  // Types of the events there are, oldest first.
  std::vector<std::string> event_types() {
    const auto list = get("/v1/events", "limit=100");
    std::vector<std::string> types;
    for (const auto& event : *list.json.find("data")->as_array())
      types.insert(types.begin(), event.string_at({"type"}).value_or(""));
    return types;
  }

  testing::ManualClock clock;
  testing::SeededRandom random;
  testing::RecordingHttpClient http;
  ports::NoLog log;
  std::unique_ptr<Stripe> stripe;
  std::unique_ptr<base::TaskGroup> jobs;
};

}  // namespace cobro::sandbox
