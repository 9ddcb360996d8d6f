// Where a customer's browser may be sent back to. Every surface that takes such an address from
// its caller asks here, for whoever may name any address may send people to a site of their own
// from a page that they trust.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/web_address.h"

namespace cobro::surfaces {

class ReturnUrls {
 public:
  ReturnUrls() = default;
  // Without any, every origin is good.
  explicit ReturnUrls(std::vector<wire::Origin> allowed);

  // Says, as a field's code and message, why browsers are not sent to this address. Gives nothing
  // when they may be: it is http or https, without user info, of an origin that is allowed.
  struct Fault {
    std::string_view code;
    std::string_view message;
  };
  [[nodiscard]] std::optional<Fault> fault_of(std::string_view url) const;

 private:
  std::vector<wire::Origin> allowed_;
};

}  // namespace cobro::surfaces
