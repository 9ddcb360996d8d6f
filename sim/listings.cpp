#include "sim/listings.h"

#include <array>
#include <set>
#include <stdexcept>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

struct List {
  std::string_view name;  // and the member that holds its items
  std::string_view query = "";
};
constexpr std::array kLists = {
    List{"orders"},
    List{"payments"},
    List{"refunds"},
    List{"transactions"},
    List{"entitlements"},
    List{"disputes"},
    List{"overpayments"},
    List{"subscriptions",
         "&status=incomplete,trialing,active,past_due,unpaid,paused,"
         "cancelled,incomplete_expired"},
};

std::set<std::string> everybody() {
  std::set<std::string> all{"admin"};
  for (const auto& user : kPeople) all.insert({user, administrator_of(user)});
  return all;
}

base::Task<Listing> collect(const AskAs& ask, std::string who, List list) {
  Listing listing{.who = who, .list = std::string(list.name), .ids = {}};
  std::string cursor;
  while (true) {
    const auto reply = co_await ask(
        who, "/api/v1/" + listing.list + "?limit=100" + std::string(list.query) + cursor);
    const auto json = wire::parse_json(reply.body);
    const auto* items = json ? json->at({"data", listing.list}) : nullptr;
    if (reply.status != 200 || items == nullptr)
      throw std::runtime_error(who + " cannot list " + listing.list + ": " + reply.body);
    for (const auto& item : *items->as_array())
      listing.ids.push_back(item.string_at({"id"}).value_or(""));
    const auto next = json->string_at({"data", "next_cursor"});
    if (!next) co_return listing;
    cursor = "&cursor=" + *next;
  }
}

}  // namespace

base::Task<std::vector<Listing>> collect_listings(AskAs ask) {
  std::vector<Listing> all;
  for (const auto& who : everybody())
    for (const auto& list : kLists) all.push_back(co_await collect(ask, who, list));
  co_return all;
}

}  // namespace cobro::sim
