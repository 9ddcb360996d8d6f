#include "gateways/reader_checks.h"

#include <fmt/format.h>

#include "domain/gateway_snapshots.h"
#include "gateways/fixtures.h"
#include "gateways/stripe/errors.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/prices.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways {
namespace {

using domain::Money;
using domain::Payment;
using domain::PaymentState;
using ports::AnswerKind;
using Problem = std::optional<std::string>;

constexpr domain::Operation kOperations[] = {domain::Operation::create, domain::Operation::confirm,
                                             domain::Operation::capture, domain::Operation::cancel,
                                             domain::Operation::refund};
constexpr int kStatuses[] = {200, 400, 402, 404, 409, 429, 500};

bool is_kept(std::string_view text) {
  return text.find('\0') == std::string_view::npos;
}

template <class... Texts>
bool are_kept(const Texts&... texts) {
  return (is_kept(texts.value_or("")) && ...);
}

bool is_stated(const std::optional<Money>& amount) {
  return !amount || (!amount->is_negative() && amount->minor() <= domain::kMaxStatedMinor);
}

bool is_json(const std::string& redacted) {
  return wire::parse_json(redacted).has_value() && redacted.find("\\u0000") == std::string::npos;
}

Problem unless(bool well, std::string_view what) {
  return well ? std::nullopt : Problem(what);
}

Problem check(const domain::GatewayPayment& snapshot) {
  const bool declined_kept =
      !snapshot.decline || (is_kept(snapshot.decline->code) && is_kept(snapshot.decline->message) &&
                            are_kept(snapshot.decline->decline_code));
  const bool action_kept = !snapshot.next_action || (is_kept(snapshot.next_action->type) &&
                                                     are_kept(snapshot.next_action->url,
                                                              snapshot.next_action->client_secret));
  return unless(is_stated(snapshot.amount) && is_stated(snapshot.captured) &&
                    is_json(snapshot.redacted) && declined_kept && action_kept &&
                    are_kept(snapshot.client_secret),
                "a payment that cannot be kept");
}

Problem check(const domain::GatewayRefund& snapshot) {
  return unless(is_stated(snapshot.amount) && is_json(snapshot.redacted) &&
                    are_kept(snapshot.reason, snapshot.failure_reason),
                "a refund that cannot be kept");
}

Problem check(const domain::GatewayDispute& snapshot) {
  return unless(is_stated(snapshot.amount) && is_stated(snapshot.withdrawn_amount) &&
                    snapshot.movements >= 0 && is_kept(snapshot.reason) &&
                    is_json(snapshot.redacted),
                "a dispute that cannot be kept");
}

Problem check(const domain::GatewaySubscription& snapshot) {
  const bool priced = !snapshot.price || (is_stated(snapshot.price->amount) &&
                                          is_kept(snapshot.price->gateway_price_id) &&
                                          snapshot.price->interval_count > 0);
  return unless(priced && is_json(snapshot.redacted) && are_kept(snapshot.client_secret),
                "a subscription that cannot be kept");
}

Problem check(const domain::GatewayMethod& snapshot) {
  const bool dated =
      snapshot.exp_month.value_or(1) <= 12 && snapshot.exp_year.value_or(2000) <= 9999;
  return unless(dated && is_kept(snapshot.type) && are_kept(snapshot.brand, snapshot.last4),
                "a method that cannot be kept");
}

// ---- our books ---------------------------------------------------------------------------

domain::Moment moment() {
  domain::Moment now{
      base::Timestamp{1'000'000}, domain::IdSource(base::Timestamp{1}, {1, 2, 3}), {}};
  for (std::int64_t i = 1; i <= 8; ++i) now.transaction_numbers.push_back(i);
  return now;
}

Payment paid() {
  auto payment = fixtures::known_payment();
  payment.state = PaymentState::succeeded;
  payment.captured = payment.amount;
  return payment;
}

// Of every kind of payment that news may come to.
std::vector<Payment> make_payments() {
  std::vector<Payment> all;
  for (const auto state : domain::kPaymentStates) {
    auto payment = fixtures::known_payment();
    payment.state = state;
    if (state == PaymentState::succeeded) payment.captured = payment.amount;
    all.push_back(payment);
  }
  auto late = fixtures::known_payment();
  late.state = PaymentState::cancelled;
  const auto none = Money::zero(late.amount.currency());
  late.overpayment = domain::Overpayment{
      .id = domain::OverpaymentId{}, .amount = late.amount, .refunded = none, .refunding = none};
  all.push_back(late);
  return all;
}

const std::vector<Payment>& payments() {
  static const std::vector<Payment> all = make_payments();
  return all;
}

Problem check(const domain::Books& books) {
  const Payment& payment = books.payment();
  const bool within = payment.captured <= payment.amount && !payment.disputed.is_negative() &&
                      payment.refunded + payment.refunding <= payment.captured;
  std::int64_t sum = 0;
  for (const auto& entry : books.result().entries)
    sum += (entry.side == domain::Side::debit ? 1 : -1) * entry.amount.minor();
  return unless(within && sum == 0, "books that do not add up");
}

Problem book(const domain::GatewayPayment& snapshot) {
  for (const auto& payment : payments()) {
    domain::Books books(moment(), payment, std::nullopt, {}, {});
    const auto applied = domain::apply(books, snapshot);
    if (applied == domain::Applied::beyond_total || applied == domain::Applied::after_end)
      domain::apply_late(books, snapshot);
    if (auto problem = check(books)) return problem;
    if (domain::apply(books, snapshot) == domain::Applied::changed)
      return "the same news of a payment changed it twice";
  }
  return std::nullopt;
}

Problem book(const domain::GatewayRefund& snapshot) {
  for (const auto& payment : payments()) {
    domain::Books books(moment(), payment, std::nullopt, {}, {});
    domain::apply(books, snapshot, nullptr);
    if (auto problem = check(books)) return problem;
    if (domain::apply(books, snapshot, nullptr) == domain::Applied::changed)
      return "the same news of a refund changed it twice";
  }
  return std::nullopt;
}

std::optional<domain::Dispute> row_of(const domain::Books& books) {
  const auto& result = books.result();
  if (!result.changed_disputes.empty()) return result.changed_disputes.back();
  return result.new_disputes.empty() ? std::nullopt : std::optional(result.new_disputes.back());
}

// Before and after other snapshots of it, in either order.
Problem book(const domain::GatewayDispute& snapshot) {
  domain::GatewayDispute other = snapshot;
  other.movements = 1;
  other.withdrawn = true;
  other.withdrawn_amount = fixtures::money("10.00", "USD");
  using Pair = std::pair<const domain::GatewayDispute*, const domain::GatewayDispute*>;
  for (const auto& [first, second] : {Pair{&snapshot, &other}, Pair{&other, &snapshot}}) {
    domain::Books books(moment(), paid(), std::nullopt, {}, {});
    domain::apply(books, *first, std::nullopt);
    domain::apply(books, *second, row_of(books));
    if (auto problem = check(books)) return problem;
    const auto row = row_of(books);
    if (row && row->withdrawn_amount != books.payment().disputed)
      return "a dispute and its payment disagree";
    if (domain::apply(books, *second, row) == domain::Applied::changed &&
        second->movements >= first->movements)
      return "the same news of a dispute changed it twice";
  }
  return std::nullopt;
}

template <class Snapshot>
Problem check_and_book(const Snapshot& snapshot) {
  auto problem = check(snapshot);
  return problem ? problem : book(snapshot);
}
template <class Snapshot>
Problem check_and_book(const std::optional<Snapshot>& snapshot) {
  return snapshot ? check_and_book(*snapshot) : std::nullopt;
}

// ---- the readers -------------------------------------------------------------------------

const Stripe& stripe_of_ours() {
  static const Stripe stripe = fixtures::stripe();
  return stripe;
}

Problem check_named(const std::optional<std::string>& gateway_id, bool ours) {
  return unless((gateway_id || ours) && are_kept(gateway_id), "an event that names nothing");
}

struct CheckSaid {
  Problem operator()(const ports::OfNoInterest&) const { return std::nullopt; }
  Problem operator()(const ports::PaymentEnded& said) const { return check_and_book(said.payment); }
  Problem operator()(const ports::RefundEnded& said) const { return check_and_book(said.refund); }
  Problem operator()(const ports::DisputeMoved& said) const { return check_and_book(said.dispute); }
  Problem operator()(const ports::PaymentChanged& said) const { return check(said.payment); }
  Problem operator()(const ports::RefundsChanged& said) const { return check(said.payment); }
  Problem operator()(const ports::DisputesChanged& said) const { return check(said.payment); }
  Problem operator()(const ports::SubscriptionChanged& said) const {
    return check(said.subscription);
  }
  Problem operator()(const ports::InvoiceChanged& said) const { return check(said.subscription); }
  Problem operator()(const ports::CustomerDeleted& said) const {
    return check_named(said.gateway_customer_id, false);
  }
  Problem operator()(const ports::MethodChanged& said) const {
    return check_named(said.gateway_payment_method_id, false);
  }

