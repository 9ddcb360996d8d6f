// The store: where everything that must not be lost is kept.
//
// It hands out no open transaction. A write names what it reads, and a plain function
// decides, from what was loaded, what changes; the store runs the two as one atomic step:
//
//        Reads ──▶ load ──▶ decide(Loaded) ──▶ Changes ──▶ commit
//          ▲                     │ Refusal: nothing is written
//          └── conflict: again ──┘
//
// Correctness comes from versions (every update names the version it read, and a miss
// fails the whole write inside the database), unique keys and CHECK constraints; never
// from locks held across round trips. PostgreSQL does it in two round trips, SQLite in one
// go on its writer thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/checkout_session.h"
#include "domain/customer.h"
#include "domain/dispute.h"
#include "domain/entitlement.h"
#include "domain/event.h"
#include "domain/gateway_account.h"
#include "domain/gateway_call.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/payment_method.h"
#include "domain/plan.h"
#include "domain/read_rows.h"
#include "domain/refund.h"
#include "domain/refusal.h"
#include "domain/review.h"
#include "domain/subscription.h"
#include "domain/transaction.h"
#include "ports/records.h"
#include "ports/row_sets.h"

namespace cobro::ports {

// Orders, payments and transactions are named by id or by number.
using OrderRef = std::variant<domain::OrderId, std::int64_t>;
using PaymentRef = std::variant<domain::PaymentId, std::int64_t>;
using TransactionRef = std::variant<domain::TransactionId, std::int64_t>;
// Names a payment by the gateway's id of it.
struct RemoteRef {
  domain::GatewayName gateway;
  std::string gateway_payment_id;
};

// Names the payment of a subscription's invoice.
struct InvoiceRef {
  domain::GatewayName gateway;
  std::string gateway_invoice_id;
};
// Names a user's customer at a gateway.
struct CustomerRef {
  domain::GatewayName gateway;
  std::optional<std::string> tenant_id;
  std::string user_id;
};
struct RemoteCustomerRef {
  domain::GatewayName gateway;
  std::string gateway_customer_id;
};
// Names a method by the gateway's id of it, while it is attached.
struct RemoteMethodRef {
  domain::GatewayName gateway;
  std::string gateway_payment_method_id;
};
struct RemoteSubscriptionRef {
  domain::GatewayName gateway;
  std::string gateway_subscription_id;
};
struct DisputeRef {
  domain::GatewayName gateway;
  std::string gateway_dispute_id;
};

// Names an event in the inbox.
struct WebhookRef {
  domain::GatewayName gateway;
  std::string event_id;
};

// Names a gateway call. What the call is about is loaded with it, by its subject.
struct CallRef {
  domain::CallId id;
  domain::CallSubject subject = domain::CallSubject::payment;
};
CallRef ref_of(const domain::GatewayCall& call);

// What hangs on an order or a payment, and is read only where it is asked for.
struct Parts {
  bool items = false;     // of the order
  bool siblings = false;  // all payments of the order, with their open calls
  bool refunds = false;   // of the payment, as what follows
  bool transactions = false;
  bool disputes = false;
};
inline constexpr Parts kAllParts{true, true, true, true, true};

// What a write or a look loads. There is at most one root: an order, or a payment (found directly,
// or through its refund, call, transaction, overpayment or review), which brings its order and
// every call of it that is open. `parts` of what hangs on them come beside. A decision of `commit`
// (app/pipeline/pipeline.h) may use what its reads do not name, for one more read.
struct Reads {
  using Root = std::variant<std::monostate, OrderRef, PaymentRef, RemoteRef, domain::RefundId,
                            TransactionRef, domain::OverpaymentId, domain::ReviewId, InvoiceRef>;
  Root root = {};
  Parts parts = kAllParts;
  // A call about a payment takes the place of the root. A call about a customer, a method or a
  // subscription is loaded beside it.
  std::optional<CallRef> call = {};
  // What follows is loaded beside the root, each by itself. A customer brings its methods that were
  // not refused or detached, oldest first, and all their open calls; found through a method, it has
  // that method whatever became of it. A subscription brings its open call.
  using Customer = std::variant<std::monostate, CustomerRef, domain::CustomerId,
                                domain::PaymentMethodId, RemoteCustomerRef, RemoteMethodRef>;
  Customer customer = {};
  // Loads the subscriptions of a customer that is found by its user: those that have not ended,
  // oldest first, with their open calls, and the last call that was to set the method of each.
  bool customer_subscriptions = false;
  using Subscription = std::variant<std::monostate, domain::SubscriptionId, RemoteSubscriptionRef>;
  Subscription subscription = {};
  std::optional<domain::CheckoutSessionId> checkout = {};
  std::optional<DisputeRef> dispute = {};
  std::optional<std::string> record_key = {};
  std::optional<WebhookRef> webhook = {};
  std::optional<domain::GatewayName> account = {};  // whose account is kept
  int order_numbers = 0;                            // how many fresh numbers to draw
  int payment_numbers = 0;
  int transaction_numbers = 0;
};

struct Loaded {
  std::optional<domain::Order> order;
  std::optional<domain::Payment> payment;              // the root, or the root's payment
  domain::ReadRows<domain::Payment> order_payments;    // all of the order, the root included
  domain::ReadRows<domain::Refund> refunds;            // of the payment, oldest first
  domain::ReadRows<domain::Transaction> transactions;  // of the payment, oldest first
  domain::ReadRows<domain::Dispute> disputes;          // of the payment, oldest first
  domain::ReadRows<domain::GatewayCall> open_calls;    // of all that was loaded
  std::optional<domain::GatewayCall> call;             // as asked for, or the review's
  std::optional<domain::Review> review;                // when the root is one
  std::optional<IdempotencyRecord> record;             // expired ones included
  std::optional<domain::GatewayCall> record_call;      // that the record names
  std::optional<domain::Customer> customer;
  std::vector<domain::PaymentMethod> methods;
  std::vector<domain::Subscription> customer_subscriptions;
  std::vector<domain::GatewayCall> method_calls;  // of these: one each at most, whatever its end
  std::optional<domain::Subscription> subscription;
  std::optional<domain::CheckoutSession> checkout;
  std::optional<domain::Dispute> dispute;  // as asked for
  std::optional<StoredWebhook> webhook;
  std::optional<domain::GatewayAccount> account;
  std::vector<std::int64_t> order_numbers;
  std::vector<std::int64_t> payment_numbers;
  std::vector<std::int64_t> transaction_numbers;
};

// Every type of row that a write can touch, in the order in which tables are written: what is
// referred to comes before what refers to it.
using ChangedRows =
    RowSets<domain::Order, domain::Customer, domain::PaymentMethod, domain::Subscription,
            domain::StatusChange, domain::Payment, domain::Refund, domain::Transaction,
            domain::LedgerEntry, domain::GatewayCall, domain::CheckoutSession, domain::Dispute,
            domain::Entitlement, IdempotencyRecord, domain::Review, StoredWebhook,
            domain::GatewayAccount, domain::Event>;

// What a write changes, as a value. Rows to update carry the version that was read; the store
// writes version + 1. Three types say more than "insert": an entitlement takes the place of the one
// that its source has, but for the id; a record first removes an expired one under the same key; an
// account is kept once per gateway, for good.
struct Changes {
  ChangedRows rows = {};
  // Whose items are written anew: orders that are updated.
  std::vector<domain::OrderId> replaced_items = {};
  // Reviews of calls whose outcome the gateway told after all. Only open ones change.
  struct ResolvedReview {
    domain::CallId call;
    domain::ReviewOutcome outcome;
    base::Timestamp at;
  };
  std::vector<ResolvedReview> resolve_reviews = {};
  // Records that wait for a call which ended without its caller, by key. Only open ones change:
  // they are completed (and kept until the given instant), or deleted when nothing was executed.
  struct CompletedRecord {
    std::string key;
    base::Timestamp expires_at;
  };
  std::vector<CompletedRecord> complete_records = {};
  std::vector<std::string> release_records = {};

