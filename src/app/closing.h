// Closing a debt that has objects at gateways: an order marked `closing` waits for the last
// of its attempts to end, and whoever ends that one decides here what became of the order.
#pragma once

#include "domain/books.h"
#include "ports/store.h"

namespace cobro::app {

// After news or an answer changed the books' payment: nothing while another payment of the
// order has an operation open; else the order is cancelled when none of its payments is
// live, and the mark is lifted when one is.
void follow_closing(const ports::Loaded& loaded, domain::Books& books);

}  // namespace cobro::app
