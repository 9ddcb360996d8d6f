#include "sim/actors/witness.h"

#include <fmt/format.h>

#include "domain/money.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

using Kind = Promise::Kind;

// A key answers alike for 24 h; clients here give up well before.
bool is_kept(const Heard& heard) {
  return (heard.status >= 200 && heard.status < 300) || heard.status == 402;
}

bool may_follow(const Heard& heard) {
  return heard.status == 0 || heard.status == 429 || heard.status == 503;
}

bool is_about(const Ask& ask, std::string_view what) {
  return ask.path.starts_with("/api/v1/" + std::string(what));
}

}  // namespace

void Witness::hear(const Ask& ask, const Heard& heard, base::Duration sent_at) {
  ++statuses_[heard.status];
  if (ask.method == "DELETE" && is_about(ask, "payment-methods/"))
    removed_.insert(ask.path.substr(ask.path.rfind('/') + 1));
  if (ask.method == "PUT" && ask.body.find("amount") != std::string::npos)
    changed_.insert(ask.path.substr(ask.path.rfind('/') + 1));
  if (heard.status == 0) return;
  if (!ask.key.empty()) compare_with_first(ask, heard, sent_at);
  if (heard.status < 200 || heard.status >= 300) return;
  const auto json = wire::parse_json(heard.body);
  const bool plain = ask.path.starts_with("/payments/") || ask.path.starts_with("/checkout/");
  const auto* data = !json ? nullptr : plain ? &*json : json->find("data");
  if (data == nullptr) return violations_.push_back("an answer without data: " + heard.body);
  note_promises(ask, *data);
}

void Witness::compare_with_first(const Ask& ask, const Heard& heard, base::Duration sent_at) {
  const auto name = ask.who + ' ' + ask.method + ' ' + ask.path + ' ' + ask.key;
  const auto found = first_.find(name);
  if (found == first_.end()) {
    if (is_kept(heard)) first_.emplace(name, First{heard, clock_.steady()});
    return;
  }
  const auto& [first, at] = found->second;
  const bool same = first.status == heard.status && first.body == heard.body;
  const bool later = sent_at > at;
  if (same || may_follow(heard) || (!later && !is_kept(heard))) return;
  violations_.push_back(fmt::format("one key, two answers: {}\n    {} {}\n    {} {}", name,
                                    first.status, first.body, heard.status, heard.body));
}

void Witness::note_amount(Kind kind, const std::string& subject, const wire::Json& data,
                          std::string_view member) {
  const auto currency = domain::Currency::parse(data.string_at({"currency"}).value_or(""));
  const auto* number = data.find(member);
  if (!currency || number == nullptr || number->as_number() == nullptr) return;
  const auto amount = domain::Money::parse(number->as_number()->text, *currency);
  if (amount) promises_.push_back({kind, subject, "", amount->minor()});
}

void Witness::note_method(const Ask& ask, const std::string& id, const wire::Json& data) {
  const auto named = data.string_at({"gateway_payment_method_id"}).value_or("");
  if (ask.method == "POST") promises_.push_back({Kind::method_saved, id, named, 0});
  if (ask.method == "DELETE") promises_.push_back({Kind::method_removed, id, "", 0});
}

void Witness::note_promises(const Ask& ask, const wire::Json& data) {
  const auto number = data.int_at({"number"});
  const auto subject = number ? std::to_string(*number) : data.string_at({"id"}).value_or("");
  const auto status = data.string_at({"status"}).value_or("");
  if (is_about(ask, "payments") && ask.path.ends_with("/refund"))
    return note_amount(Kind::refund_made, subject, data, "amount");
  if (is_about(ask, "orders")) {
    promises_.push_back({Kind::order_is, subject, status, 0});
    if (ask.method == "POST") note_amount(Kind::order_made, subject, data, "total_amount");
  }
  if (is_about(ask, "payments")) {
    promises_.push_back({Kind::payment_is, subject, status, 0});
    if (ask.path.ends_with("/payments") || ask.path.ends_with("/payments/intent"))
      note_amount(Kind::payment_made, subject, data, "amount");
    if (ask.path.ends_with("/capture") && status == "completed")
      note_amount(Kind::captured, subject, data, "amount_captured");
  }
  if (is_about(ask, "payment-methods")) note_method(ask, subject, data);
  if (ask.path.find("/subscriptions") != std::string::npos && !status.empty())
    promises_.push_back({Kind::subscribed, subject, status, 0});
  if (is_about(ask, "transactions")) promises_.push_back({Kind::recorded, subject, "", 0});
}

std::vector<Promise> Witness::promises() const {
  auto all = promises_;
  std::erase_if(all, [&](const Promise& promise) {
    return (promise.kind == Kind::payment_made && changed_.contains(promise.subject)) ||
           (promise.kind == Kind::method_saved && removed_.contains(promise.subject));
  });
  return all;
}

}  // namespace cobro::sim
