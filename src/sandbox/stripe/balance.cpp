#include "sandbox/stripe/balance.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::int64_t kDisputeFee = 1500;
constexpr std::string_view kPrefix = "txn_";

std::string suffix_of(std::string_view id) {
  return std::string(id.substr(id.find('_') + 1));
}

// 2.9 % and 30 hundredths, rounded half up: Stripe's list price in the US.
std::int64_t fee_of(std::int64_t amount) {
  return amount > 0 ? (amount * 29 + 500) / 1000 + 30 : 0;
}

struct Movement {
  std::string id;
  std::int64_t amount = 0;
  std::int64_t fee = 0;
  std::string_view type;
  std::string_view category;
};

Json transaction(const Document& source, const Movement& movement) {
  JsonArray fees;
  if (movement.fee != 0)
    fees.emplace_back(JsonObject{
        {"amount", movement.fee},
        {"application", JsonNull{}},
        {"currency", source.text("currency")},
        {"description", movement.type == "adjustment" ? "Dispute fee" : "Stripe processing fees"},
        {"type", "stripe_fee"}});
  return JsonObject{{"id", movement.id},
                    {"object", "balance_transaction"},
                    {"amount", movement.amount},
                    {"available_on", source.number("created")},
                    {"balance_type", "payments"},
                    {"created", source.number("created")},
                    {"currency", source.text("currency")},
                    {"description", JsonNull{}},
                    {"exchange_rate", JsonNull{}},
                    {"fee", movement.fee},
                    {"fee_details", std::move(fees)},
                    {"net", movement.amount - movement.fee},
                    {"reporting_category", movement.category},
                    {"source", source.id()},
                    {"status", "available"},
                    {"type", movement.type}};
}

Json charge_transaction(const Document& charge) {
  const auto amount = charge.number("amount_captured");
  return transaction(
      charge, {balance_transaction_id(charge.id()), amount, fee_of(amount), "charge", "charge"});
}

Json refund_transaction(const Document& refund) {
  return transaction(refund, {balance_transaction_id(refund.id()), -refund.number("amount"), 0,
                              "refund", "refund"});
}

Json failure_transaction(const Document& refund) {
  return transaction(refund, {failure_transaction_id(refund.id()), refund.number("amount"), 0,
                              "refund_failure", "refund_failure"});
}

// Newest first, as lists are.
std::vector<Json> transactions_of(const SourceRecord& source) {
  const Document& document = source.document;
  std::vector<Json> found;
  if (source.kind == "dispute") {
    found.assign(document.body.find("balance_transactions")->as_array()->rbegin(),
                 document.body.find("balance_transactions")->as_array()->rend());
  } else if (!document.text("balance_transaction").empty()) {
    if (!document.text("failure_balance_transaction").empty())
      found.push_back(failure_transaction(document));
    found.push_back(source.kind == "charge" ? charge_transaction(document)
                                            : refund_transaction(document));
  }
  return found;
}

struct Filter {
  ListQuery query;
  std::string source;
  std::string type;
  std::string currency;

  [[nodiscard]] bool matches(const Json& transaction) const {
    const auto created = transaction.int_at({"created"}).value_or(0);
    return created >= query.created_from && created <= query.created_to &&
           (source.empty() || transaction.string_at({"source"}) == source) &&
           (currency.empty() || transaction.string_at({"currency"}) == currency) &&
           (type.empty() || transaction.string_at({"type"}) == type);
  }
};

// From `before` backwards, behind the cursor, until one more than the limit is known of.
void collect(Account& account, const Filter& filter, std::int64_t before, JsonArray& into) {
  constexpr int kPage = 200;
  const auto wanted = static_cast<std::size_t>(filter.query.limit) + 1;
  bool behind_cursor = !filter.query.starting_after;
  while (into.size() < wanted) {
    const auto page = account.database.list_sources(before, kPage);
    for (const auto& source : page) {
      before = source.seq;
      for (auto& transaction : transactions_of(source)) {
        if (behind_cursor && into.size() < wanted && filter.matches(transaction))
          into.push_back(std::move(transaction));
        else if (!behind_cursor && transaction.string_at({"id"}) == filter.query.starting_after)
          behind_cursor = true;
      }
    }
    if (page.size() < kPage) return;
  }
}

}  // namespace

std::string balance_transaction_id(std::string_view source_id) {
  return std::string(kPrefix) + suffix_of(source_id);
}

std::string failure_transaction_id(std::string_view refund_id) {
  return std::string(kPrefix) + "f" + suffix_of(refund_id);
}

Json dispute_transaction(const Document& dispute, bool reinstated) {
  const auto sign = reinstated ? 1 : -1;
  return transaction(dispute,
                     {std::string(kPrefix) + (reinstated ? "e" : "d") + suffix_of(dispute.id()),
                      sign * dispute.number("amount"), -sign * kDisputeFee, "adjustment",
                      reinstated ? "dispute_reversal" : "dispute"});
}

std::optional<Json> balance_transaction(Account& account, std::string_view id) {
  if (!id.starts_with(kPrefix)) return std::nullopt;
  const auto suffix = std::string(id.substr(kPrefix.size()));
  const auto plain = suffix.substr(std::min<std::size_t>(suffix.size(), 1));
  const std::array<std::pair<std::string_view, std::string>, 4> sources = {
      {{"charge", "ch_" + suffix},
       {"refund", "re_" + suffix},
       {"refund", "re_" + plain},
       {"dispute", "du_" + plain}}};
  for (const auto& [kind, source] : sources)
    if (auto document = account.database.find(kind, source))
      for (auto& found : transactions_of({0, std::string(kind), std::move(*document)}))
        if (found.string_at({"id"}) == id) return std::move(found);
  return std::nullopt;
}

Answer retrieve_balance_transaction(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto found = balance_transaction(call.account, call.id);
  if (!found) return std::unexpected(no_such(404, "balance_transaction", call.id, "id"));
  return std::move(*found);
}

Answer list_balance_transactions(Call& call) {
  Params& params = call.params;
  Filter filter{read_list_query(params, "balance_transaction"),
                params.non_empty("source").value_or(""),
                params.non_empty("type").value_or(""),
                {}};
  if (filter.query.ending_before)
    params.refuse(invalid_request("This sandbox lists balance transactions by starting_after only",
                                  "ending_before"));
  filter.currency = base::to_lower(params.non_empty("currency").value_or(""));
  params.not_yet({"payout"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  std::int64_t before = INT64_MAX;
  if (const auto& cursor = filter.query.starting_after) {
    const auto found = balance_transaction(call.account, *cursor);
    if (!found)
      return std::unexpected(no_such(400, "balance_transaction", *cursor, "starting_after"));
    const auto source = found->string_at({"source"}).value_or("");
    before = call.account.database.sequence_of(source).value_or(0) + 1;
  }
  JsonArray data;
  collect(call.account, filter, before, data);
  const bool has_more = data.size() > static_cast<std::size_t>(filter.query.limit);
  if (has_more) data.pop_back();
  return list_object("/v1/balance_transactions", std::move(data), has_more);
}

}  // namespace cobro::sandbox::stripe
