#include "sim/collect.h"

#include <algorithm>
#include <stdexcept>

namespace cobro::sim {
namespace {

constexpr std::int64_t kPage = 200;
constexpr std::int64_t kAll = 100'000;
constexpr base::Timestamp kEndOfTime{INT64_MAX / 2};

template <class T>
void append(std::vector<T>& into, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(into));
}

void append(ports::AuditPage& into, ports::AuditPage from) {
  append(into.orders, from.orders);
  append(into.payments, from.payments);
  append(into.refunds, from.refunds);
  append(into.transactions, from.transactions);
  append(into.entries, from.entries);
  append(into.calls, from.calls);
  append(into.disputes, from.disputes);
}

RemotePayment to_payment(const wire::Json& json) {
  return {.id = *json.string_at({"id"}),
          .our_payment = json.string_at({"metadata", "cobro_payment"}).value_or(""),
          .status = *json.string_at({"status"}),
          .currency = *json.string_at({"currency"}),
          .amount = *json.int_at({"amount"})};
}

RemoteRefund to_refund(const wire::Json& json) {
  return {.id = *json.string_at({"id"}),
          .payment = json.string_at({"payment_intent"}).value_or(""),
          .our_call = json.string_at({"metadata", "cobro_attempt"}).value_or(""),
          .status = *json.string_at({"status"}),
          .amount = *json.int_at({"amount"})};
}

// Cancelling what is held shows as a refund of what was never captured.
void drop_releases(Evidence& into) {
  std::erase_if(into.remote_refunds, [&](const RemoteRefund& refund) {
    return std::any_of(into.remote_payments.begin(), into.remote_payments.end(),
                       [&](const auto& p) {
                         return p.id == refund.payment && p.captures == 0 && p.status == "canceled";
                       });
  });
}

base::Task<void> collect_money(ports::Store& store, ports::AuditPage& rows) {
  std::optional<domain::OrderId> after;
  while (true) {
    auto page = co_await store.audit_orders(after, kPage);
    if (page.orders.empty()) break;
    after = page.orders.back().id;
    append(rows, std::move(page));
  }
  std::optional<domain::PaymentId> after_payment;
  while (true) {
    auto page = co_await store.audit_orphans(after_payment, kPage);
    if (page.payments.empty()) break;
    after_payment = page.payments.back().id;
    append(rows, std::move(page));
  }
}

void add_charge(const wire::Json& charge, Evidence& into) {
  if (charge.string_at({"status"}) != "succeeded" || !*charge.find("captured")->as_bool()) return;
  const auto intent = charge.string_at({"payment_intent"}).value_or("");
  for (auto& payment : into.remote_payments) {
    if (payment.id != intent) continue;
    payment.charged += *charge.int_at({"amount_captured"});
    payment.captures += 1;
  }
}

}  // namespace

base::Task<Evidence> collect_rows(ports::Store& store) {
  Evidence evidence;
  co_await collect_money(store, evidence.rows);
  evidence.audit = co_await app::audit(store);
  evidence.reviews =
      (co_await store.list_reviews({}, {.limit = kAll, .offset = 0, .after = {}})).items;
  evidence.open_calls = co_await store.due_calls(kEndOfTime, kAll);
  evidence.waiting_webhooks = co_await store.claim_webhooks(kEndOfTime, kEndOfTime, kAll);
  co_await collect_billing_rows(store, evidence);
  co_return evidence;
}

base::Task<std::vector<wire::Json>> list_remote(const wire::Handler& gateway, std::string path,
                                                std::string filter) {
  std::vector<wire::Json> all;
  while (true) {
    std::string query = "limit=100";
    if (!filter.empty()) query += "&" + filter;
    if (!all.empty()) query += "&starting_after=" + *all.back().string_at({"id"});
    const auto reply = co_await gateway({.method = "GET",
                                         .path = path,
                                         .query = query,
                                         .headers = {{"Authorization", "Bearer sk_test_simulated"}},
                                         .body = {},
                                         .peer = "127.0.0.1"});
    const auto page = wire::parse_json(reply.body);
    if (reply.status != 200 || !page) throw std::runtime_error("cannot list " + path);
    for (const auto& item : *page->find("data")->as_array()) all.push_back(item);
    if (!*page->find("has_more")->as_bool()) co_return all;
  }
}

base::Task<void> collect_gateway(wire::Handler gateway, Evidence& into) {
  for (const auto& intent : co_await list_remote(gateway, "/v1/payment_intents"))
    into.remote_payments.push_back(to_payment(intent));
  for (const auto& charge : co_await list_remote(gateway, "/v1/charges")) add_charge(charge, into);
  for (const auto& refund : co_await list_remote(gateway, "/v1/refunds"))
    into.remote_refunds.push_back(to_refund(refund));
  drop_releases(into);
  co_await collect_remote_billing(gateway, into);
}

}  // namespace cobro::sim
