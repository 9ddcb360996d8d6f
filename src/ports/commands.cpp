#include "ports/commands.h"

namespace cobro::ports {

namespace {

struct Facts {
  template <class Command>
  CommandFacts operator()(const Command& command) const {
    CommandFacts facts{.operation = Command::kOperation};
    add(facts, command);
    return facts;
  }

 private:
  static void add(CommandFacts&, const auto&) {}
  static void add(CommandFacts& facts, const CreateCommand& command) {
    facts.on_page = command.page.has_value();
  }
  static void add(CommandFacts& facts, const ConfirmCommand& command) {
    facts.target = command.payment_method;
  }
  static void add(CommandFacts& facts, const RefundCommand& command) {
    facts.refund_id = command.refund_id;
  }
  static void add(CommandFacts& facts, const AttachMethodCommand& command) {
    facts.target = command.gateway_customer_id;
  }
  static void add(CommandFacts& facts, const CreateSubscriptionCommand& command) {
    facts.on_page = command.page.has_value();
  }
  static void add(CommandFacts& facts, const EndPageCommand&) { facts.on_page = true; }
  static void add(CommandFacts& facts, const ChangePlanCommand& command) {
    facts.target = command.gateway_price_id;
  }
  static void add(CommandFacts& facts, const SetMethodCommand& command) {
    facts.target = command.gateway_payment_method_id;
  }
  static void add(CommandFacts& facts, const PayInvoiceCommand& command) {
    facts.target = command.gateway_invoice_id;
  }
};

}  // namespace

CommandFacts facts_of(const PaymentCommand& command) {
  return std::visit(Facts{}, command);
}
CommandFacts facts_of(const MethodCommand& command) {
  return std::visit(Facts{}, command);
}
CommandFacts facts_of(const SubscriptionCommand& command) {
  return std::visit(Facts{}, command);
}

}  // namespace cobro::ports
