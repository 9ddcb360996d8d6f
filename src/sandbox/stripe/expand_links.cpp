#include "sandbox/stripe/expand_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sandbox/stripe/checkout_sessions.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;

Json refunds_of(Account& account, const Json& charge) {
  const auto id = charge.string_at({"id"}).value_or("");
  ListQuery query;
  query.kind = "refund";
  query.only.charge = id;
  auto page = account.database.list(query);
  return list_object(fmt::format("/v1/charges/{}/refunds", id), std::move(page->items),
                     page->has_more);
}

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
    Link{"charge", "refunds", "refund", refunds_of},
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
    Link{"customer", "invoice_settings.default_payment_method", "payment_method"},
    Link{"customer", "subscriptions", "subscription", subscriptions_of},
    Link{"product", "default_price", "price"},
    Link{"product", "tax_code", ""},
    Link{"price", "product", "product"},
    Link{"subscription", "customer", "customer"},
    Link{"subscription", "default_payment_method", "payment_method"},
    Link{"subscription", "default_source", ""},
    Link{"subscription", "items", "subscription_item"},
    Link{"subscription", "latest_invoice", "invoice"},
    Link{"subscription", "pending_setup_intent", "setup_intent"},
    Link{"subscription", "schedule", ""},
    Link{"subscription", "test_clock", "test_helpers.test_clock"},
    Link{"subscription", "application", ""},
    Link{"subscription", "on_behalf_of", ""},
    Link{"subscription", "discounts", ""},
    Link{"subscription_item", "price", "price"},
    Link{"subscription_item", "plan.product", "product"},
    Link{"invoice", "customer", "customer"},
    Link{"invoice", "default_payment_method", "payment_method"},
    Link{"invoice", "default_source", ""},
    Link{"invoice", "parent.subscription_details.subscription", "subscription"},
    Link{"invoice", "payments", "invoice_payment", payments_of},
    Link{"invoice", "confirmation_secret", "", confirmation_secret_of},
    Link{"invoice", "lines", "line_item"},
    Link{"invoice", "test_clock", "test_helpers.test_clock"},
    Link{"invoice", "application", ""},
    Link{"invoice", "on_behalf_of", ""},
    Link{"invoice", "discounts", ""},
    Link{"invoice", "latest_revision", ""},
    Link{"invoice", "subscription", "subscription", nullptr, true},
    Link{"invoice", "payment_intent", "payment_intent", nullptr, true},
    Link{"invoice", "charge", "charge", nullptr, true},
    Link{"line_item", "subscription", "subscription"},
    Link{"line_item", "pricing.price_details.price", "price"},
    Link{"line_item", "discounts", ""},
    Link{"invoice_payment", "invoice", "invoice"},
    Link{"invoice_payment", "payment.payment_intent", "payment_intent"},
    Link{"checkout.session", "customer", "customer"},
    Link{"checkout.session", "invoice", "invoice"},
    Link{"checkout.session", "payment_intent", "payment_intent"},
    Link{"checkout.session", "setup_intent", "setup_intent"},
    Link{"checkout.session", "subscription", "subscription"},
    Link{"checkout.session", "payment_link", ""},
    Link{"checkout.session", "line_items", "item", line_items_of},
    Link{"item", "price", "price"},
    Link{"invoiceitem", "customer", "customer"},
    Link{"invoiceitem", "invoice", "invoice"},
    Link{"invoiceitem", "test_clock", "test_helpers.test_clock"},
};

bool begins_with(std::span<const std::string> path, std::string_view field) {
  const auto names = base::split(field, '.');
  return path.size() >= names.size() && std::equal(names.begin(), names.end(), path.begin());
}

}  // namespace

const Link* link_of(std::string_view kind, std::span<const std::string> path, bool old_shape) {
  const auto* found = std::find_if(kLinks.begin(), kLinks.end(), [&](const Link& link) {
    return link.kind == kind && (old_shape || !link.old_shape) && begins_with(path, link.field);
  });
  return found == kLinks.end() ? nullptr : found;
}

}  // namespace cobro::sandbox::stripe
