// The sandbox's pages: one plain look, no scripts.
#pragma once

#include <string>
#include <string_view>

#include "wire/message.h"

namespace cobro::sandbox {

std::string escape_html(std::string_view text);

struct PageHead {
  std::string_view badge;
  std::string_view title;  // escaped, as all of these
  std::string_view note;   // at the foot
};
// `content` is HTML.
wire::Reply html_page(int status, const PageHead& head, std::string_view content);

}  // namespace cobro::sandbox
