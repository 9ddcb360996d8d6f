// Books: the working set of one decision about one payment, and the only place where
// money moves. A decision opens the books on what was loaded, makes movements, and hands
// the result on to be written; nothing here does I/O, and a refused movement changes
// nothing.
//
// Every movement keeps, at once: the payment's state and amounts, the transaction row, the
// two ledger entries, the order's amounts and status, and the events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/dispute.h"
#include "domain/entitlement.h"
#include "domain/event.h"
#include "domain/gateway_call.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/payment_states.h"
#include "domain/read_rows.h"
#include "domain/refund.h"
#include "domain/review.h"
#include "domain/transaction.h"

namespace cobro::domain {

// Makes an event about an order, numbered and with its payload. `type` is order.created,
// order.cancelled, …
Event order_event(Order& order, std::string type, std::optional<std::string> reason,
                  base::Timestamp now, IdSource& ids);
// Cancels a pending order of which no payment is live. False when its status forbids it.
bool cancel_order(Order& order, base::Timestamp now, IdSource& ids, std::vector<Event>& events);

// When a decision is made, and the ids and numbers that it may use.
struct Moment {
  base::Timestamp now;
  IdSource ids;
  std::vector<std::int64_t> transaction_numbers;
};

class Books {
 public:
  // Refunds, transactions and disputes are all of the payment, or not read: a movement that needs
  // them throws NotRead then.
  Books(Moment moment, Payment payment, std::optional<Order> order, ReadRows<Refund> refunds,
        ReadRows<Transaction> transactions, ReadRows<Dispute> disputes = {});

  [[nodiscard]] const Payment& payment() const { return payment_; }
  [[nodiscard]] const std::optional<Order>& order() const { return order_; }
  [[nodiscard]] const ReadRows<Refund>& refunds() const { return refunds_; }
  [[nodiscard]] base::Timestamp now() const { return moment_.now; }
  IdSource& ids() { return moment_.ids; }

  // ---- state, without money moving ---------------------------------------------------
  // Makes the transition. False when the table has no such edge, or when too little of the order's
  // total remains for a payment that held nothing before. The amount is allocated and released
  // here.
  bool move(PaymentEvent event);
  // Notes facts about the payment that are no movement: gateway ids, the pending operation, …
  // `edit` must not touch state or amounts.
  template <class Edit>
  void note(Edit edit) {
    edit(payment_);
    payment_changed_ = true;
  }
  template <class Edit>
  void note_order(Edit edit) {
    edit(*order_);
    order_changed_ = true;
  }

  // Takes over the order as another payment's books of the same decision left it.
  void take_order(Order order);

  // ---- movements ---------------------------------------------------------------------
  // The gateway (or a person, for manual payments) says that `amount` was captured.
  // False when the state does not allow it, or too little of the order's total remains.
  bool charge(Money amount, std::optional<std::string> charge_id, std::string response);
  // Money was captured that the payment cannot keep (it is cancelled, or too little of its order's
  // total remains): it becomes an overpayment. The state stays. There must be none yet.
  void overpay(Money amount, std::optional<std::string> charge_id, std::string response);
  // A confirmation was declined. Writes a failed charge row and no ledger entry.
  bool decline(Decline decline, std::optional<std::string> charge_id, std::string response);
  // The payment is given up. With `at_gateway` something existed there, and a void row is written.
  bool cancel(bool at_gateway, std::string reason);

  // Holds `amount` for a refund; the caller has checked that it is refundable. Writes the
  // refund and its transaction, both pending.
  const Refund& start_refund(Money amount, std::string reason, std::string created_by);
  // Does the same for all that is left of the overpayment and no dispute holds, which must be more
  // than nothing.
  const Refund& start_overpayment_refund(std::string reason, std::string created_by);
  // Does it for a part, when a refund of that money was made at the gateway.
  const Refund& start_overpayment_refund(Money amount, std::string reason, std::string created_by);
  // Ends a pending refund, or fails one that had succeeded. False for any other move.
  bool end_refund(RefundId id, RefundStatus status, std::optional<std::string> failure_reason,
                  std::string response);
  void note_refund(RefundId id, std::string gateway_refund_id);

  // A dispute of this payment was opened, or moved on; `row` is how it stands now. The payment's
  // own mark, and access to what was bought, follow all its disputes.
  void keep_dispute(Dispute row, bool is_new);
  // A dispute took that much, while nothing of it was gone before; or all that is gone came back.
  // Both post it, and note so in the row.
  void withdraw(Dispute& dispute, Money amount);
  void reinstate(Dispute& dispute);

  // ---- what a person must decide -------------------------------------------------------
  // The gateway contradicts our record: marks the payment, once, and says how.
  void conflict(std::string detail);
  // Money came when the access that it pays for had ended. It is kept and grants nothing.
  void report_late_access(std::string detail);
  // The gateway moved money of this payment by an object of its own that cannot be booked. A person
  // is asked once about each.
  void report_unread(std::string gateway_object_id, std::string detail);
  // Nobody could learn how the call ended.
  void ask_a_person(const GatewayCall& call, std::string detail);

  // ---- the result --------------------------------------------------------------------
  void write_event(std::string type, EventPayload payload);
  void write_order_event(std::string type);
  // Cancels the order, of which no payment is live any more.
  void cancel_order();

  [[nodiscard]] bool payment_changed() const { return payment_changed_; }
  [[nodiscard]] bool order_changed() const { return order_changed_; }
  struct Result {
    std::vector<Refund> new_refunds, changed_refunds;
    std::vector<Transaction> new_transactions, changed_transactions;
    std::vector<LedgerEntry> entries;
    std::vector<Event> events;
    std::vector<Review> reviews;
    std::vector<Dispute> new_disputes, changed_disputes;
    std::vector<Entitlement> entitlements;
  };
  [[nodiscard]] const Result& result() const { return result_; }

 private:
  const Refund& new_refund(Money amount, std::string reason, std::string created_by,
                           bool of_overpayment);
  // Gives the payment with the refund's amount held, refunded or released.
  [[nodiscard]] Payment with_refund(const Refund& refund, Money refunding, Money refunded) const;
  Transaction& new_transaction(TransactionType type, TransactionStatus status, Money amount);
  void end_transaction(TransactionId id, TransactionStatus status,
                       std::optional<std::string> failure_reason, std::string response);
  void record(Movement movement, TransactionId transaction, Money amount);
  void ask(ReviewKind kind, std::string detail, Money amount);
  [[nodiscard]] bool has_access() const { return grants_access(payment_, disputes_); }
  [[nodiscard]] bool fits_order(const Payment& after) const;
  void replace_payment(Payment after);
  void follow_refunds();
  void follow_access(bool had_access);
  // Remembers how access stood before a dispute's money and status moved. The entitlement follows
  // what it has come to once, when the dispute's row is kept.
  void remember_access();
  void write_dispute_event(const Dispute& dispute, std::string type);
  void write_refund_event(const Refund& refund);
  Refund* find_refund(RefundId id);

  Moment moment_;
  std::size_t numbers_used_ = 0;
  Payment payment_;
  std::optional<Order> order_;
  ReadRows<Refund> refunds_;
  ReadRows<Transaction> transactions_;
  ReadRows<Dispute> disputes_;
  std::optional<bool> access_before_dispute_;
  bool payment_changed_ = false;
  bool order_changed_ = false;
  Result result_;
};

}  // namespace cobro::domain
