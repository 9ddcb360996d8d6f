#include "sandbox/stripe/invoice_lines.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKept = "invoiceitem";

std::string product_name(Account& account, const Json& price) {
  const auto id = price.string_at({"product"}).value_or("");
  const auto product = account.database.find("product", id);
  return product ? product->text("name") : id;
}

// "$19.00 / month", "$5.00 / 3 months".
std::string rate_of(const Json& price) {
  auto amount = display_amount(price.int_at({"unit_amount"}).value_or(0),
                               price.string_at({"currency"}).value_or(""));
  const auto interval = price.string_at({"recurring", "interval"});
  const auto count = price.int_at({"recurring", "interval_count"}).value_or(1);
  if (!interval) return amount;
  return count == 1 ? fmt::format("{} / {}", amount, *interval)
                    : fmt::format("{} / {} {}s", amount, count, *interval);
}

InvoiceLine line_of(Account& account, const Document& subscription, const Json& item) {
  const Json& price = *item.find("price");
  const auto quantity = item.int_at({"quantity"}).value_or(1);
  const auto currency = price.string_at({"currency"}).value_or("");
  return {.amount = price_of(price, quantity),
          .currency = currency,
          .description = fmt::format("{} × {} (at {})", quantity, product_name(account, price),
                                     rate_of(price)),
          .price = price.string_at({"id"}).value_or(""),
          .product = price.string_at({"product"}).value_or(""),
          .unit_amount = price.int_at({"unit_amount"}).value_or(0),
          .quantity = quantity,
          .start = item.int_at({"current_period_start"}).value_or(0),
          .end = item.int_at({"current_period_end"}).value_or(0),
          .subscription = subscription.id(),
          .item = item.string_at({"id"}).value_or("")};
}

// The share of the line's amount that is left of its period at `now`, rounded half up to what can
// be charged in its currency.
std::int64_t share(const InvoiceLine& line, std::int64_t now) {
  if (line.end <= line.start || now >= line.end) return 0;
  const auto step = increment_of(line.currency);
  const __int128 whole = static_cast<__int128>(line.end - line.start) * step;
  const __int128 left = std::min(line.end - now, line.end - line.start);
  return static_cast<std::int64_t>((2 * left * line.amount + whole) / (2 * whole)) * step;
}

InvoiceLine proration(Account& account, const Document& subscription, const Json& item,
                      std::int64_t now, bool credit) {
  auto line = line_of(account, subscription, item);
  const auto rest = share(line, now);
  line.amount = credit ? -rest : rest;
  line.description = fmt::format("{} time on {} after {}", credit ? "Unused" : "Remaining",
                                 product_name(account, *item.find("price")), day_of(now));
  line.start = now;
  line.proration = true;
  return line;
}

Json pricing_of(const InvoiceLine& line) {
  return JsonObject{{"price_details", JsonObject{{"price", line.price}, {"product", line.product}}},
                    {"type", "price_details"},
                    {"unit_amount_decimal", std::to_string(line.unit_amount)}};
}

InvoiceLine line_of_kept(const Json& kept) {
  const auto text = [&](std::initializer_list<std::string_view> path) {
    return kept.string_at(path).value_or("");
  };
  return {.amount = kept.int_at({"amount"}).value_or(0),
          .currency = text({"currency"}),
          .description = text({"description"}),
          .price = text({"pricing", "price_details", "price"}),
          .product = text({"pricing", "price_details", "product"}),
          .unit_amount = std::stoll(text({"pricing", "unit_amount_decimal"})),
          .quantity = kept.int_at({"quantity"}).value_or(1),
          .start = kept.int_at({"period", "start"}).value_or(0),
          .end = kept.int_at({"period", "end"}).value_or(0),
          .proration = true,
          .subscription = text({"parent", "subscription_details", "subscription"}),
          .item = text({"parent", "subscription_details", "subscription_item"}),
          .invoice_item = text({"id"})};
}

Json kept_object(Account& account, const Document& subscription, const InvoiceLine& line) {
  JsonObject details{{"subscription", line.subscription}, {"subscription_item", line.item}};
  return JsonObject{{"id", account.new_id("ii_1")},
                    {"object", kKept},
                    {"amount", line.amount},
                    {"created", account.unix_now()},
                    {"currency", line.currency},
                    {"customer", subscription.text("customer")},
                    {"customer_account", JsonNull{}},
                    {"date", account.unix_now()},
                    {"description", line.description},
                    {"discountable", false},
                    {"discounts", JsonArray{}},
                    {"invoice", JsonNull{}},
                    {"livemode", false},
                    {"metadata", JsonObject{}},
                    {"net_amount", line.amount},
                    {"parent", JsonObject{{"subscription_details", std::move(details)},
                                          {"type", "subscription_details"}}},
                    {"period", JsonObject{{"end", line.end}, {"start", line.start}}},
                    {"pricing", pricing_of(line)},
                    {"proration", true},
                    {"quantity", line.quantity},
                    {"quantity_decimal", std::to_string(line.quantity)},
                    {"tax_rates", JsonArray{}},
                    {"test_clock", *subscription.body.find("test_clock")}};
}

}  // namespace

