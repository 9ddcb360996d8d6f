// The whole service without sockets, as its clients see it: requests in, replies out. The
// real store in memory, the real adapters, the sandbox on a loopback wire; virtual time.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "gateways/manual/manual.h"
#include "gateways/stripe/stripe.h"
#include "sandbox/stripe/stripe.h"
#include "service/service.h"
#include "store/sqlite_store.h"
#include "support/fakes.h"
#include "wire/json.h"

namespace cobro::testing {

// A store that can be away: everything else goes to the real one.
class FragileStore;

struct LogLine {
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;
};
class RecordingLog final : public ports::Log {
 public:
  void write(ports::LogLevel, std::string_view event,
             std::initializer_list<ports::LogField> fields) override;
  std::vector<LogLine> lines;
  // Everything that was logged, as one text to search in.
  [[nodiscard]] std::string text() const;
};

struct DeskOptions {
  int refund_self_service_days = 0;
  bool refund_overpayments = false;
  std::vector<std::string> cors_origins;
  std::string frontend_url = "https://shop.test";
};

class Desk {
 public:
  explicit Desk(DeskOptions options = {});
  ~Desk();

  struct Answer {
    int status = 0;
    wire::Headers headers;
    std::string text;
    wire::Json body;

    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] std::string code() const;  // of the error, in either shape
    // A member of `data`, as JSON text: "59.98", "\"paid\"".
    [[nodiscard]] std::string data(std::string_view name) const;
    // A member of an answer without an envelope, likewise.
    [[nodiscard]] std::string member(std::string_view name) const;
    // "field:code" of each detail, in either shape of errors.
    [[nodiscard]] std::vector<std::string> details() const;
  };
  // Sends one request; `target` may have a query. A body is sent as JSON. The answer's status must
  // be one that the route's document names.
  Answer send(const std::string& method, const std::string& target, const std::string& body = {},
              wire::Headers headers = {});
  // The same with a token: "ana" is a user, "admin" and "service" have that role,
  // "root" has both; "ana@acme" is ana of the tenant acme.
  Answer as(const std::string& who, const std::string& method, const std::string& target,
            const std::string& body = {}, wire::Headers headers = {});
  [[nodiscard]] std::string token(const std::string& who) const;

  // An order of 59.98 and a payment of it by "ana"; their numbers.
  std::int64_t make_order();
  std::int64_t make_payment(const std::string& method = "stripe");
  // The same, processed with a card that succeeds.
  std::int64_t make_paid();

  // The service's jobs, and what happens at the gateway by itself; once, however often it is
  // asked for.
  void start_jobs();
  // Only what happens at the gateway, for months: the service's jobs look every other second.
  void start_gateway();
  // Another service over the same ports.
  [[nodiscard]] std::unique_ptr<service::Service> build(service::ServiceSettings settings);
  [[nodiscard]] bool has_unapplied_webhooks();
  // The Stripe-Signature of an event; the service knows the secret whsec_desk.
  [[nodiscard]] std::string signature(const std::string& event, const std::string& secret) const;

  // What is served at /openapi.json.
  const wire::Json& document();

  ManualClock clock;
  SeededRandom random;
  RecordingLog log;
  LoopbackHttpClient http;
  bool store_away = false;

 private:
  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<FragileStore> fragile_;
  gateways::Manual manual_;
  std::unique_ptr<sandbox::Stripe> sandbox_;
  std::unique_ptr<gateways::Stripe> stripe_;

 public:
  std::unique_ptr<service::Service> service;

 private:
  std::unique_ptr<base::TaskGroup> background_;  // ends first
};

inline constexpr std::string_view kOrderBody = R"({
  "items": [{"product_id": 1, "quantity": 2, "unit_price": 29.99}],
  "shipping_address": {"street": "Av. Principal 123", "city": "Lima", "state": "Lima",
                       "postal_code": "15001", "country": "Peru"},
  "billing_address": {"street": "Av. Principal 123", "city": "Lima", "state": "Lima",
                      "postal_code": "15001", "country": "Peru"}})";

}  // namespace cobro::testing