  template <class... Row>
  Changes& insert(Row... row) {
    (rows.of<Row>().inserted.push_back(std::move(row)), ...);
    return *this;
  }
  template <Versioned... Row>
  Changes& update(Row... row) {
    (rows.of<Row>().updated.push_back(std::move(row)), ...);
    return *this;
  }
  template <class Row>
  Changes& insert_all(const std::vector<Row>& all) {
    auto& to = rows.of<Row>().inserted;
    to.insert(to.end(), all.begin(), all.end());
    return *this;
  }
  template <Versioned Row>
  Changes& update_all(const std::vector<Row>& all) {
    auto& to = rows.of<Row>().updated;
    to.insert(to.end(), all.begin(), all.end());
    return *this;
  }
  template <Versioned Row>
  Changes& remove(Row row) {
    rows.of<Row>().removed.push_back(std::move(row));
    return *this;
  }
  template <Versioned Row>
  Changes& rely_on(const Row& row) {
    rows.of<Row>().relied_on.push_back({row.id.uuid, row.version});
    return *this;
  }
  template <class Row>
  [[nodiscard]] std::vector<Row>& inserted() {
    return rows.of<Row>().inserted;
  }
  template <class Row>
  [[nodiscard]] const std::vector<Row>& inserted() const {
    return rows.of<Row>().inserted;
  }
  template <Versioned Row>
  [[nodiscard]] std::vector<Row>& updated() {
    return rows.of<Row>().updated;
  }
  template <Versioned Row>
  [[nodiscard]] const std::vector<Row>& updated() const {
    return rows.of<Row>().updated;
  }
  // Adds what the other changes.
  Changes& merge(Changes other);
  [[nodiscard]] bool empty() const;
};

// A decision is plain and pure: no await, no port, no I/O. It may run on another thread while its
// caller is suspended, and runs again from fresh rows on each try.
using Decide = std::function<base::Result<Changes, domain::Refusal>(const Loaded&)>;

// Why a write was not committed, though `decide` wanted it.
enum class WriteFailure {
  conflict,       // a version, a unique key or the serializer: decide again from fresh rows
  ceiling,        // a CHECK on money refused; `constraint` names it
  unavailable,    // the database is away; nothing was committed
  unknown_commit  // the answer to COMMIT was lost; `was_committed` tells
};
struct WriteError {
  WriteFailure failure = WriteFailure::unavailable;
  std::string constraint;
};
// A write is committed, refused by its decision, or fails.
struct WriteResult {
  std::variant<std::monostate, domain::Refusal, WriteError> outcome;
  [[nodiscard]] bool committed() const { return outcome.index() == 0; }
};

// A page of a list, newest first. `after` is the id of the last item of the page before; with it,
// `offset` is not used.
struct Page {
  std::int64_t limit = 20;
  std::int64_t offset = 0;
  std::optional<base::Uuid> after;
};
// What a payment's item prints depends on kind and state together; a filter is a set of
// such pairs, resolved by the surface.
struct PaymentWord {
  std::optional<domain::PaymentKind> kind;
  domain::PaymentState state = domain::PaymentState::pending;
  std::optional<bool> refunded_in_full;
  std::optional<bool> with_method = {};  // gateway_payment_method_id is known
};
// Narrows to the rows of one tenant. Without an id it is the tenant of those who have none.
struct TenantScope {
  std::optional<std::string> id;
};
struct OrderFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;
  std::vector<domain::OrderStatus> statuses;  // none: all
};
struct PaymentFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;
  std::optional<domain::OrderId> order_id;
  std::optional<domain::SubscriptionId> subscription_id = {};
  std::optional<domain::PaymentKind> kind;
  std::optional<std::vector<PaymentWord>> words;  // empty: nothing matches
};
struct RefundFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;  // of the payment
  std::optional<domain::PaymentId> payment_id;
};
struct TransactionFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;  // of the payment
  std::optional<domain::PaymentId> payment_id;
  std::optional<domain::TransactionType> type;
  std::optional<domain::TransactionStatus> status;
  std::optional<base::Timestamp> from;  // created_at, inclusive
  std::optional<base::Timestamp> to;    // exclusive
};
// Selects payments that have an overpayment, newest overpayment first. A page ends at an
// overpayment's id.
struct OverpaymentFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;  // of the payment
  std::optional<domain::PaymentId> payment_id;
  std::vector<domain::OverpaymentStatus> statuses;  // none: all
};
struct ReviewFilter {
  std::optional<TenantScope> tenant = {};  // of the payment
  std::optional<domain::PaymentId> payment_id;
  std::optional<domain::ReviewStatus> status;
};
struct SubscriptionFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;
  std::vector<domain::SubscriptionStatus> statuses;  // none: all
};
struct EntitlementFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;
  std::optional<bool> active;  // not revoked
};
struct DisputeFilter {
  std::optional<TenantScope> tenant = {};
  std::optional<std::string> user_id;  // of the payment
  std::optional<domain::PaymentId> payment_id;
  std::vector<domain::DisputeStatus> statuses;  // none: all
};
template <class T>
struct Listed {
  std::vector<T> items;
  std::int64_t total = 0;
  bool more = false;
};

