#include "surfaces/common/return_urls.h"

#include <algorithm>
#include <utility>

namespace cobro::surfaces {

ReturnUrls::ReturnUrls(std::vector<wire::Origin> allowed) : allowed_(std::move(allowed)) {}

std::optional<ReturnUrls::Fault> ReturnUrls::fault_of(std::string_view url) const {
  const auto origin = wire::origin_of(url);
  // What no URL holds unescaped, and no gateway takes.
  const bool is_torn = url.find_first_of("\"<>`") != std::string_view::npos;
  if (!origin || is_torn)
    return Fault{"invalid_format", "must be an http or https URL without user name"};
  if (allowed_.empty() || std::ranges::find(allowed_, *origin) != allowed_.end())
    return std::nullopt;
  return Fault{"not_allowed", "must be of a site that this service may send browsers to"};
}

}  // namespace cobro::surfaces
