#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {

using wire::Json;
using wire::JsonObject;

void read_text(Params& params, Json& body, std::string_view name) {
  if (const auto text = params.text(name)) body.set(name, text->empty() ? Json() : Json(*text));
}

void read_metadata(Params& params, Json& body) {
  const Json* had = body.find("metadata");
  Json metadata = had ? *had : Json(JsonObject{});
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
}

namespace {

const GroupFields kAddress{{"city", "country", "line1", "line2", "postal_code", "state"}};

}  // namespace

void read_address(Params& params, Json& body) {
  copy_group(params, body, "address", kAddress);
}

void read_shipping(Params& params, Json& body) {
  copy_group(params, body, "shipping",
             {{"carrier", "name", "phone", "tracking_number"}, {{"address", kAddress}}});
}

JsonObject changed_fields(const Json& before, const Json& after) {
  JsonObject previous;
  for (const auto& [name, value] : *before.as_object()) {
    const Json* now = after.find(name);
    if (!now || *now != value) previous.emplace_back(name, value);
  }
  return previous;
}

void save_change(Account& account, const Cause& cause, std::string_view type, const Json& before,
                 const Document& after) {
  account.database.update(after);
  const auto previous = changed_fields(before, after.body);
  if (!previous.empty()) account.emit(cause, type, after.body, previous);
}

}  // namespace cobro::sandbox::stripe
