#include "sandbox/stripe/invoices.h"

#include <fmt/format.h>

#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/payment_methods.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;

constexpr std::string_view kKind = "invoice";

Answer shown(Account& account, const std::string& id) {
  return std::move(account.database.find(kKind, id)->body);
}

ApiError wrong_status(const Document& invoice, std::string_view verb) {
  return invalid_request(fmt::format("This invoice cannot be {} because its status is {}.", verb,
                                     invoice.text("status")),
                         {}, "invoice_not_editable");
}

// Checks, and gives the invoice of an operation without parameters.
base::Result<Document, ApiError> plain(Call& call) {
  auto invoice = call.account.database.find(kKind, call.id);
  if (!invoice) return std::unexpected(no_such(404, kKind, call.id, "invoice"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  return std::move(*invoice);
}

}  // namespace

Answer retrieve_invoice(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto invoice = call.account.database.find(kKind, call.id);
  if (!invoice) return std::unexpected(no_such(404, kKind, call.id, "invoice"));
  return std::move(invoice->body);
}

Answer update_invoice(Call& call) {
  auto invoice = call.account.database.find(kKind, call.id);
  if (!invoice) return std::unexpected(no_such(404, kKind, call.id, "invoice"));
  const Json before = invoice->body;
  read_text(call.params, invoice->body, "description");
  read_text(call.params, invoice->body, "footer");
  if (const auto advance = call.params.boolean("auto_advance"))
    invoice->body.set("auto_advance", *advance);
  read_metadata(call.params, invoice->body);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  save_change(call.account, call.cause, "invoice.updated", before, *invoice);
  return std::move(invoice->body);
}

Answer list_invoices(Call& call) {
  Params& params = call.params;
  auto query = read_list_query(params, kKind);
  const auto customer = params.non_empty("customer").value_or("");
  const auto subscription = params.non_empty("subscription");
  const auto status = params.one_of("status", {"draft", "open", "paid", "uncollectible", "void"});
  params.one_of("collection_method", {"charge_automatically"});
  params.not_yet({"due_date"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  const auto of =
      subscription ? call.account.database.find("subscription", *subscription) : std::nullopt;
  const auto theirs = of ? of->text("customer") : std::string();
  query.only.customer = customer.empty() ? theirs : customer;
  return answer_list_of(call, query, "/v1/invoices", [&](const Json& one) {
    if (subscription && subscription_of(one) != *subscription) return false;
    return !status || one.string_at({"status"}) == status;
  });
}

Answer pay_invoice(Call& call) {
  Account& account = call.account;
  const auto invoice = account.database.find(kKind, call.id);
  if (!invoice) return std::unexpected(no_such(404, kKind, call.id, "invoice"));
  const auto method = call.params.non_empty("payment_method").value_or("");
  const auto found = account.database.find("payment_method", method);
  if (!method.empty() && (!found || found->text("customer") != invoice->text("customer")))
    call.params.refuse(not_theirs(method, "payment_method"));
  const bool off_session = call.params.boolean("off_session").value_or(true);
  const bool elsewhere = call.params.boolean("paid_out_of_band").value_or(false);
  call.params.not_yet({"forgive", "mandate", "source"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  const auto status = invoice->text("status");
  if (status == "paid")
    return std::unexpected(invalid_request("Invoice is already paid", {}, "invoice_already_paid"));
  if (status == "void" || status == "uncollectible")
    return std::unexpected(wrong_status(*invoice, "paid"));
  if (status == "draft")
    if (auto refused = finalize_invoice(account, call.cause, call.id, {.attempt = false}))
      return std::unexpected(std::move(*refused));
  auto open = account.database.find(kKind, call.id);
  if (open->text("status") == "paid") return std::move(open->body);
  if (elsewhere) {
    settle_invoice(account, call.cause, *open, true);
    return shown(account, call.id);
  }
  auto declined = charge_invoice(account, call.cause, call.id, method,
                                 {.off_session = off_session, .automatic = false});
  if (declined) return std::unexpected(std::move(*declined));
  return shown(account, call.id);
}

Answer finalize_invoice_now(Call& call) {
  const auto advance = call.params.boolean("auto_advance");
  auto invoice = plain(call);
  if (!invoice) return std::unexpected(invoice.error());
  if (invoice->text("status") != "draft")
    return std::unexpected(wrong_status(*invoice, "finalized"));
  std::optional<ApiError> refused;
  call.account.database.attempt([&] {
    if (advance) {
      invoice->body.set("auto_advance", *advance);
      call.account.database.update(*invoice);
    }
    refused = finalize_invoice(call.account, call.cause, call.id, {.attempt = false});
    return !refused;
  });
  if (refused) return std::unexpected(std::move(*refused));
  return shown(call.account, call.id);
}

Answer void_invoice_now(Call& call) {
  const auto invoice = plain(call);
  if (!invoice) return std::unexpected(invoice.error());
  const auto status = invoice->text("status");
  if (status != "open" && status != "uncollectible")
    return std::unexpected(wrong_status(*invoice, "voided"));
  void_invoice(call.account, call.cause, call.id);
  return shown(call.account, call.id);
}

Answer mark_invoice_uncollectible(Call& call) {
  const auto invoice = plain(call);
  if (!invoice) return std::unexpected(invoice.error());
  if (invoice->text("status") != "open")
    return std::unexpected(wrong_status(*invoice, "marked uncollectible"));
  give_up_invoice(call.account, call.cause, call.id);
  return shown(call.account, call.id);
}

Answer list_invoice_lines(Call& call) {
  auto invoice = call.account.database.find(kKind, call.id);
  if (!invoice) return std::unexpected(no_such(404, kKind, call.id, "invoice"));
  return answer_page(call, *invoice->body.at({"lines", "data"})->as_array(),
                     fmt::format("/v1/invoices/{}/lines", call.id));
}

Answer retrieve_invoice_payment(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto payment = call.account.database.find("invoice_payment", call.id);
  if (!payment) return std::unexpected(no_such(404, "invoice_payment", call.id, "invoice_payment"));
  return std::move(payment->body);
}

Answer list_invoice_payments(Call& call) {
  auto query = read_list_query(call.params, "invoice_payment");
  const auto invoice = call.params.non_empty("invoice");
  const auto status = call.params.one_of("status", {"canceled", "open", "paid"});
  std::string intent;
  if (Params* payment = call.params.group("payment")) {
    intent = payment->non_empty("payment_intent").value_or("");
    payment->one_of("type", {"payment_intent"});
  }
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.intent = intent;
  return answer_list_of(call, query, "/v1/invoice_payments", [&](const Json& one) {
    if (invoice && one.string_at({"invoice"}) != invoice) return false;
    return !status || one.string_at({"status"}) == status;
  });
}

Answer retrieve_invoice_item(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto item = call.account.database.find("invoiceitem", call.id);
  if (!item) return std::unexpected(no_such(404, "invoiceitem", call.id, "invoiceitem"));
  return std::move(item->body);
}

Answer list_invoice_items(Call& call) {
  auto query = read_list_query(call.params, "invoiceitem");
  const auto customer = call.params.non_empty("customer").value_or("");
  const auto invoice = call.params.non_empty("invoice");
  const auto pending = call.params.boolean("pending");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  return answer_list_of(call, query, "/v1/invoiceitems", [&](const Json& one) {
    if (pending && one.find("invoice")->is_null() != *pending) return false;
    return !invoice || one.string_at({"invoice"}) == invoice;
  });
}

}  // namespace cobro::sandbox::stripe
