// What HTTP calls a status (RFC 9110, §15).
#pragma once

#include <string_view>

namespace cobro::wire {

// Gives "Not Found"; it is empty for a status that nothing here answers with.
std::string_view reason_phrase(int status);

}  // namespace cobro::wire
