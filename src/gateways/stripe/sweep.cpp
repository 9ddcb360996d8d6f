// Stripe's lists of what happened: by `created`, newest first, a hundred on a page.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gateways/stripe/disputes.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/lists.h"
#include "gateways/stripe/requests.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/stripe.h"
#include "gateways/stripe/subscriptions.h"
#include "wire/json.h"

namespace cobro::gateways {
namespace {

using ports::GatewayList;
using ports::ListPage;
using wire::Json;

constexpr auto kLists =
    std::to_array<GatewayList>({GatewayList::payments, GatewayList::refunds, GatewayList::disputes,
                                GatewayList::subscriptions, GatewayList::events});

std::string address_of(GatewayList list) {
  switch (list) {
    case GatewayList::payments:
      return "/v1/payment_intents?";
    case GatewayList::refunds:
      return "/v1/refunds?";
    case GatewayList::disputes:
      return "/v1/disputes?";
    case GatewayList::subscriptions:
      return "/v1/subscriptions?status=all&" + stripe::expansions_in_query("data.") + "&";
    case GatewayList::events:
      break;
  }
  return "/v1/events?";
}

// A refund or dispute that named no charge is asked for itself: its charge comes along, which names
// the payment where it does not.
std::string address_of_id(const std::string& id) {
  const bool refund = id.starts_with("re_") || id.starts_with("pyr_");
  const bool dispute = id.starts_with("dp_") || id.starts_with("du_");
  if (!refund && !dispute) return "/v1/charges/" + id;
  return (refund ? "/v1/refunds/" : "/v1/disputes/") + id + "?expand%5B%5D=charge";
}

template <class Snapshot>
void keep(std::optional<Snapshot> snapshot, std::vector<Snapshot>& into) {
  if (snapshot) into.push_back(std::move(*snapshot));
}

}  // namespace

const ports::GatewayLists* Stripe::lists_of_everything() const {
  return this;
}

std::span<const GatewayList> Stripe::lists() const {
  return kLists;
}

domain::GatewayRequest Stripe::list_page(GatewayList list, base::Timestamp from,
                                         const std::optional<std::string>& page) const {
  auto request = stripe::get(
      fmt::format("{}limit=100&created%5Bgte%5D={}", address_of(list), from.unix_seconds()));
  return page ? stripe::page_after(request, *page) : request;
}

domain::GatewayRequest Stripe::disputes_of(const std::string& gateway_payment_id) const {
  return stripe::get(fmt::format("/v1/disputes?payment_intent={}&limit=100", gateway_payment_id));
}

domain::GatewayRequest Stripe::charge(const std::string& gateway_charge_id) const {
  return stripe::get(address_of_id(gateway_charge_id));
}

std::optional<ports::NamedPayment> Stripe::parse_charge(const ports::HttpResponse& response) const {
  if (stripe::is_missing(response)) return ports::NamedPayment{};
  const auto body = wire::parse_json(response.body);
  if (!stripe::is_success(response.status) || !body || !stripe::id_at(*body, "id"))
    return std::nullopt;
  if (!std::ranges::any_of(std::array{"charge", "refund", "dispute"},
                           [&](auto type) { return stripe::is_object_of_type(*body, type); }))
    return std::nullopt;
  const auto named = stripe::payment_named_by(*body);
  return ports::NamedPayment{named.gateway_payment_id, named.our_payment};
}

ListPage Stripe::parse_page(GatewayList list, const ports::HttpResponse& response) const {
  if (!stripe::is_success(response.status)) return {};
  const auto body = wire::parse_json(response.body);
  const auto items = body ? stripe::read_page_of(*body) : std::nullopt;
  if (!items) return {};
  ListPage page{.understood = true};
  for (const Json& item : *items->items) {
    switch (list) {
      case GatewayList::payments:
        keep(stripe::read_payment(item), page.payments);
        break;
      case GatewayList::refunds:
        keep(stripe::read_refund(item), page.refunds);
        break;
      case GatewayList::disputes:
        keep(stripe::read_dispute(item, ""), page.disputes);
        break;
      case GatewayList::subscriptions:
        keep(stripe::read_subscription(item), page.subscriptions);
        break;
      case GatewayList::events: {
        ports::WebhookRequest request{.method = "POST", .body = wire::to_text(item)};
        if (auto event = read_event(request))
          page.events.push_back({std::move(*event), std::move(request)});
        break;
      }
    }
  }
  if (items->has_more) page.next = stripe::id_at(items->items->back(), "id");
  page.understood = !items->has_more || page.next;
  return page;
}

}  // namespace cobro::gateways
