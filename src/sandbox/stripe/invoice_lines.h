// What an invoice is made of: a price for a period, or the difference that a change of plan
// makes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

struct InvoiceLine {
  std::int64_t amount = 0;
  std::string currency;
  std::string description;
  std::string price;    // ids
  std::string product;  //
  std::int64_t unit_amount = 0;
  std::int64_t quantity = 1;
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool proration = false;
  std::string subscription;
  std::string item;          // of the subscription
  std::string invoice_item;  // "" for what the subscription bills by itself
};

// unit_amount times quantity; both are within what their readers let pass.
std::int64_t price_of(const wire::Json& price, std::int64_t quantity);
// What each item costs in the period that it is in.
std::vector<InvoiceLine> lines_of_period(Account& account, const Document& subscription);
// The same at no cost, for a trial.
std::vector<InvoiceLine> lines_of_trial(Account& account, const Document& subscription);
// Gives back the rest of `item`'s period.
InvoiceLine unused_time(Account& account, const Document& subscription, const wire::Json& item,
                        std::int64_t now);
// Charges the rest of `item`'s period.
InvoiceLine remaining_time(Account& account, const Document& subscription, const wire::Json& item,
                           std::int64_t now);

// Keeps lines as invoice items, for the subscription's next invoice.
void keep_for_next_invoice(Account& account, const Cause& cause, const Document& subscription,
                           const std::vector<InvoiceLine>& lines);
// The kept lines that no invoice has yet.
std::vector<InvoiceLine> kept_lines(Account& account, const Document& subscription);
// They are on that invoice now.
void put_on_invoice(Account& account, const std::vector<InvoiceLine>& lines,
                    const std::string& invoice);

wire::Json line_object(Account& account, const InvoiceLine& line, const std::string& invoice);
// Its items, as the subscription holds them.
const wire::JsonArray& items_of(const Document& subscription);

}  // namespace cobro::sandbox::stripe