const JsonArray& items_of(const Document& subscription) {
  const Json* data = subscription.body.at({"items", "data"});
  COBRO_CHECK(data && data->as_array());
  return *data->as_array();
}

std::int64_t price_of(const Json& price, std::int64_t quantity) {
  const __int128 amount = static_cast<__int128>(price.int_at({"unit_amount"}).value_or(0)) *
                          static_cast<__int128>(quantity);
  COBRO_CHECK(amount <= INT64_MAX / 4);
  return static_cast<std::int64_t>(amount);
}

std::vector<InvoiceLine> lines_of_period(Account& account, const Document& subscription) {
  std::vector<InvoiceLine> lines;
  for (const Json& item : items_of(subscription))
    lines.push_back(line_of(account, subscription, item));
  return lines;
}

std::vector<InvoiceLine> lines_of_trial(Account& account, const Document& subscription) {
  auto lines = lines_of_period(account, subscription);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].amount = 0;
    lines[i].description = fmt::format(
        "Trial period for {}", product_name(account, *items_of(subscription)[i].find("price")));
  }
  return lines;
}

InvoiceLine unused_time(Account& account, const Document& subscription, const Json& item,
                        std::int64_t now) {
  return proration(account, subscription, item, now, true);
}

InvoiceLine remaining_time(Account& account, const Document& subscription, const Json& item,
                           std::int64_t now) {
  return proration(account, subscription, item, now, false);
}

void keep_for_next_invoice(Account& account, const Cause& cause, const Document& subscription,
                           const std::vector<InvoiceLine>& lines) {
  for (const auto& line : lines) {
    const Document kept{kept_object(account, subscription, line), JsonObject{}};
    account.database.insert(kKept, kept, {.customer = subscription.text("customer")});
    account.emit(cause, "invoiceitem.created", kept.body);
  }
}

std::vector<InvoiceLine> kept_lines(Account& account, const Document& subscription) {
  ListQuery query;
  query.kind = kKept;
  const auto customer = subscription.text("customer");
  query.only.customer = customer;
  query.limit = 100;
  std::vector<InvoiceLine> lines;
  for (const Json& kept : account.database.list(query)->items)
    if (kept.find("invoice")->is_null() &&
        kept.string_at({"parent", "subscription_details", "subscription"}) == subscription.id())
      lines.insert(lines.begin(), line_of_kept(kept));
  return lines;
}

void put_on_invoice(Account& account, const std::vector<InvoiceLine>& lines,
                    const std::string& invoice) {
  for (const auto& line : lines) {
    auto kept = account.database.find(kKept, line.invoice_item);
    if (!kept) continue;
    kept->body.set("invoice", invoice);
    account.database.update(*kept);
  }
}

Json line_object(Account& account, const InvoiceLine& line, const std::string& invoice) {
  JsonObject details{{"invoice_item", line.invoice_item.empty() ? Json() : Json(line.invoice_item)},
                     {"proration", line.proration},
                     {"proration_details", JsonObject{{"credited_items", JsonNull{}}}},
                     {"subscription", line.subscription},
                     {"subscription_item", line.item}};
  const char* type =
      line.invoice_item.empty() ? "subscription_item_details" : "invoice_item_details";
  return JsonObject{
      {"id", account.new_id("il_1")},
      {"object", "line_item"},
      {"amount", line.amount},
      {"currency", line.currency},
      {"description", line.description},
      {"discount_amounts", JsonArray{}},
      {"discountable", !line.proration},
      {"discounts", JsonArray{}},
      {"invoice", invoice},
      {"livemode", false},
      {"metadata", JsonObject{}},
      {"parent",
       JsonObject{{"invoice_item_details", line.invoice_item.empty() ? Json() : Json(details)},
                  {"subscription_item_details", line.invoice_item.empty() ? Json(details) : Json()},
                  {"type", type}}},
      {"period", JsonObject{{"end", line.end}, {"start", line.start}}},
      {"pretax_credit_amounts", JsonArray{}},
      {"pricing", pricing_of(line)},
      {"quantity", line.quantity},
      {"quantity_decimal", std::to_string(line.quantity)},
      {"subscription", line.subscription.empty() ? Json() : Json(line.subscription)},
      {"subtotal", line.amount},
      {"taxes", JsonArray{}}};
}

}  // namespace cobro::sandbox::stripe
