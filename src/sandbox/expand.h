// `expand[]`: an id in an answer becomes the object it names (GATEWAYS §1.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/account.h"

namespace cobro::sandbox {

// The 400 for a path that cannot be expanded in an answer of that kind, or nothing. In a
// list's answer, paths begin with `data.`.
std::optional<ApiError> check_expand(std::string_view kind, bool is_list,
                                     const std::vector<std::string>& paths);
// Paths must have passed check_expand.
void expand(Account& account, std::string_view kind, wire::Json& answer,
            const std::vector<std::string>& paths);

}  // namespace cobro::sandbox
