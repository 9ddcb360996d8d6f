// What updates of plain objects share: fields read into a body, and the event that tells
// which of them changed.
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// A text that "" unsets; nothing changes when the request does not name it.
void read_text(Params& params, wire::Json& body, std::string_view name);
void read_metadata(Params& params, wire::Json& body);

// The members of `before` whose values are others in `after`.
wire::JsonObject changed_fields(const wire::Json& before, const wire::Json& after);
// Saves the object, with an event of that type when it is another than `before`.
void save_change(Account& account, const Cause& cause, std::string_view type,
                 const wire::Json& before, const Document& after);

// `address` and `shipping`, as whole objects.
void read_address(Params& params, wire::Json& body);
void read_shipping(Params& params, wire::Json& body);

}  // namespace cobro::sandbox::stripe
