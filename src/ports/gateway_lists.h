// The lists that a gateway keeps of what happened there, as pure functions like those of
// gateway.h. What they say is a hint, as a webhook is: whoever reads them compares, and asks
// about what differs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"
#include "ports/gateway.h"
#include "ports/http_client.h"

namespace cobro::ports {

enum class GatewayList { payments, refunds, disputes, subscriptions, events };

struct ListedEvent {
  GatewayEvent event;
  WebhookRequest request;  // as a webhook would have brought it
};

// What can be read of a page. Each list fills its own kind.
struct ListPage {
  bool understood = false;  // false: this is no page of a list
  std::vector<domain::GatewayPayment> payments = {};
  std::vector<domain::GatewayRefund> refunds = {};
  std::vector<domain::GatewayDispute> disputes = {};
  std::vector<domain::GatewaySubscription> subscriptions = {};
  std::vector<ListedEvent> events = {};
  std::optional<std::string> next = {};  // names the page after this one
};

class GatewayLists {
 public:
  virtual ~GatewayLists() = default;

  // The lists that this gateway has, in the order in which they are best read: what the later ones
  // speak of is known from the earlier ones.
  [[nodiscard]] virtual std::span<const GatewayList> lists() const = 0;
  // The request for a page of what was created from `from` on: the first page, or the one that
  // `page` names.
  [[nodiscard]] virtual domain::GatewayRequest list_page(
      GatewayList list, base::Timestamp from, const std::optional<std::string>& page) const = 0;
  // The request for the disputes of one payment's object. Its answer is a page of that list.
  [[nodiscard]] virtual domain::GatewayRequest disputes_of(
      const std::string& gateway_payment_id) const = 0;
  // The request for a charge, which tells the payment that it is of.
  [[nodiscard]] virtual domain::GatewayRequest charge(
      const std::string& gateway_charge_id) const = 0;
  // Reads its answer; a charge that is of no payment, or is not there, names nothing. Gives nothing
  // when the answer is neither.
  [[nodiscard]] virtual std::optional<NamedPayment> parse_charge(
      const HttpResponse& response) const = 0;
  [[nodiscard]] virtual ListPage parse_page(GatewayList list,
                                            const HttpResponse& response) const = 0;
};

}  // namespace cobro::ports