 private:
  static Problem check(const ports::NamedPayment& named) {
    if (!are_kept(named.gateway_charge_id)) return "a charge that cannot be kept";
    return check_named(named.gateway_payment_id,
                       named.our_payment.has_value() || named.gateway_charge_id.has_value());
  }
  static Problem check(const ports::NamedSubscription& named) {
    return check_named(named.gateway_subscription_id, named.our_subscription.has_value());
  }
};

Problem read_event(std::string_view body) {
  const auto event = stripe_of_ours().read_event(fixtures::hook(body));
  if (!event) return unless(!event.error().message.empty(), "a refusal without words");
  if (!is_kept(event->event_id) || !is_kept(event->type)) return "an event that cannot be kept";
  // Of a method the event tells only the id; the rest is read when it is fetched.
  const auto document = wire::parse_json(body);
  const auto* object = stripe::object_at(*document, "data");
  object = object != nullptr ? stripe::object_at(*object, "object") : nullptr;
  if (const auto method = object != nullptr ? stripe::read_method(*object) : std::nullopt)
    if (auto problem = check(*method)) return problem;
  return std::visit(CheckSaid{}, event->says);
}

Problem check(const ports::GatewayAnswer& answer) {
  const bool told = answer.payment || answer.refund;
  if (answer.kind == AnswerKind::accepted && !told) return "accepted, and nothing read";
  if (answer.kind != AnswerKind::accepted && answer.kind != AnswerKind::declined &&
      answer.message.empty())
    return "no word of why";
  return unless(!answer.busy || answer.kind == AnswerKind::not_executed, "busy, and yet executed");
}

Problem read_answer(std::string_view body, int status) {
  const auto& stripe = stripe_of_ours();
  for (const auto operation : kOperations) {
    const auto answer = stripe.parse(operation, {status, {}, std::string(body)});
    if (status != 200 && answer.kind == AnswerKind::accepted) return "an error was accepted";
    if (auto problem = check(answer)) return problem;
    // What an operation reads is the same for all of them but refunds.
    if (operation != domain::Operation::confirm && operation != domain::Operation::refund) continue;
    if (auto problem = check_and_book(answer.payment)) return problem;
    if (auto problem = check_and_book(answer.refund)) return problem;
  }
  return std::nullopt;
}

Problem read_list(std::string_view body) {
  const auto& stripe = stripe_of_ours();
  for (const std::string_view path :
       {"/v1/payment_intents?limit=100", "/v1/refunds?payment_intent=pi_1",
        "/v1/checkout/sessions?limit=100", "/v1/payment_intents/pi_1"}) {
    const auto found = stripe.parse_look_up({.method = "GET", .path = std::string(path)},
                                            {200, {}, std::string(body)});
    if (!found.understood && (!found.payments.empty() || !found.refunds.empty()))
      return "found what was not understood";
    if (found.next_page && !found.next_page->path.starts_with(path)) return "another list";
    for (const auto& payment : found.payments)
      if (auto problem = check(payment)) return problem;
    for (const auto& refund : found.refunds)
      if (auto problem = check(refund)) return problem;
  }
  return std::nullopt;
}

struct CheckSnapshots {
  Problem operator()(const std::monostate&) const { return std::nullopt; }
  Problem operator()(const domain::GatewayCustomer& snapshot) const {
    return unless(!snapshot.gateway_customer_id.empty(), "a customer without an id");
  }
  Problem operator()(const domain::GatewayCheckout& snapshot) const {
    return unless(are_kept(snapshot.url), "a page that cannot be kept");
  }
  Problem operator()(const domain::GatewayInvoice& snapshot) const {
    return unless(!snapshot.gateway_invoice_id.empty(), "an invoice without an id");
  }
  Problem operator()(const auto& snapshot) const { return check(snapshot); }
};

Problem read_billing(std::string_view body) {
  const StripeBilling billing;
  for (const auto operation :
       {domain::Operation::create_customer, domain::Operation::attach_method,
        domain::Operation::detach_method, domain::Operation::create_subscription,
        domain::Operation::end_now, domain::Operation::resume, domain::Operation::change_plan}) {
    const auto answer = billing.parse(operation, {200, {}, std::string(body)});
    const bool nothing = std::holds_alternative<std::monostate>(answer.snapshot);
    if (answer.kind == AnswerKind::accepted && nothing) return "accepted, and nothing read";
    if (auto problem = std::visit(CheckSnapshots{}, answer.snapshot)) return problem;
  }
  return std::nullopt;
}

Problem read_price(std::string_view body) {
  const auto document = wire::parse_json(body);
  const auto price = document ? stripe::read_price(*document) : std::nullopt;
  return unless(!price || (is_stated(price->amount) && price->interval_count > 0),
                "a price that cannot be kept");
}

Problem read_invoice(std::string_view body) {
  const auto invoice = StripeBilling{}.parse_invoice({200, {}, std::string(body)});
  if (!invoice) return std::nullopt;
  if (!is_stated(invoice->amount_due)) return "an invoice that cannot be kept";
  return check_and_book(invoice->payment);
}

}  // namespace

std::optional<std::string> problem_with(Reader reader, std::string_view body) {
  switch (reader) {
    case Reader::event:
      return read_event(body);
    case Reader::payment:
    case Reader::refund:
      return read_answer(body, 200);
    case Reader::error:
      for (const int status : kStatuses)
        if (auto problem = read_answer(body, status)) return problem;
      return std::nullopt;
    case Reader::method:
    case Reader::customer:
    case Reader::subscription:
      return read_billing(body);
    case Reader::page:
      if (auto problem = read_answer(body, 200)) return problem;
      return read_billing(body);
    case Reader::invoice:
      return read_invoice(body);
    case Reader::price:
      return read_price(body);
    case Reader::list:
      return read_list(body);
  }
  return std::nullopt;
}

}  // namespace cobro::gateways
