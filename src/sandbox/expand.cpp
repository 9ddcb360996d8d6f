#include "sandbox/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sandbox/balance.h"

namespace cobro::sandbox {
namespace {

using wire::Json;

constexpr std::size_t kMaxDepth = 4;
constexpr std::string_view kData = "data.";

struct Link {
  std::string_view kind;
  std::string_view field;
  std::string_view target;  // "" for what is always null here
};

constexpr std::array kLinks = {
    Link{"payment_intent", "latest_charge", "charge"},
    Link{"payment_intent", "payment_method", "payment_method"},
    Link{"payment_intent", "customer", "customer"},
    Link{"payment_intent", "application", ""},
    Link{"payment_intent", "on_behalf_of", ""},
    Link{"payment_intent", "review", ""},
    Link{"charge", "payment_intent", "payment_intent"},
    Link{"charge", "balance_transaction", "balance_transaction"},
    Link{"charge", "dispute", "dispute"},
    Link{"charge", "payment_method", "payment_method"},
    Link{"charge", "customer", "customer"},
    Link{"charge", "refunds", "refunds"},
    Link{"charge", "application", ""},
    Link{"charge", "application_fee", ""},
    Link{"charge", "failure_balance_transaction", ""},
    Link{"charge", "on_behalf_of", ""},
    Link{"charge", "review", ""},
    Link{"charge", "source_transfer", ""},
    Link{"refund", "charge", "charge"},
    Link{"refund", "payment_intent", "payment_intent"},
    Link{"refund", "balance_transaction", "balance_transaction"},
    Link{"refund", "failure_balance_transaction", "balance_transaction"},
    Link{"refund", "source_transfer_reversal", ""},
    Link{"refund", "transfer_reversal", ""},
    Link{"payment_method", "customer", "customer"},
    Link{"balance_transaction", "source", "charge"},
    Link{"setup_intent", "payment_method", "payment_method"},
    Link{"setup_intent", "customer", "customer"},
    Link{"setup_intent", "application", ""},
    Link{"setup_intent", "latest_attempt", ""},
    Link{"setup_intent", "mandate", ""},
    Link{"setup_intent", "on_behalf_of", ""},
    Link{"dispute", "charge", "charge"},
    Link{"dispute", "payment_intent", "payment_intent"},
    Link{"customer", "default_source", ""},
    Link{"customer", "test_clock", "test_helpers.test_clock"},
    Link{"price", "product", "product"},
    Link{"product", "default_price", "price"},
};

const Link* link_of(std::string_view kind, std::string_view field) {
  const auto* found = std::find_if(kLinks.begin(), kLinks.end(), [&](const Link& link) {
    return link.kind == kind && link.field == field;
  });
  return found == kLinks.end() ? nullptr : found;
}

ApiError cannot_expand(std::string_view path, std::string_view better) {
  std::string message = fmt::format("This property cannot be expanded ({}).", path);
  if (!better.empty())
    message += fmt::format(" You may want to try expanding '{}' instead.", better);
  return invalid_request(std::move(message), "expand");
}

bool can_expand(std::string_view kind, std::string_view path) {
  for (const auto field : base::split(path, '.')) {
    const Link* link = link_of(kind, field);
    if (!link) return false;
    kind = link->target;
  }
  return true;
}

std::optional<Json> fetch(Account& account, std::string_view kind, const std::string& id) {
  if (kind == "balance_transaction") return balance_transaction(account, id);
  auto found = account.database.find(kind, id);
  return found ? std::optional(std::move(found->body)) : std::nullopt;
}

Json refunds_of(Account& account, const Json& charge) {
  const auto id = charge.string_at({"id"}).value_or("");
  ListQuery query;
  query.kind = "refund";
  query.only.charge = id;
  auto page = account.database.list(query);
  return list_object(fmt::format("/v1/charges/{}/refunds", id), std::move(page->items),
                     page->has_more);
}

void expand_path(Account& account, std::string_view kind, Json& object, std::string_view path) {
  const auto dot = path.find('.');
  const Link* link = link_of(kind, path.substr(0, dot));
  if (!link || link->target.empty() || !object.as_object()) return;
  if (link->target == "refunds") {
    object.set("refunds", refunds_of(account, object));
    return;
  }
  auto& members = *object.as_object();
  const auto member = std::find_if(members.begin(), members.end(),
                                   [&](const auto& m) { return m.first == link->field; });
  if (member == members.end()) return;
  if (const std::string* id = member->second.as_string())
    if (auto target = fetch(account, link->target, *id)) member->second = std::move(*target);
  if (dot != std::string_view::npos)
    expand_path(account, link->target, member->second, path.substr(dot + 1));
}

}  // namespace

std::optional<ApiError> check_expand(std::string_view kind, bool is_list,
                                     const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (base::split(path, '.').size() > kMaxDepth)
      return invalid_request(
          fmt::format("You cannot expand more than {} levels of a property", kMaxDepth), "expand");
    if (!is_list) {
      if (!can_expand(kind, path)) return cannot_expand(path, "");
    } else if (!path.starts_with(kData)) {
      return cannot_expand(path, can_expand(kind, path) ? "data." + path : "");
    } else if (!can_expand(kind, std::string_view(path).substr(kData.size()))) {
      return cannot_expand(path, "");
    }
  }
  return std::nullopt;
}

void expand(Account& account, std::string_view kind, Json& answer,
            const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!path.starts_with(kData)) {
      expand_path(account, kind, answer, path);
      continue;
    }
    for (auto& member : *answer.as_object())
      if (member.first == "data" && member.second.as_array())
        for (Json& item : *member.second.as_array())
          expand_path(account, kind, item, std::string_view(path).substr(kData.size()));
  }
}

}  // namespace cobro::sandbox
