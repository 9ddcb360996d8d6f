#include "base/check.h"
#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::CheckoutSession& session) {
  params.add(session.user_id)
      .add(session.tenant_id)
      .add(session.mode)
      .add(session.payment_id)
      .add(session.subscription_id)
      .add(session.success_url)
      .add(session.cancel_url)
      .add(session.created_at);
}

void put_changing(Params& params, const domain::CheckoutSession& session) {
  params.add(session.status)
      .add(session.expires_at)
      .add(session.next_check_at)
      .add(session.updated_at);
}

const base::Uuid& source_of(const domain::Entitlement& entitlement) {
  COBRO_CHECK(entitlement.payment_id.has_value() != entitlement.subscription_id.has_value());
  return entitlement.payment_id ? entitlement.payment_id->uuid : entitlement.subscription_id->uuid;
}

}  // namespace

const Table& checkout_sessions() {
  static const Table table("checkout_sessions",
                           {"user_id", "tenant_id", "mode", "payment_id", "subscription_id",
                            "success_url", "cancel_url", "created_at"},
                           {"status", "expires_at", "next_check_at", "updated_at"});
  return table;
}

Statement insert(const domain::CheckoutSession& session) {
  return insert_into(checkout_sessions(), session, put_fixed, put_changing);
}

Statement update(const domain::CheckoutSession& session) {
  return update_of(checkout_sessions(), session, put_changing);
}

domain::CheckoutSession read_checkout(Cells cells) {
  domain::CheckoutSession session;
  session.id = cells.id<domain::CheckoutSessionId>();
  session.user_id = cells.text();
  session.tenant_id = cells.opt_text();
  session.mode = cells.enum_value<domain::CheckoutMode>("checkout mode");
  session.payment_id = cells.opt_id<domain::PaymentId>();
  session.subscription_id = cells.opt_id<domain::SubscriptionId>();
  session.success_url = cells.text();
  session.cancel_url = cells.text();
  session.created_at = cells.time();
  session.status = cells.enum_value<domain::CheckoutStatus>("checkout status");
  session.expires_at = cells.time();
  session.next_check_at = cells.time();
  session.updated_at = cells.time();
  session.version = cells.int64();
  return session;
}

const Table& entitlements() {
  static const Table table("entitlements",
                           {"source_id", "user_id", "tenant_id", "kind", "reference", "payment_id",
                            "subscription_id", "currency", "amount", "granted_at", "revoked_at"},
                           {});
  return table;
}

Statement insert(const domain::Entitlement& entitlement) {
  static const std::string text =
      std::string(entitlements().insert()) +
      " ON CONFLICT (source_id) DO UPDATE SET user_id = excluded.user_id,"
      " tenant_id = excluded.tenant_id, kind = excluded.kind, reference = excluded.reference,"
      " currency = excluded.currency, amount = excluded.amount,"
      " granted_at = excluded.granted_at, revoked_at = excluded.revoked_at";
  Params params;
  params.add(entitlement.id)
      .add(source_of(entitlement))
      .add(entitlement.user_id)
      .add(entitlement.tenant_id)
      .add(entitlement.kind)
      .add(entitlement.reference)
      .add(entitlement.payment_id)
      .add(entitlement.subscription_id);
  put_money(params, entitlement.amount);
  params.add(entitlement.granted_at).add(entitlement.revoked_at);
  return {text, std::move(params).take()};
}

domain::Entitlement read_entitlement(Cells cells) {
  domain::Entitlement entitlement;
  entitlement.id = cells.id<domain::EntitlementId>();
  (void)cells.uuid();  // the source: one of the two below
  entitlement.user_id = cells.text();
  entitlement.tenant_id = cells.opt_text();
  entitlement.kind = cells.enum_value<domain::EntitlementKind>("entitlement kind");
  entitlement.reference = cells.text();
  entitlement.payment_id = cells.opt_id<domain::PaymentId>();
  entitlement.subscription_id = cells.opt_id<domain::SubscriptionId>();
  entitlement.amount = read_money(cells);
  entitlement.granted_at = cells.time();
  entitlement.revoked_at = cells.opt_time();
  return entitlement;
}

}  // namespace cobro::store
