// Makes of a reply the bytes that go on the wire: one buffer, one write.
#pragma once

#include <string>
#include <string_view>

#include "wire/message.h"

namespace cobro::net {

struct ReplyFraming {
  bool head_only = false;  // the request was HEAD: Content-Length stays, the body does not
  bool close = false;
  bool http_1_0 = false;
  std::string_view date;  // IMF-fixdate
};

// Appends status line, fields and body. Content-Length, Connection and Date are ours to say;
// such fields in `reply`, and fields that are no legal HTTP, are left out.
void append_reply(const wire::Reply& reply, const ReplyFraming& framing, std::string& out);

// Prints `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::int64_t unix_seconds);

}  // namespace cobro::net
