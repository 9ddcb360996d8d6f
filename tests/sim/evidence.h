// Evidence of a run in which one payment was made, charged and partly refunded, and all is
// well. Each test breaks one thing.
#pragma once

#include <gtest/gtest.h>

#include "sim/checkers/checkers.h"
#include "sim/evidence.h"

namespace cobro::testing {

template <class Id>
Id made_id(std::uint8_t last) {
  std::array<std::uint8_t, 10> chance{};
  chance[9] = last;
  return Id{base::Uuid::v7(base::Timestamp::from_unix_seconds(1'762'340'400), chance)};
}

inline domain::Money soles(std::int64_t minor) {
  return {minor, *domain::Currency::parse("PEN")};
}

inline domain::Event event_of(base::Uuid aggregate, std::int64_t sequence) {
  domain::Event event;
  event.aggregate_id = aggregate;
  event.sequence = sequence;
  return event;
}

inline sim::Evidence sound_evidence() {
  sim::Evidence all;
  domain::Payment payment{.id = made_id<domain::PaymentId>(1),
                          .number = 1,
                          .gateway = domain::GatewayName::stripe,
                          .state = domain::PaymentState::succeeded,
                          .amount = soles(5000),
                          .captured = soles(5000),
                          .refunded = soles(2000),
                          .refunding = soles(0),
                          .description = "payment-1",
                          .gateway_payment_id = "pi_1",
                          .event_sequence = 2};
  domain::Refund refund{.id = made_id<domain::RefundId>(2),
                        .payment_id = payment.id,
                        .amount = soles(2000),
                        .reason = "refund-1",
                        .status = domain::RefundStatus::succeeded,
                        .gateway_refund_id = "re_1"};
  domain::GatewayCall confirmed{.operation = domain::Operation::confirm,
                                .subject_id = payment.id.uuid,
                                .gateway = payment.gateway,
                                .gateway_key = "confirm-1",
                                .status = domain::CallStatus::accepted};
  domain::GatewayCall refunded{.operation = domain::Operation::refund,
                               .subject_id = payment.id.uuid,
                               .refund_id = refund.id,
                               .gateway = payment.gateway,
                               .gateway_key = "refund-2",
                               .status = domain::CallStatus::accepted};
  all.rows.calls = {std::move(confirmed), std::move(refunded)};
  all.deeds = {{"confirm-1", {{"pi_1", "ch_1", "succeeded"}}},
               {"refund-2", {{"re_1", "", "succeeded"}}}};
  all.events = {event_of(payment.id.uuid, 1), event_of(payment.id.uuid, 2)};
  all.remote_payments.push_back(
      {"pi_1", payment.id.to_string(), "succeeded", "pen", 5000, 5000, 1});
  all.remote_refunds.push_back({"re_1", "pi_1", "attempt", "succeeded", 2000});
  all.promises = {{sim::Promise::Kind::payment_made, "1", "", 5000},
                  {sim::Promise::Kind::payment_is, "1", "completed", 0},
                  {sim::Promise::Kind::refund_made, refund.id.to_string(), "", 2000},
                  {sim::Promise::Kind::made_once, "payment-1", "", 0}};
  all.rows.payments.push_back(std::move(payment));
  all.rows.refunds.push_back(std::move(refund));
  return all;
}

// Tests break the evidence, and see which checkers find something.
class Judged : public ::testing::Test {
 protected:
  sim::Evidence evidence = sound_evidence();

  [[nodiscard]] std::string failing() const {
    std::string names;
    for (const auto& checker : sim::all_checkers())
      if (!checker.check(evidence).empty()) names += std::string(checker.name) + ";";
    return names;
  }
};

}  // namespace cobro::testing
