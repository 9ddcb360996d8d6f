// Transactions as this surface reads and writes them.
#pragma once

#include "app/payments/transactions.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/common/words.h"

namespace cobro::surfaces::platform {

struct NewTransaction {
  IdOrNumber<domain::PaymentId> payment_id;
  domain::TransactionType transaction_type = domain::TransactionType::charge;
  wire::Decimal amount;
  std::optional<wire::Reference<1, 255>> gateway_transaction_id;
  std::optional<base::Timestamp> processed_at;
};
BOOST_DESCRIBE_STRUCT(NewTransaction, (),
                      (payment_id, transaction_type, amount, gateway_transaction_id, processed_at))

struct TransactionQuery : PageQuery {
  std::optional<IdOrNumber<domain::PaymentId>> payment_id;
  std::optional<domain::TransactionType> type;
  std::optional<domain::TransactionStatus> status;
  std::optional<base::Timestamp> from;
  std::optional<base::Timestamp> to;
};
BOOST_DESCRIBE_STRUCT(TransactionQuery, (PageQuery), (payment_id, type, status, from, to))

struct Transaction {
  domain::TransactionId id;
  std::int64_t number = 0;
  domain::PaymentId payment_id;
  domain::TransactionType transaction_type = domain::TransactionType::charge;
  wire::Decimal amount;
  CurrencyCode currency;
  domain::TransactionStatus status = domain::TransactionStatus::pending;
  std::optional<std::string> gateway_transaction_id;
  std::optional<StoredJson> gateway_response;
  std::optional<std::string> failure_reason;
  std::optional<base::Timestamp> processed_at;
  base::Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Transaction, (),
                      (id, number, payment_id, transaction_type, amount, currency, status,
                       gateway_transaction_id, gateway_response, failure_reason, processed_at,
                       created_at))

struct TransactionList {
  std::vector<Transaction> transactions;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(TransactionList, (), (transactions, total, next_cursor))

Transaction to_dto(const domain::Transaction& transaction);

// Reports to `fields`, and gives nothing when anything failed there.
std::optional<app::RecordTransaction> read_new_transaction(const wire::Json& body, Fields& fields);

wire::Json transaction_example();

}  // namespace cobro::surfaces::platform
