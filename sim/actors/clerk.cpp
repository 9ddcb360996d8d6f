#include "sim/actors/clerk.h"

#include <fmt/format.h>

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kOverpayments = "/api/v1/overpayments";
constexpr std::string_view kReviews = "/api/v1/reconciliations";

std::vector<wire::Json> items(const Heard& heard, std::string_view member) {
  const auto json = wire::parse_json(heard.body);
  const auto* list = heard.status == 200 && json ? json->at({"data", member}) : nullptr;
  return list != nullptr ? *list->as_array() : std::vector<wire::Json>{};
}

std::string resolution(bool succeeded, const std::string& transaction = "") {
  const auto id = transaction.empty()
                      ? std::string()
                      : fmt::format(R"("gateway_transaction_id":"{}",)", transaction);
  return fmt::format(R"({{"outcome":"{}",{}"note":"seen at the dashboard"}})",
                     succeeded ? "succeeded" : "failed", id);
}

}  // namespace

base::Task<void> Clerk::live() {
  auto& clock = world_.ground.clock;
  const auto end = world_.ground.options.faulty + world_.ground.options.healing;
  while (clock.steady() < end) {
    co_await clock.sleep(chance_.span(10min, 2h));
    if (world_.ground.faults.healed()) {
      co_await settle_all();
    } else {
      co_await refund_overpayments();
    }
  }
}

base::Task<Heard> Clerk::ask(std::string method, std::string path, std::string body,
                             std::string key) {
  Ask ask{"admin",         std::move(method), std::move(path),
          std::move(body), std::move(key),    chance_.span(2s, 90s)};
  const auto sent_at = world_.ground.clock.steady();
  auto heard = co_await world_.call(ask);
  witness_.hear(ask, heard, sent_at);
  co_return heard;
}

// ---- overpayments ---------------------------------------------------------------------------

base::Task<void> Clerk::refund_overpayments() {
  const auto heard = co_await ask("GET", std::string(kOverpayments) + "?status=open", "", "");
  for (const auto& overpayment : items(heard, "overpayments"))
    if (chance_.roll(600)) co_await refund(*overpayment.string_at({"id"}));
}

base::Task<void> Clerk::refund(std::string id) {
  const auto path = fmt::format("{}/{}/refund", kOverpayments, id);
  const auto key = chance_.roll(600) ? fmt::format("clerk-{}", ++keys_) : std::string();
  for (auto tries = chance_.between(1, 4); tries > 0; --tries) {
    const auto heard = co_await ask("POST", path, R"({"reason":"came too late"})", key);
    if (heard.status != 0 && heard.status != 429 && heard.status < 500) co_return;
    co_await world_.ground.clock.sleep(chance_.span(100ms, 5min));
  }
}

// ---- reviews ------------------------------------------------------------------------

base::Task<void> Clerk::settle_all() {
  const auto heard = co_await ask("GET", std::string(kReviews) + "?status=open&limit=100", "", "");
  for (const auto& review : items(heard, "reconciliations")) co_await settle(review);
}

base::Task<void> Clerk::settle(wire::Json review) {
  const auto id = *review.string_at({"id"});
  auto body = co_await find_out(std::move(review));
  if (!body) co_return;
  const auto heard = co_await ask("POST", fmt::format("{}/{}/resolve", kReviews, id),
                                  std::move(*body), fmt::format("clerk-{}", ++keys_));
  if (heard.status == 200) ++world_.ground.tally["reconciliations settled by a person"];
}

base::Task<std::optional<std::string>> Clerk::find_out(wire::Json review) {
  // A customer, a method or a subscription: the gateway's next word will tell.
  if (!review.string_at({"payment_id"})) co_return std::nullopt;
  const auto operation = review.string_at({"operation"}).value_or("");
  if (operation == "refund") {
    const auto refund = co_await find_refund(*review.string_at({"attempt_id"}));
    if (!refund) co_return resolution(false);
    const auto status = *refund->string_at({"status"});
    if (status == "pending") co_return std::nullopt;
    co_return resolution(status == "succeeded", *refund->string_at({"id"}));
  }
  const auto intent = co_await find_intent(*review.string_at({"payment_id"}));
  const auto status = intent ? *intent->string_at({"status"}) : "";
  if (operation == "create")
    co_return intent ? resolution(true, *intent->string_at({"id"})) : resolution(false);
  if (status == "requires_action") co_return std::nullopt;
  if (operation == "cancel") co_return resolution(status == "canceled");
  const bool held = operation == "confirm" && status == "requires_capture";
  if (status != "succeeded" && !held) co_return resolution(false);
  co_return resolution(true, intent->string_at({"latest_charge"}).value_or(""));
}

base::Task<std::optional<wire::Json>> Clerk::find_intent(std::string payment) {
  std::string after;
  while (true) {
    const auto page =
        co_await world_.at_gateway("GET", "/v1/payment_intents?limit=100" + after, "");
    const auto json = wire::parse_json(page.body);
    for (const auto& intent : *json->find("data")->as_array()) {
      if (intent.string_at({"metadata", "cobro_payment"}) == payment) co_return intent;
      after = "&starting_after=" + *intent.string_at({"id"});
    }
    if (!*json->find("has_more")->as_bool()) co_return std::nullopt;
  }
}

base::Task<std::optional<wire::Json>> Clerk::find_refund(std::string attempt) {
  std::string after;
  while (true) {
    const auto page = co_await world_.at_gateway("GET", "/v1/refunds?limit=100" + after, "");
    const auto json = wire::parse_json(page.body);
    for (const auto& refund : *json->find("data")->as_array()) {
      if (refund.string_at({"metadata", "cobro_attempt"}) == attempt) co_return refund;
      after = "&starting_after=" + *refund.string_at({"id"});
    }
    if (!*json->find("has_more")->as_bool()) co_return std::nullopt;
  }
}

}  // namespace cobro::sim