struct SweepClaim {
  domain::GatewayName gateway;
  std::string list;
  base::Timestamp now;
  base::Timestamp until;
  base::Timestamp walked_before;
};

// Everything about some orders and payments, for the audit, as of one instant.
struct AuditPage {
  std::vector<domain::Order> orders;  // with items
  std::vector<domain::Payment> payments;
  std::vector<domain::Refund> refunds;
  std::vector<domain::Transaction> transactions;
  std::vector<domain::LedgerEntry> entries;
  std::vector<domain::GatewayCall> calls;
  std::vector<domain::Dispute> disputes;
};

// The reading calls throw this when the database is away; `write` says it as a value.
class StoreUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Store {
 public:
  virtual ~Store() = default;

  // Makes one try. The pipeline in app retries.
  virtual base::Task<WriteResult> write(const Reads& reads, const Decide& decide) = 0;
  // Asked after unknown_commit, or a conflict that follows one: says whether a row that only that
  // write inserts is there. False proves nothing while the old connection may live.
  virtual base::Task<bool> was_committed(const Changes& changes) = 0;

  virtual base::Task<Loaded> load(const Reads& reads) = 0;  // draws no numbers
  virtual base::Task<Listed<domain::Order>> list_orders(const OrderFilter&, const Page&) = 0;
  virtual base::Task<Listed<domain::Payment>> list_payments(const PaymentFilter&, const Page&) = 0;
  virtual base::Task<Listed<domain::Refund>> list_refunds(const RefundFilter&, const Page&) = 0;
  virtual base::Task<Listed<domain::Transaction>> list_transactions(const TransactionFilter&,
                                                                    const Page&) = 0;
  virtual base::Task<Listed<domain::Payment>> list_overpayments(const OverpaymentFilter&,
                                                                const Page&) = 0;
  virtual base::Task<Listed<domain::Review>> list_reviews(const ReviewFilter&, const Page&) = 0;

