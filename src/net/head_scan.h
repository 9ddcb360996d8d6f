// The strict reading of a request's head, made on the raw bytes before the parser sees them.
//
// A parser that is lenient where a proxy in front is strict (or the other way round) lets one
// request hide inside another. Beast 1.81 is lenient about transfer codings, repeated lengths,
// folded lines, Host and targets; so whatever two implementations could read in two ways is
// refused here, and what passes has one reading (RFC 9112).
#pragma once

#include <optional>
#include <string_view>

namespace cobro::net {

struct HeadRefusal {
  int status = 400;         // 400, 431 (too many fields), 501 (coding, CONNECT), 505 (version)
  std::string_view reason;  // for the caller; a literal
};

// `raw` is everything up to and including the empty line.
std::optional<HeadRefusal> scan_head(std::string_view raw);

// Scans one field behind a chunked body, without its line end. Fields that frame or route a message
// are refused there; the others have no meaning here.
std::optional<HeadRefusal> scan_trailer(std::string_view line);

// Whether a method, and so a request, may begin with that.
bool is_token_character(char c);

// Whether it is a control character other than the tab: those are never part of a value.
bool has_control(std::string_view value);

}  // namespace cobro::net
