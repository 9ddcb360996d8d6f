// What is billed: rows, and objects of the gateway.
#include <algorithm>
#include <stdexcept>

#include "sim/collect.h"
#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

constexpr std::int64_t kAll = 100'000;
const ports::Page kWhole{.limit = kAll, .offset = 0, .after = {}};

base::Task<void> collect_wallets(ports::Store& store, BillingRows& into) {
  auto users = kPeople;
  for (const auto& user : kPeople) users.push_back(administrator_of(user));
  for (const auto& user : users) {
    const auto identity = identity_of(user);
    auto loaded =
        co_await store.load({.customer = ports::CustomerRef{domain::GatewayName::stripe,
                                                            identity.tenant, identity.sub}});
    if (loaded.customer) into.customers.push_back(std::move(*loaded.customer));
    for (auto& method : loaded.methods)
      if (method.status == domain::MethodStatus::attached)
        into.methods.push_back(std::move(method));
  }
}

// A session has the id of what it collects.
base::Task<void> add_checkout(ports::Store& store, base::Uuid id, BillingRows& into) {
  auto loaded = co_await store.load({.checkout = domain::CheckoutSessionId{id}});
  if (loaded.checkout) into.checkouts.push_back(std::move(*loaded.checkout));
}

std::string id_at(const wire::Json& object, std::string_view member) {
  return object.string_at({member}).value_or("");
}

RemoteSubscription to_subscription(const wire::Json& json) {
  const auto& item = json.at({"items", "data"})->as_array()->front();
  return {.id = id_at(json, "id"),
          .our_subscription = json.string_at({"metadata", "cobro_subscription"}).value_or(""),
          .status = id_at(json, "status"),
          .customer = id_at(json, "customer"),
          .period_end = item.int_at({"current_period_end"}).value_or(0),
          .cancel_at_period_end = *json.find("cancel_at_period_end")->as_bool(),
          .cancel_at = json.int_at({"cancel_at"}).value_or(0),
          .price = item.string_at({"price", "id"}).value_or(""),
          .amount = item.int_at({"price", "unit_amount"}).value_or(0) *
                    item.int_at({"quantity"}).value_or(1)};
}

RemoteInvoice to_invoice(const wire::Json& json) {
  return {.id = id_at(json, "id"),
          .subscription =
              json.string_at({"parent", "subscription_details", "subscription"}).value_or(""),
          .status = id_at(json, "status"),
          .intent = {},
          .amount_paid = json.int_at({"amount_paid"}).value_or(0),
          .first = id_at(json, "billing_reason") == "subscription_create"};
}

RemoteDispute to_dispute(const wire::Json& json) {
  RemoteDispute dispute{.id = id_at(json, "id"),
                        .payment = id_at(json, "payment_intent"),
                        .status = id_at(json, "status")};
  for (const auto& row : *json.find("balance_transactions")->as_array())
    dispute.withdrawn -= row.int_at({"amount"}).value_or(0);
  return dispute;
}

base::Task<void> collect_invoices(const wire::Handler& gateway, Evidence& into) {
  for (const auto& json : co_await list_remote(gateway, "/v1/invoices"))
    into.remote_invoices.push_back(to_invoice(json));
  for (const auto& json : co_await list_remote(gateway, "/v1/invoice_payments"))
    for (auto& invoice : into.remote_invoices)
      if (invoice.id == id_at(json, "invoice"))
        invoice.intent = json.string_at({"payment", "payment_intent"}).value_or("");
}

base::Task<void> collect_customers(const wire::Handler& gateway, Evidence& into) {
  for (const auto& json : co_await list_remote(gateway, "/v1/customers")) {
    RemoteCustomer customer{
        .id = id_at(json, "id"),
        .our_customer = json.string_at({"metadata", "cobro_customer"}).value_or(""),
        .methods = {}};
    const auto path = "/v1/customers/" + customer.id + "/payment_methods";
    for (const auto& method : co_await list_remote(gateway, path))
      customer.methods.push_back(id_at(method, "id"));
    into.remote_customers.push_back(std::move(customer));
  }
}

}  // namespace

base::Task<void> collect_billing_rows(ports::Store& store, Evidence& into) {
  auto& rows = into.billing;
  co_await collect_wallets(store, rows);
  rows.subscriptions = (co_await store.list_subscriptions({}, kWhole)).items;
  rows.entitlements = (co_await store.list_entitlements({}, kWhole)).items;
  for (const auto& subscription : rows.subscriptions) {
    auto changes = (co_await store.list_status_changes(subscription.id, kWhole)).items;
    rows.status_changes.insert(rows.status_changes.end(), changes.rbegin(), changes.rend());
    co_await add_checkout(store, subscription.id.uuid, rows);
  }
  for (const auto& payment : into.rows.payments)
    if (!payment.order_id && !payment.subscription_id)
      co_await add_checkout(store, payment.id.uuid, rows);
}

base::Task<void> collect_remote_billing(wire::Handler gateway, Evidence& into) {
  for (const auto& json : co_await list_remote(gateway, "/v1/subscriptions", "status=all"))
    into.remote_subscriptions.push_back(to_subscription(json));
  co_await collect_invoices(gateway, into);
  for (const auto& json : co_await list_remote(gateway, "/v1/disputes"))
    into.remote_disputes.push_back(to_dispute(json));
  co_await collect_customers(gateway, into);
}

}  // namespace cobro::sim