  virtual base::Task<Listed<domain::Subscription>> list_subscriptions(const SubscriptionFilter&,
                                                                      const Page&) = 0;
  // Lists a subscription's history.
  virtual base::Task<Listed<domain::StatusChange>> list_status_changes(domain::SubscriptionId,
                                                                       const Page&) = 0;
  virtual base::Task<Listed<domain::Entitlement>> list_entitlements(const EntitlementFilter&,
                                                                    const Page&) = 0;
  virtual base::Task<Listed<domain::Dispute>> list_disputes(const DisputeFilter&, const Page&) = 0;
  // Gives all plans, cheapest first.
  virtual base::Task<std::vector<domain::Plan>> plans() = 0;

  // Gives open checkout sessions whose next_check_at has come, oldest first.
  virtual base::Task<std::vector<domain::CheckoutSession>> due_checkouts(base::Timestamp now,
                                                                         std::int64_t limit) = 0;
  // Instances have leases, measured by the database's own clock (SQLite: this machine's steady
  // one), so that nobody's calendar decides who is alive. This begins one that lasts for `span`; it
  // is false when that instance had one already. Rows of instances that left nothing are removed.
  virtual base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) = 0;
  // The lease lasts for `span` from now. False when it was over; it stays so.
  virtual base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) = 0;
  // The lease is over now, and whatever the instance left is due.
  virtual base::Task<bool> end_lease(domain::InstanceId instance) = 0;
  // Gives open gateway calls whose next_check_at has come, or whose instance's lease is over,
  // oldest first.
  virtual base::Task<std::vector<domain::GatewayCall>> due_calls(base::Timestamp now,
                                                                 std::int64_t limit) = 0;
  // Gives pending orders whose expiry_check_at has come, oldest first.
  virtual base::Task<std::vector<domain::OrderId>> due_orders(base::Timestamp now,
                                                              std::int64_t limit) = 0;
  // Takes the inbox's lease: of the pending and waiting webhooks whose next_try_at has come, it
  // gives those that are due longest, at most `limit`, and moves their next_try_at to `until`. That
  // is one statement, so that of several callers each row goes to one. Nobody gives a lease back:
  // whoever is done writes so, and what a dead instance held is due again at `until`. A webhook
  // that is stored belongs to who stores it until the next_try_at that it is stored with.
  virtual base::Task<std::vector<StoredWebhook>> claim_webhooks(base::Timestamp now,
                                                                base::Timestamp until,
                                                                std::int64_t limit) = 0;
  // Takes the sweep's lease: gives the point of that list, made where there is none, with
  // leased_until moved to `until`. Gives nothing when somebody has it, or when its last walk ended
  // after `walked_before`. That is one statement.
  virtual base::Task<std::optional<SweepPoint>> claim_sweep(const SweepClaim& claim) = 0;
  // Writes how far whoever has the point has come, with leased_until moved to `until`. False when
  // somebody else has it.
  virtual base::Task<bool> keep_sweep(const SweepPoint& point, base::Timestamp until) = 0;
  // Deletes closed and completed records that expired before `now`, at most `limit`, and says how
  // many.
  virtual base::Task<std::int64_t> purge_records(base::Timestamp now, std::int64_t limit) = 0;

  // Two walks: every order after `after` with all that hangs on it, up to `limit` orders a page,
  // and likewise payments without an order (or whose order is gone). An empty page ends a walk.
  // Strays are refunds, transactions and entries that hang on nothing, which no walk reaches.
  virtual base::Task<AuditPage> audit_orders(std::optional<domain::OrderId> after,
                                             std::int64_t limit) = 0;
  virtual base::Task<AuditPage> audit_orphans(std::optional<domain::PaymentId> after,
                                              std::int64_t limit) = 0;
  virtual base::Task<AuditPage> audit_strays(std::int64_t limit) = 0;

  // The database's own name: random, made by the first migration, and part of every gateway key.
  [[nodiscard]] virtual const std::string& deployment() const = 0;
  // Makes a cheap write, which proves that the database takes writes; for /readyz.
  virtual base::Task<bool> ping() = 0;
};

}  // namespace cobro::ports
