// Checkout Sessions: what a merchant wants paid, set up or subscribed to, on a page of the
// sandbox's own (checkout_page.h).
#pragma once

#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_checkout_session(Call& call);
Answer retrieve_checkout_session(Call& call);
Answer update_checkout_session(Call& call);
Answer list_checkout_sessions(Call& call);
Answer expire_checkout_session(Call& call);
Answer list_checkout_items(Call& call);

// What was put off: nobody came in time.
void expire_checkout(Account& account, std::string_view session);

// An intent has moved: the session that it pays for or sets up is complete when it went well.
void note_checkout(Account& account, const Cause& cause, const Document& intent);

// What `expand[]=line_items` puts into a session.
wire::Json line_items_of(Account& account, const wire::Json& session);

}  // namespace cobro::sandbox::stripe
