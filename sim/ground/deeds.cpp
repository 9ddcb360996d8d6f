#include "sim/ground/deeds.h"

#include "wire/json.h"

namespace cobro::sim {
namespace {

// Expanded or not.
std::string id_at(const wire::Json& object, const std::string& member) {
  const auto* value = object.find(member);
  if (value == nullptr) return "";
  if (value->as_object() != nullptr) return value->string_at({"id"}).value_or("");
  return object.string_at({member}).value_or("");
}

Deed to_deed(const wire::Json& object, std::string status) {
  return {object.string_at({"id"}).value_or(""), id_at(object, "latest_charge"), std::move(status)};
}

}  // namespace

void Deeds::note(const std::string& key, const wire::Reply& reply) {
  if (key.empty() || reply.headers.find("Idempotent-Replayed")) return;
  if (reply.status != 200 && reply.status != 402) return;
  const auto body = wire::parse_json(reply.body);
  if (!body) return;
  auto& deeds = by_key_[key];
  if (reply.status == 200)
    return deeds.push_back(to_deed(*body, body->string_at({"status"}).value_or("")));
  if (const auto* intent = body->at({"error", "payment_intent"}))
    deeds.push_back(to_deed(*intent, "refused"));
}

}  // namespace cobro::sim
