#include "sim/actors/saver.h"

#include <fmt/format.h>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

constexpr std::string_view kPath = "/api/v1/payment-methods";
const std::vector<std::string> kCards = {"pm_card_visa",           "pm_card_visa",
                                         "pm_card_mastercard",     "pm_card_chargeCustomerFail",
                                         "pm_card_chargeDeclined", "pm_card_nobody_knows"};

}  // namespace

base::Task<void> Saver::live() {
  while (!asking_.is_over()) {
    if (saved_.empty() || asking_.chance().roll(450))
      co_await save();
    else
      co_await act(asking_.chance().pick(saved_));
    co_await asking_.rest();
  }
}

base::Task<void> Saver::save() {
  const auto who = asking_.chance().pick(kPeople);
  const auto body = fmt::format(R"({{"payment_method_id":"{}"}})", asking_.chance().pick(kCards));
  const auto object =
      object_of(co_await asking_.insist({who, "POST", std::string(kPath), body, ""}));
  const auto id = object.string_at({"id"});
  if (!id) co_return;
  ++asking_.world().ground.tally["methods saved"];
  saved_.push_back({who, *id});
}

base::Task<void> Saver::act(Saved saved) {
  const auto path = fmt::format("{}/{}", kPath, saved.id);
  const auto draw = asking_.chance().between(0, 99);
  if (draw < 20)
    co_return (void) co_await asking_.once({saved.who, "GET", std::string(kPath), "", ""});
  if (draw < 60)
    co_return (void) co_await asking_.insist({saved.who, "PATCH", path + "/default", "", ""});
  const auto heard = co_await asking_.insist({saved.who, "DELETE", path, "", ""});
  if (heard.status == 200) ++asking_.world().ground.tally["methods removed"];
}

}  // namespace cobro::sim
